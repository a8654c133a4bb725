// SPDX-License-Identifier: Apache-2.0
//
// ResourceStore on RocksDB: a column family per table, one WriteBatch and one sync per commit.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "store/maintenance.hpp"
#include "store/open_rocksdb.hpp"

namespace edgecse::store {

class RocksDbStore final : public ResourceStore, public BackupSource {
 public:
  [[nodiscard]] static Result<std::unique_ptr<RocksDbStore>> open(const RocksDbOptions& options);
  ~RocksDbStore() override;
  RocksDbStore(const RocksDbStore&) = delete;
  RocksDbStore& operator=(const RocksDbStore&) = delete;

  [[nodiscard]] Result<> commit(const WriteBatch& batch) override;
  [[nodiscard]] Result<std::optional<std::string>> get(Table table, std::string_view key) const override;
  [[nodiscard]] Result<std::vector<Row>> scan(Table table, std::string_view first, std::string_view last,
                                              std::size_t limit, bool reverse = false) const override;
  [[nodiscard]] Result<> for_each(Table table,
                                  const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] Result<> back_up(const std::string& folder) override;
  [[nodiscard]] bool has_room() const override;

 private:
  explicit RocksDbStore(const RocksDbOptions& options) : path_(options.path), reserve_bytes_(options.reserve_bytes) {}
  [[nodiscard]] Result<> check_format();
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Table table) const {
    return families_[static_cast<std::size_t>(table) + 1];
  }

  std::string path_;
  std::uint64_t reserve_bytes_;
  std::unique_ptr<rocksdb::Env> environment_;
  std::unique_ptr<rocksdb::DB> database_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;  // owned; "default" first, then the tables
  mutable std::atomic<std::chrono::steady_clock::time_point> room_until_{};  // has_room() need not ask the system before
  bool resume_ = false;  // the last commit failed for another reason than space; touched by the committing thread only
};

}  // namespace edgecse::store
