// SPDX-License-Identifier: Apache-2.0
//
// The rows of a batch that is not committed yet, laid over the store: what a later job of the same batch must see. A job
// that fails is undone alone.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/resource_store.hpp"

namespace edgecse::cse {

/// Owned by the commit loop's thread.
class RowOverlay {
 public:
  explicit RowOverlay(const store::ResourceStore& store) : store_(store) {}

  void put(store::Table table, std::string key, std::string value);
  void erase(store::Table table, std::string key);
  void erase_range(store::Table table, std::string first, std::string last);

  [[nodiscard]] store::Result<std::optional<std::string>> get(store::Table table, std::string_view key) const;
  [[nodiscard]] store::Result<std::vector<store::Row>> scan(store::Table table, std::string_view first,
                                                            std::string_view last, std::size_t limit,
                                                            bool reverse = false) const;

  /// Everything since, in order, as one batch; to be followed by clear().
  [[nodiscard]] store::WriteBatch take_batch() { return std::move(batch_); }

  /// Where a job starts; undo() goes back to it.
  void begin_job();
  void undo_job();
  [[nodiscard]] std::size_t size() const { return batch_.size(); }
  void clear();

 private:
  using Index = std::size_t;  // of the operation in batch_ that decides about a key
  using Entries = std::map<std::string, Index, std::less<>>;
  struct Range {
    std::string first, last;
  };
  struct Undo {
    store::Table table;
    std::string key;
    std::optional<Index> before;
  };
  void decide(store::Table table, std::string key);
  [[nodiscard]] Entries& entries(store::Table table) { return entries_[static_cast<std::size_t>(table)]; }
  [[nodiscard]] const Entries& entries(store::Table table) const { return entries_[static_cast<std::size_t>(table)]; }
  [[nodiscard]] const std::vector<Range>& ranges(store::Table table) const {
    return ranges_[static_cast<std::size_t>(table)];
  }
  [[nodiscard]] bool hidden(store::Table table, std::string_view key) const;

  const store::ResourceStore& store_;
  store::WriteBatch batch_;
  std::array<Entries, store::kTables> entries_;
  std::array<std::vector<Range>, store::kTables> ranges_;  // erased from the store; entries_ come after them
  std::vector<Undo> undo_;
  std::size_t batch_mark_ = 0;
  std::array<std::size_t, store::kTables> range_marks_{};
};

}  // namespace edgecse::cse
