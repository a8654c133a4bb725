// SPDX-License-Identifier: Apache-2.0
#include "store/rocksdb/rocksdb_store.hpp"

#include <fmt/format.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <charconv>
#include <filesystem>
#include <system_error>

#include "store/rocksdb/settings.hpp"
#include "store/rocksdb/translate_status.hpp"

namespace edgecse::store {
namespace {

/// Raised when the meaning of keys or families changes; an older one is migrated at opening.
constexpr int kFormatVersion = 1;
constexpr std::string_view kFormatKey = "format";
constexpr std::chrono::milliseconds kRoomLasts{10};

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& text) { return {text.data(), text.size()}; }

rocksdb::WriteOptions durable() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

}  // namespace

Result<std::unique_ptr<RocksDbStore>> RocksDbStore::open(const RocksDbOptions& options) {
  std::error_code code;
  std::filesystem::create_directories(options.path, code);
  if (code)
    return tl::unexpected(Error{ErrorKind::Unavailable,
                                fmt::format("the store folder {} cannot be created: {}", options.path, code.message())});
  auto settings = make_settings(options);
  if (!settings) return tl::unexpected(settings.error());

  std::unique_ptr<RocksDbStore> store(new RocksDbStore(options));
  rocksdb::DB* database = nullptr;
  const auto status =
      rocksdb::DB::Open(settings->database, options.path, settings->families, &store->families_, &database);
  if (!status.ok()) return tl::unexpected(translate_status(status, options.path));
  store->environment_ = std::move(settings->environment);
  store->database_.reset(database);
  if (auto checked = store->check_format(); !checked) return tl::unexpected(checked.error());
  return store;
}

RocksDbStore::~RocksDbStore() {
  for (auto* handle : families_) database_->DestroyColumnFamilyHandle(handle);
}

Result<> RocksDbStore::check_format() {
  std::string text;
  auto status = database_->Get({}, families_.front(), slice(kFormatKey), &text);
  if (status.IsNotFound()) status = database_->Put(durable(), families_.front(), slice(kFormatKey), std::to_string(kFormatVersion));
  else if (status.ok()) {
    int version = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (code != std::errc{} || end != text.data() + text.size() || version < 1)
      return tl::unexpected(Error{ErrorKind::Corrupt, fmt::format("the store {} has no readable format version", path_)});
    if (version > kFormatVersion)
      return tl::unexpected(Error{ErrorKind::TooNew, fmt::format("the store {} was written in format {}, this program reads "
                                                                 "up to format {}: use a newer edgecse",
                                                                 path_, version, kFormatVersion)});
  }
  if (!status.ok()) return tl::unexpected(translate_status(status, path_));
  return {};
}

Result<> RocksDbStore::commit(const WriteBatch& batch) {
  // After a full disk the SstFileManager resumes by itself; after any other fault the database waits to be told.
  if (resume_) {
    if (const auto status = database_->Resume(); !status.ok()) return tl::unexpected(translate_status(status, path_));
    resume_ = false;
  }
  rocksdb::WriteBatch changes;
  for (const auto& operation : batch.operations()) {
    auto* const where = family(operation.table);
    rocksdb::Status status;
    switch (operation.kind) {
      case WriteBatch::Operation::Kind::Put: status = changes.Put(where, operation.key, operation.value); break;
      case WriteBatch::Operation::Kind::Erase: status = changes.Delete(where, operation.key); break;
      case WriteBatch::Operation::Kind::EraseRange:
        if (operation.key < operation.value) status = changes.DeleteRange(where, operation.key, operation.value);
        break;
    }
    if (!status.ok()) return tl::unexpected(translate_status(status, path_));
  }
  if (const auto status = database_->Write(durable(), &changes); !status.ok()) {
    resume_ = !status.IsNoSpace();
    return tl::unexpected(translate_status(status, path_));
  }
  return {};
}

Result<std::optional<std::string>> RocksDbStore::get(Table table, std::string_view key) const {
  std::string value;
  const auto status = database_->Get({}, family(table), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected(translate_status(status, path_));
  return value;
}

Result<std::vector<Row>> RocksDbStore::scan(Table table, std::string_view first, std::string_view last,
                                            std::size_t limit, bool reverse) const {
  std::vector<Row> found;
  if (!last.empty() && last <= first) return found;
  const rocksdb::Slice lower = slice(first);
  const rocksdb::Slice upper = slice(last);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  if (!last.empty()) options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> rows(database_->NewIterator(options, family(table)));
  for (reverse ? rows->SeekToLast() : rows->SeekToFirst(); found.size() < limit && rows->Valid();
       reverse ? rows->Prev() : rows->Next())
    found.push_back({rows->key().ToString(), rows->value().ToString()});
  if (!rows->status().ok()) return tl::unexpected(translate_status(rows->status(), path_));
  return found;
}

Result<> RocksDbStore::for_each(Table table,
                                const std::function<bool(std::string_view, std::string_view)>& visit) const {
  rocksdb::ReadOptions options;
  options.readahead_size = 1 << 20;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(database_->NewIterator(options, family(table)));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next())
    if (!visit(view(rows->key()), view(rows->value()))) break;
  if (!rows->status().ok()) return tl::unexpected(translate_status(rows->status(), path_));
  return {};
}

Result<> RocksDbStore::back_up(const std::string& folder) {
  rocksdb::Checkpoint* made = nullptr;
  auto status = rocksdb::Checkpoint::Create(database_.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder);
  if (!status.ok()) return tl::unexpected(translate_status(status, folder));
  return {};
}

// Every CREATE asks. What can be written in kRoomLasts is small beside the reserve.
bool RocksDbStore::has_room() const {
  const auto now = std::chrono::steady_clock::now();
  if (now < room_until_.load(std::memory_order_relaxed)) return true;
  struct statvfs volume {};
  if (::statvfs(path_.c_str(), &volume) != 0) return false;
  if (static_cast<std::uint64_t>(volume.f_bavail) * volume.f_frsize < reserve_bytes_) return false;
  room_until_.store(now + kRoomLasts, std::memory_order_relaxed);
  return true;
}

Result<std::unique_ptr<ResourceStore>> open_rocksdb(const RocksDbOptions& options) {
  auto store = RocksDbStore::open(options);
  if (!store) return tl::unexpected(store.error());
  return std::unique_ptr<ResourceStore>(std::move(*store));
}

}  // namespace edgecse::store
