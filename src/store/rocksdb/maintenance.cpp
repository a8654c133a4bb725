// SPDX-License-Identifier: Apache-2.0
#include "store/maintenance.hpp"

#include <fmt/format.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "store/rocksdb/settings.hpp"
#include "store/rocksdb/translate_status.hpp"

namespace edgecse::store {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> fault(const std::string& path, const std::error_code& code) {
  return tl::unexpected(Error{ErrorKind::Unavailable, fmt::format("{}: {}", path, code.message())});
}

/// Families and database, closed in that order.
struct ReadOnly {
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  std::unique_ptr<rocksdb::DB> database;
  ~ReadOnly() {
    for (auto* handle : families) database->DestroyColumnFamilyHandle(handle);
  }
};

Result<std::uint64_t> count_rows(const ReadOnly& store, std::size_t family, const std::string& path) {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(store.database->NewIterator(options, store.families[family]));
  std::uint64_t count = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next()) ++count;
  if (!rows->status().ok()) return tl::unexpected(translate_status(rows->status(), path));
  return count;
}

}  // namespace

Result<StoreReport> check_store(const std::string& path) {
  if (!fs::exists(path + "/CURRENT")) return tl::unexpected(Error{ErrorKind::Unavailable, path + ": holds no store"});
  auto settings = make_settings({.path = path});
  if (!settings) return tl::unexpected(settings.error());
  ReadOnly store;
  rocksdb::DB* opened = nullptr;
  auto status = rocksdb::DB::OpenForReadOnly(settings->database, path, settings->families, &store.families, &opened);
  if (!status.ok()) return tl::unexpected(translate_status(status, path));
  store.database.reset(opened);
  if (status = store.database->VerifyChecksum(); !status.ok()) return tl::unexpected(translate_status(status, path));
  StoreReport report;
  for (std::size_t table = 0; table < kTables; ++table) {
    const auto rows = count_rows(store, table + 1, path);
    if (!rows) return tl::unexpected(rows.error());
    report.rows[table] = *rows;
  }
  return report;
}

Result<> restore_store(const std::string& backup, const std::string& path) {
  if (auto whole = check_store(backup); !whole) return tl::unexpected(whole.error());
  std::error_code code;
  if (fs::exists(path) && !fs::is_empty(path, code))
    return tl::unexpected(Error{ErrorKind::Unavailable, path + ": is not empty; move what is there away first"});
  // Beside its place first: a restore that is broken off leaves no half store where a CSE looks for a whole one.
  const std::string half = path + ".restoring";
  fs::remove_all(half, code);
  fs::create_directories(fs::absolute(path).parent_path(), code);
  fs::copy(backup, half, fs::copy_options::recursive, code);
  if (code) return fault(half, code);
  fs::remove(path, code);
  fs::rename(half, path, code);
  if (code) return fault(path, code);
  return {};
}

}  // namespace edgecse::store
