// SPDX-License-Identifier: Apache-2.0
//
// What the CSE keeps beyond its life: rows in four tables, changed by batches. The rows' meaning is the CSE's business
// (cse/rows.hpp); the store knows bytes, order and durability only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace edgecse::store {

enum class Table : std::uint8_t {
  Tree,       // every resource but instances; read whole at start
  Instances,  // contentInstances and their like, ordered by (container, sequence); read by range
  Outbox,     // outgoing primitives, ordered by (ordering key, number)
  Meta,       // everything small: format version, counters, serving table, retry table, names of instances
};
inline constexpr std::size_t kTables = 4;

enum class ErrorKind {
  Full,         // no space; nothing was written; reading goes on; try again later
  Unavailable,  // a fault that may pass
  Corrupt,      // what was read does not make sense
  TooNew,       // written by a newer format
};
struct Error {
  ErrorKind kind;
  std::string detail;
};
template <class T = void>
using Result = base::Result<T, Error>;

/// Changes that become durable together or not at all, applied in order.
class WriteBatch {
 public:
  struct Operation {
    enum class Kind : std::uint8_t { Put, Erase, EraseRange } kind;
    Table table;
    std::string key;
    std::string value;  // Put: the row; EraseRange: the key after the last one erased
  };
  void put(Table table, std::string key, std::string value) {
    operations_.push_back({Operation::Kind::Put, table, std::move(key), std::move(value)});
  }
  void erase(Table table, std::string key) {
    operations_.push_back({Operation::Kind::Erase, table, std::move(key), {}});
  }
  /// Keys k with first <= k < last.
  void erase_range(Table table, std::string first, std::string last) {
    operations_.push_back({Operation::Kind::EraseRange, table, std::move(first), std::move(last)});
  }
  [[nodiscard]] const std::vector<Operation>& operations() const { return operations_; }
  [[nodiscard]] bool empty() const { return operations_.empty(); }
  [[nodiscard]] std::size_t size() const { return operations_.size(); }
  void append(WriteBatch&& other);
  /// Forgets what was added after the first count operations.
  void shrink(std::size_t count) { operations_.erase(operations_.begin() + static_cast<std::ptrdiff_t>(count), operations_.end()); }
  void clear() { operations_.clear(); }

 private:
  std::vector<Operation> operations_;
};

struct Row {
  std::string key;
  std::string value;
};

/// Reads are thread-safe and see the last commit or a later one; commits come from one thread at a time.
class ResourceStore {
 public:
  virtual ~ResourceStore() = default;

  /// Durable when it returns; on failure nothing of it is there, neither now nor after a restart.
  [[nodiscard]] virtual Result<> commit(const WriteBatch& batch) = 0;

  [[nodiscard]] virtual Result<std::optional<std::string>> get(Table table, std::string_view key) const = 0;
  /// Rows with first <= key < last (empty last: to the end) in key order, or from the end when reverse, at most limit.
  [[nodiscard]] virtual Result<std::vector<Row>> scan(Table table, std::string_view first, std::string_view last,
                                                      std::size_t limit, bool reverse = false) const = 0;
  /// Every row of a table in key order, without holding them all; stops when visit says false.
  [[nodiscard]] virtual Result<> for_each(Table table,
                                          const std::function<bool(std::string_view, std::string_view)>& visit) const = 0;
  /// False when less than the reserve is free: creates are then refused before the disk is full.
  [[nodiscard]] virtual bool has_room() const = 0;
};

}  // namespace edgecse::store
