// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.hpp"

namespace edgecse::store {
namespace {

using Rows = std::map<std::string, std::string, std::less<>>;

void apply(std::array<Rows, kTables>& tables, const WriteBatch::Operation& operation) {
  Rows& rows = tables[static_cast<std::size_t>(operation.table)];
  switch (operation.kind) {
    case WriteBatch::Operation::Kind::Put:
      rows.insert_or_assign(operation.key, operation.value);
      return;
    case WriteBatch::Operation::Kind::Erase:
      rows.erase(operation.key);
      return;
    case WriteBatch::Operation::Kind::EraseRange:
      if (operation.key < operation.value)
        rows.erase(rows.lower_bound(operation.key), rows.lower_bound(operation.value));
      return;
  }
}

}  // namespace

Result<> MemoryStore::commit(const WriteBatch& batch) {
  const std::lock_guard lock(mutex_);
  if (disk_->full) return tl::unexpected(Error{ErrorKind::Full, "the simulated disk is full"});
  if (disk_->unavailable) return tl::unexpected(Error{ErrorKind::Unavailable, "the simulated disk does not answer"});
  for (const auto& operation : batch.operations()) apply(disk_->tables, operation);
  ++disk_->commits;
  return {};
}

Result<std::optional<std::string>> MemoryStore::get(Table table, std::string_view key) const {
  const std::lock_guard lock(mutex_);
  const Rows& rows = disk_->tables[static_cast<std::size_t>(table)];
  const auto found = rows.find(key);
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<Row>> MemoryStore::scan(Table table, std::string_view first, std::string_view last, std::size_t limit,
                                           bool reverse) const {
  const std::lock_guard lock(mutex_);
  const Rows& rows = disk_->tables[static_cast<std::size_t>(table)];
  std::vector<Row> found;
  if (!last.empty() && last <= first) return found;
  auto begin = rows.lower_bound(first);
  auto end = last.empty() ? rows.end() : rows.lower_bound(last);
  while (begin != end && found.size() < limit) {
    const auto& [key, value] = reverse ? *--end : *begin++;
    found.push_back({key, value});
  }
  return found;
}

Result<> MemoryStore::for_each(Table table,
                               const std::function<bool(std::string_view, std::string_view)>& visit) const {
  // A copy: visit may call the store, and sees the table as it was, as with the other stores.
  const auto rows = [&] {
    const std::lock_guard lock(mutex_);
    return disk_->tables[static_cast<std::size_t>(table)];
  }();
  for (const auto& [key, value] : rows)
    if (!visit(key, value)) break;
  return {};
}

bool MemoryStore::has_room() const {
  const std::lock_guard lock(mutex_);
  return !disk_->full;
}

}  // namespace edgecse::store
