// SPDX-License-Identifier: Apache-2.0
//
// The store of simulations and tests: a crash drops what was not synced, faults come when told.
#pragma once

#include <array>
#include <map>
#include <mutex>

#include "store/resource_store.hpp"

namespace edgecse::store {

/// The disk of a simulated machine: it outlives the MemoryStore that writes to it, as a disk outlives a process.
class MemoryDisk {
 public:
  std::array<std::map<std::string, std::string, std::less<>>, kTables> tables;
  std::uint64_t commits = 0;
  bool full = false;          // commits fail with Full, has_room() says no
  bool unavailable = false;   // commits fail with Unavailable
};

class MemoryStore final : public ResourceStore {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>()) : disk_(std::move(disk)) {}
  [[nodiscard]] Result<> commit(const WriteBatch& batch) override;
  [[nodiscard]] Result<std::optional<std::string>> get(Table table, std::string_view key) const override;
  [[nodiscard]] Result<std::vector<Row>> scan(Table table, std::string_view first, std::string_view last,
                                              std::size_t limit, bool reverse = false) const override;
  [[nodiscard]] Result<> for_each(Table table,
                                  const std::function<bool(std::string_view, std::string_view)>& visit) const override;
  [[nodiscard]] bool has_room() const override;

 private:
  std::shared_ptr<MemoryDisk> disk_;
  mutable std::mutex mutex_;  // guards *disk_
};

}  // namespace edgecse::store
