// SPDX-License-Identifier: Apache-2.0
//
// Unit -> owner, frozen, arriving. Durable part: unit rows (unit_row.hpp); frozen is volatile, since a restart ends
// every open context of a source. docs/handover.md 3.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cse/handover/unit_row.hpp"
#include "cse/transaction.hpp"
#include "onem2m/primitive.hpp"
#include "store/resource_store.hpp"

namespace edgecse::cse::handover {

/// Methods that take a Transaction: the commit loop's thread, exact. The others: any thread, as last published.
class ServingTable {
 public:
  /// Before the first job.
  [[nodiscard]] onem2m::Result<> load(const store::ResourceStore& store);

  /// Nothing: this CSE never gave the unit away nor got it.
  [[nodiscard]] onem2m::Result<std::optional<UnitRow>> read(const Transaction& transaction, const std::string& unit);
  /// The row or, for a unit in the tree, epoch 0 owned here; role None when the unit is not known at all.
  [[nodiscard]] onem2m::Result<UnitRow> read_or_first(const Transaction& transaction, const std::string& unit);
  void write(Transaction& transaction, const std::string& unit, UnitRow row);
  void erase(Transaction& transaction, const std::string& unit);

  [[nodiscard]] bool frozen(const std::string& unit) const { return frozen_.contains(unit); }
  [[nodiscard]] bool frozen_by(const ContextId& context) const;
  void freeze(Transaction& transaction, const ContextId& context);
  /// The commit loop's thread.
  void unfreeze(const std::string& unit);

  /// Ahead of the freeze: writes are served, but no notification leaves any more. Any thread.
  void hush(const std::string& unit);
  /// The unit's writes may spend so many bytes; when they are used up, they wait for the next allowance. Any thread.
  void allow(const std::string& unit, std::uint64_t bytes);
  /// Whether a write may be made now; always when the unit is not throttled.
  [[nodiscard]] bool spend(const std::string& unit, const onem2m::Request& request);
  /// Ends hush and throttle; true when there was one. Any thread.
  bool calm(const std::string& unit);

  /// Keeps the identifiers of a unit that leaves, so that their addresses are forwarded.
  void write_forward_ids(Transaction& transaction, const std::string& unit, const std::vector<std::string>& ids);
  /// The identifier belongs to an arriving unit, from this commit on.
  void add_arriving_id(Transaction& transaction, const std::string& unit, const std::string& id);

  [[nodiscard]] std::optional<UnitRow> published(const std::string& unit) const;
  [[nodiscard]] std::map<std::string, UnitRow> all_published() const;
  /// Frozen, throttled or arriving: requests wait.
  [[nodiscard]] bool waiting(const std::string& unit) const;
  [[nodiscard]] bool serves(const std::string& unit) const;
  /// The unit that a CSE-relative address belongs to, among those that moved away or arrive.
  [[nodiscard]] std::optional<std::string> find_unit(const std::vector<std::string>& segments) const;
  /// The unit that the SP-relative id names, by its own or a former registrar.
  [[nodiscard]] std::optional<std::string> find_alias(const std::string& sp_relative_id) const;

 private:
  void publish(const std::string& unit, const UnitRow& row);

  // The commit loop's thread only.
  std::unordered_set<std::string> may_have_row_;  // spares all other units a look at the store
  std::unordered_map<std::string, std::pair<std::string, UnitRow>> parsed_;  // last row read, as text and as value
  std::unordered_map<std::string, ContextId> frozen_;

  mutable std::mutex mutex_;
  std::map<std::string, UnitRow> published_;                    // guarded by mutex_
  std::unordered_set<std::string> published_frozen_;            // guarded by mutex_
  std::unordered_set<std::string> hushed_;                      // guarded by mutex_
  std::unordered_map<std::string, std::int64_t> allowance_;     // guarded by mutex_; bytes left of throttled units
  std::atomic<bool> any_throttled_{false};                      // spares all other writes the lock
  std::unordered_map<std::string, std::string> unit_by_name_;   // guarded by mutex_; rn of the AE
  std::unordered_map<std::string, std::string> unit_by_id_;     // guarded by mutex_
  std::unordered_map<std::string, std::string> unit_by_alias_;  // guarded by mutex_
};

}  // namespace edgecse::cse::handover
