// SPDX-License-Identifier: Apache-2.0
#include "store/rocksdb/log_files.hpp"

#include <rocksdb/file_system.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace edgecse::store {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

constexpr std::uint64_t kLaidOutAtOnce = 1 << 20;

// Written from front to back, as RocksDB writes its logs: by one thread at a time.
class LogFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  explicit LogFile(std::unique_ptr<FSWritableFile>&& file) : rocksdb::FSWritableFileOwnerWrapper(std::move(file)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* context) override {
    IOStatus written = target()->PositionedAppend(data, size_, options, context);
    if (!written.ok()) return written;
    size_ += data.size();
    if (size_ > laid_out_) lay_out(options, context);
    return written;
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* context) override {
    return Append(data, options, context);
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* context) override {
    IOStatus done = target()->Truncate(size, options, context);
    if (done.ok()) size_ = laid_out_ = size;
    return done;
  }
  IOStatus Close(const IOOptions& options, IODebugContext* context) override {
    target()->Truncate(size_, options, context).PermitUncheckedError();  // zeros at its end do no harm
    return target()->Close(options, context);
  }
  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override { return size_; }
  /// Blocks that are only reserved would change the extents again when they are written.
  void PrepareWrite(std::size_t, std::size_t, const IOOptions&, IODebugContext*) override {}

 private:
  // The sync of the commit that needed more makes them durable. Without room the log grows as it is written; whether that
  // is possible the next write says.
  void lay_out(const IOOptions& options, IODebugContext* context) {
    static constexpr std::array<char, 64 << 10> kZeros{};
    const std::uint64_t end = size_ + kLaidOutAtOnce;
    for (laid_out_ = size_; laid_out_ < end; laid_out_ += kZeros.size()) {
      const IOStatus written = target()->PositionedAppend({kZeros.data(), kZeros.size()}, laid_out_, options, context);
      if (!written.ok()) break;
    }
    laid_out_ = end;
  }

  std::uint64_t size_ = 0;      // written by RocksDB
  std::uint64_t laid_out_ = 0;  // when size_ passes it, there are more zeros to write
};

class LogFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  using rocksdb::FileSystemWrapper::FileSystemWrapper;
  [[nodiscard]] const char* Name() const override { return "EdgeCseLogFiles"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* file,
                           IODebugContext* context) override {
    IOStatus made = target()->NewWritableFile(name, options, file, context);
    if (made.ok() && std::string_view(name).ends_with(".log")) *file = std::make_unique<LogFile>(std::move(*file));
    return made;
  }
};

}  // namespace

std::unique_ptr<rocksdb::Env> make_environment() {
  return rocksdb::NewCompositeEnv(std::make_shared<LogFileSystem>(rocksdb::FileSystem::Default()));
}

}  // namespace edgecse::store
