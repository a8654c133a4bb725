// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/temporary_folder.hpp"

namespace edgecse::test {

/// An ext4 file system of 96 MiB in a file, mounted where only this process and its children see it: it is gone with them.
class SmallVolume {
 public:
  /// Once, before other threads start: they see the mounts of the thread that started them. False: needs root.
  [[nodiscard]] static bool own_mounts() {
    static const bool own = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    return own;
  }

  SmallVolume() {
    std::filesystem::create_directory(path_);
    const std::string image = folder_.file("image");
    std::ofstream(image).close();
    std::filesystem::resize_file(image, 96 << 20);
    const std::string command = "mkfs.ext4 -q -F -m 0 '" + image + "' && mount -o loop '" + image + "' '" + path_ + "'";
    mounted_ = std::system(command.c_str()) == 0;
  }
  ~SmallVolume() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallVolume(const SmallVolume&) = delete;
  SmallVolume& operator=(const SmallVolume&) = delete;

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t free_bytes() const {
    struct statvfs volume {};
    return ::statvfs(path_.c_str(), &volume) == 0 ? static_cast<std::uint64_t>(volume.f_bavail) * volume.f_frsize : 0;
  }
  /// Somebody else's file takes the room until about so much is left.
  void leave_free(std::uint64_t bytes) const {
    release();
    const std::uint64_t now = free_bytes();
    const int file = ::open(ballast_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return;
    if (now > bytes && ::posix_fallocate(file, 0, static_cast<off_t>(now - bytes)) != 0) std::filesystem::remove(ballast_);
    ::close(file);
  }
  void release() const { std::filesystem::remove(ballast_); }

 private:
  TemporaryFolder folder_;
  std::string path_ = folder_.file("volume");
  std::string ballast_ = path_ + "/ballast";
  bool mounted_ = false;
};

}  // namespace edgecse::test
