// SPDX-License-Identifier: Apache-2.0
//
// What changed in a unit since its export began, by key: the exporter reads each key's present state when it sends it,
// so only the last state of a key travels, and what is gone travels as a tombstone. docs/handover.md 3, step 2.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "cse/commit_loop.hpp"

namespace edgecse::cse::handover {

/// One thing to be copied: its state is read when it is sent.
struct Item {
  enum class Kind { Resource, Instance, Instances, AllInstancesGone, Outbox, Names, Name, Retries, Retry };
  Kind kind;
  std::string id;           // ri; ri of the container; key of a row
  std::uint64_t first = 0;  // Instance: sequence; Instances: range [first, last), newest first
  std::uint64_t last = 0;
  friend auto operator<=>(const Item&, const Item&) = default;
};

/// Called by the commit loop; the other methods from any thread.
class Journal final : public CommitObserver {
 public:
  /// An AE was deleted (by request or expiry) or registered.
  struct Listener {
    virtual ~Listener() = default;
    virtual void entity_changed(const std::string& unit, bool exists) = 0;  // on the commit loop's thread
  };
  explicit Journal(Listener& listener) : listener_(listener) {}
  [[nodiscard]] onem2m::Result<> load(const store::ResourceStore& store);

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

  void follow(const std::string& unit);
  void unfollow(const std::string& unit);
  /// Resources outside the unit that are copied with it (access control policies).
  void follow_resource(const std::string& unit, const std::string& id);
  /// What changed since the last call, each once, tombstones of whole containers first.
  [[nodiscard]] std::vector<Item> take(const std::string& unit);
  [[nodiscard]] bool empty(const std::string& unit) const;
  /// Keys of the outbox rows that move with the unit, in order.
  [[nodiscard]] std::vector<std::string> outbox_keys(const std::string& unit) const;

 private:
  struct Followed {
    std::set<Item> items;
    std::set<std::string> resources;
  };
  void note(const Change& change, const std::string& unit, Followed& followed);
  void index_outbox(const Change& change);

  Listener& listener_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Followed> followed_;             // guarded by mutex_
  std::map<std::string, std::string> outbox_unit_;                 // guarded by mutex_; key -> unit
  std::unordered_map<std::string, std::set<std::string>> outbox_;  // guarded by mutex_; unit -> keys
};

}  // namespace edgecse::cse::handover
