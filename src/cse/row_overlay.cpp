// SPDX-License-Identifier: Apache-2.0
#include "cse/row_overlay.hpp"

#include <algorithm>

namespace edgecse::cse {

using Kind = store::WriteBatch::Operation::Kind;

void RowOverlay::decide(store::Table table, std::string key) {
  const Index index = batch_.size();
  const auto [entry, added] = entries(table).try_emplace(std::move(key), index);
  undo_.push_back({table, entry->first, added ? std::nullopt : std::optional{entry->second}});
  entry->second = index;
}

void RowOverlay::put(store::Table table, std::string key, std::string value) {
  decide(table, key);
  batch_.put(table, std::move(key), std::move(value));
}

void RowOverlay::erase(store::Table table, std::string key) {
  decide(table, key);
  batch_.erase(table, std::move(key));
}

void RowOverlay::erase_range(store::Table table, std::string first, std::string last) {
  Entries& changed = entries(table);
  for (auto entry = changed.lower_bound(first); entry != changed.end() && entry->first < last;) {
    undo_.push_back({table, entry->first, entry->second});
    entry = changed.erase(entry);
  }
  ranges_[static_cast<std::size_t>(table)].push_back({first, last});
  batch_.erase_range(table, std::move(first), std::move(last));
}

bool RowOverlay::hidden(store::Table table, std::string_view key) const {
  return std::any_of(ranges(table).begin(), ranges(table).end(),
                     [key](const Range& range) { return range.first <= key && key < range.last; });
}

store::Result<std::optional<std::string>> RowOverlay::get(store::Table table, std::string_view key) const {
  if (const auto found = entries(table).find(key); found != entries(table).end()) {
    const auto& operation = batch_.operations()[found->second];
    return operation.kind == Kind::Put ? std::optional{operation.value} : std::nullopt;
  }
  if (hidden(table, key)) return std::optional<std::string>{};
  return store_.get(table, key);
}

store::Result<std::vector<store::Row>> RowOverlay::scan(store::Table table, std::string_view first,
                                                        std::string_view last, std::size_t limit, bool reverse) const {
  const auto from = entries(table).lower_bound(first);
  const auto to = last.empty() ? entries(table).end() : entries(table).lower_bound(last);
  const auto changed = first <= last || last.empty() ? static_cast<std::size_t>(std::distance(from, to)) : 0;
  if (changed == 0 && ranges(table).empty()) return store_.scan(table, first, last, limit, reverse);
  // Rows that the overlay hides do not count, so ask the store for as many more.
  const std::size_t wanted = !ranges(table).empty() || limit > SIZE_MAX - changed ? SIZE_MAX : limit + changed;
  auto stored = store_.scan(table, first, last, wanted, reverse);
  if (!stored) return stored;
  std::map<std::string, std::string> merged;
  for (store::Row& row : *stored)
    if (!hidden(table, row.key)) merged.emplace(std::move(row.key), std::move(row.value));
  for (auto entry = from; changed != 0 && entry != to; ++entry) {
    const auto& operation = batch_.operations()[entry->second];
    if (operation.kind == Kind::Put) {
      merged.insert_or_assign(entry->first, operation.value);
    } else {
      merged.erase(entry->first);
    }
  }
  std::vector<store::Row> rows;
  const auto take = [&](auto begin, auto end) {
    for (auto row = begin; row != end && rows.size() < limit; ++row) rows.push_back({row->first, row->second});
  };
  if (reverse) {
    take(merged.rbegin(), merged.rend());
  } else {
    take(merged.begin(), merged.end());
  }
  return rows;
}

void RowOverlay::begin_job() {
  undo_.clear();
  batch_mark_ = batch_.size();
  for (std::size_t table = 0; table < store::kTables; ++table) range_marks_[table] = ranges_[table].size();
}

void RowOverlay::undo_job() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    if (undo->before) {
      entries(undo->table).insert_or_assign(std::move(undo->key), *undo->before);
    } else {
      entries(undo->table).erase(undo->key);
    }
  }
  undo_.clear();
  for (std::size_t table = 0; table < store::kTables; ++table) ranges_[table].resize(range_marks_[table]);
  batch_.shrink(batch_mark_);
}

void RowOverlay::clear() {
  batch_.clear();
  for (auto& table : entries_) table.clear();
  for (auto& table : ranges_) table.clear();
  undo_.clear();
}

}  // namespace edgecse::cse
