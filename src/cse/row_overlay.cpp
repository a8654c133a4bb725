// SPDX-License-Identifier: Apache-2.0
#include "cse/row_overlay.hpp"

#include <algorithm>

namespace edgecse::cse {

void RowOverlay::remember(const Key& key) {
  const auto found = entries_.find(key);
  undo_.push_back({key, found == entries_.end() ? std::nullopt : std::optional{found->second}});
}

void RowOverlay::put(store::Table table, std::string key, std::string value) {
  Key entry{table, key};
  remember(entry);
  entries_.insert_or_assign(std::move(entry), value);
  batch_.put(table, std::move(key), std::move(value));
}

void RowOverlay::erase(store::Table table, std::string key) {
  Key entry{table, key};
  remember(entry);
  entries_.insert_or_assign(std::move(entry), std::nullopt);
  batch_.erase(table, std::move(key));
}

void RowOverlay::erase_range(store::Table table, std::string first, std::string last) {
  auto entry = entries_.lower_bound(Key{table, first});
  while (entry != entries_.end() && entry->first.first == table && entry->first.second < last) {
    remember(entry->first);
    entry = entries_.erase(entry);
  }
  ranges_.push_back({table, first, last});
  batch_.erase_range(table, std::move(first), std::move(last));
}

bool RowOverlay::hidden(store::Table table, std::string_view key) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    return range.table == table && range.first <= key && key < range.last;
  });
}

store::Result<std::optional<std::string>> RowOverlay::get(store::Table table, std::string_view key) const {
  if (const auto found = entries_.find(Key{table, std::string(key)}); found != entries_.end()) return found->second;
  if (hidden(table, key)) return std::optional<std::string>{};
  return store_.get(table, key);
}

store::Result<std::vector<store::Row>> RowOverlay::scan(store::Table table, std::string_view first,
                                                        std::string_view last, std::size_t limit, bool reverse) const {
  // Rows that the overlay hides do not count, so ask the store for as many more.
  const auto from = entries_.lower_bound(Key{table, std::string(first)});
  auto to = from;
  std::size_t changed = 0;
  while (to != entries_.end() && to->first.first == table && (last.empty() || to->first.second < last)) ++to, ++changed;
  const bool ranges = std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& r) { return r.table == table; });
  const std::size_t wanted = ranges ? SIZE_MAX : limit > SIZE_MAX - changed ? SIZE_MAX : limit + changed;
  auto stored = store_.scan(table, first, last, wanted, reverse);
  if (!stored) return stored;
  std::map<std::string, std::string> merged;
  for (store::Row& row : *stored)
    if (!hidden(table, row.key)) merged.emplace(std::move(row.key), std::move(row.value));
  for (auto entry = from; entry != to; ++entry) {
    if (entry->second) {
      merged.insert_or_assign(entry->first.second, *entry->second);
    } else {
      merged.erase(entry->first.second);
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
  range_mark_ = ranges_.size();
}

void RowOverlay::undo_job() {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    if (undo->before) {
      entries_.insert_or_assign(undo->key, *undo->before);
    } else {
      entries_.erase(undo->key);
    }
  }
  undo_.clear();
  ranges_.resize(range_mark_);
  batch_.shrink(batch_mark_);
}

void RowOverlay::clear() {
  batch_.clear();
  entries_.clear();
  ranges_.clear();
  undo_.clear();
  batch_mark_ = range_mark_ = 0;
}

}  // namespace edgecse::cse
