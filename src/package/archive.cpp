// SPDX-License-Identifier: Apache-2.0
#include "package/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace edgecse::package {
namespace {

using Writer = std::unique_ptr<::archive, decltype(&::archive_write_free)>;
using Reader = std::unique_ptr<::archive, decltype(&::archive_read_free)>;
using Entry = std::unique_ptr<::archive_entry, decltype(&::archive_entry_free)>;

la_ssize_t append(::archive*, void* to, const void* bytes, std::size_t count) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), count);
  return static_cast<la_ssize_t>(count);
}

tl::unexpected<Fault> refuse_archive(::archive* archive) {
  const char* reason = ::archive_error_string(archive);
  return refuse(fmt::format("the archive: {}", reason == nullptr ? "unreadable" : reason));
}

void choose_form(::archive* writer, ArchiveKind kind) {
  if (kind == ArchiveKind::Zip) {
    ::archive_write_set_format_zip(writer);
    return;
  }
  ::archive_write_set_format_ustar(writer);
  ::archive_write_add_filter_gzip(writer);
  ::archive_write_set_filter_option(writer, "gzip", "timestamp", nullptr);  // else the time of day is in the bytes
}

bool stays_inside(const std::filesystem::path& path) {
  if (path.empty() || path.is_absolute()) return false;
  for (const auto& part : path)
    if (part == "..") return false;
  return true;
}

Result<std::string> read_content(::archive* reader, const std::string& path, std::size_t room) {
  std::string content;
  std::array<char, 64 * 1024> block{};
  for (;;) {
    const la_ssize_t got = ::archive_read_data(reader, block.data(), block.size());
    if (got < 0) return refuse_archive(reader);
    if (got == 0) return content;
    if (content.size() + static_cast<std::size_t>(got) > room)
      return refuse(fmt::format("{}: the archive unpacks to more than is allowed", path));
    content.append(block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::string> write_archive(ArchiveKind kind, const Files& files, std::int64_t time) {
  std::string bytes;
  const Writer writer(::archive_write_new(), &::archive_write_free);
  choose_form(writer.get(), kind);
  ::archive_write_set_bytes_in_last_block(writer.get(), 1);
  if (::archive_write_open(writer.get(), &bytes, nullptr, append, nullptr) != ARCHIVE_OK) return refuse_archive(writer.get());
  for (const auto& [path, content] : files) {
    const Entry entry(::archive_entry_new(), &::archive_entry_free);
    ::archive_entry_set_pathname(entry.get(), path.c_str());
    ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    ::archive_entry_set_filetype(entry.get(), AE_IFREG);
    ::archive_entry_set_perm(entry.get(), 0644);
    ::archive_entry_set_mtime(entry.get(), time, 0);
    if (::archive_write_header(writer.get(), entry.get()) != ARCHIVE_OK ||
        ::archive_write_data(writer.get(), content.data(), content.size()) != static_cast<la_ssize_t>(content.size()))
      return refuse_archive(writer.get());
  }
  if (::archive_write_close(writer.get()) != ARCHIVE_OK) return refuse_archive(writer.get());
  return bytes;
}

Result<Files> read_archive(const std::string& bytes, const ArchiveLimits& limits) {
  const Reader reader(::archive_read_new(), &::archive_read_free);
  ::archive_read_support_format_zip(reader.get());
  ::archive_read_support_format_tar(reader.get());
  ::archive_read_support_filter_gzip(reader.get());
  if (::archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return refuse_archive(reader.get());
  Files files;
  std::size_t room = limits.bytes;
  ::archive_entry* entry = nullptr;
  for (;;) {
    const int status = ::archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return refuse_archive(reader.get());
    const char* name = ::archive_entry_pathname(entry);
    const std::string path = name == nullptr ? "" : name;
    if (!stays_inside(path)) return refuse(fmt::format("{}: leads out of the archive", path));
    if (::archive_entry_filetype(entry) == AE_IFDIR) continue;
    if (::archive_entry_filetype(entry) != AE_IFREG || ::archive_entry_hardlink(entry) != nullptr)
      return refuse(fmt::format("{}: is not a plain file", path));
    if (files.size() == limits.files) return refuse(fmt::format("the archive holds more than {} files", limits.files));
    auto content = read_content(reader.get(), path, room);
    if (!content) return tl::unexpected(content.error());
    room -= content->size();
    if (!files.emplace(path, std::move(*content)).second) return refuse(fmt::format("{}: is in the archive twice", path));
  }
  if (files.empty()) return refuse("the archive holds no file");
  return files;
}

Result<Files> read_folder(const std::string& folder) {
  std::error_code failed;
  Files files;
  for (auto entry = std::filesystem::recursive_directory_iterator(folder, failed);
       !failed && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failed)) {
    if (entry->path().filename().string().starts_with('.')) {
      if (entry->is_directory()) entry.disable_recursion_pending();
      continue;
    }
    if (!entry->is_regular_file()) continue;
    auto content = read_file(entry->path().string());
    if (!content) return tl::unexpected(content.error());
    files[std::filesystem::relative(entry->path(), folder).generic_string()] = std::move(*content);
  }
  if (failed) return refuse(fmt::format("{}: {}", folder, failed.message()));
  return files;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) return refuse(fmt::format("{}: cannot be read", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<> write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) return refuse(fmt::format("{}: cannot be written", path));
  return {};
}

}  // namespace edgecse::package
