// SPDX-License-Identifier: Apache-2.0
//
// What one job of the commit loop sees and changes. A job's checks and changes happen in one go: nothing else changes the
// tree in between. A job that fails leaves no trace.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "cse/resource.hpp"
#include "cse/tree.hpp"
#include "onem2m/result.hpp"
#include "store/resource_store.hpp"

namespace edgecse::cse {

class CommitLoop;

/// One row changed by a commit, for who follows a unit's changes (handover journal) or counts.
struct Change {
  enum class Kind : std::uint8_t { PutResource, EraseResource, PutInstance, EraseInstance, EraseAllInstances, PutRow, EraseRow };
  Kind kind;
  store::Table table;
  std::string key;   // ri of a resource; rows::instance_key; ri of the container (EraseAllInstances); key of a row
  std::string unit;  // what it moves with; empty: stays
  int type = 0;      // ty of a resource or instance
};

/// Lives during one job on the commit loop's thread.
class Transaction {
 public:
  [[nodiscard]] const Tree& tree() const;
  [[nodiscard]] base::WallTime now() const;
  /// The number that the commit of this batch will have.
  [[nodiscard]] std::uint64_t commit_number() const;
  /// Unique among all CSEs: the store's random prefix and a count.
  [[nodiscard]] std::string new_id();
  /// Rises with every call, across restarts: for Resource::created.
  [[nodiscard]] std::uint64_t next_creation() ;

  void put(Resource resource);
  /// The resource alone with its instances; its children must go first.
  void erase(std::string_view id);

  /// nullptr: not there.
  [[nodiscard]] onem2m::Result<InstancePtr> instance(std::string_view container, std::uint64_t sequence) const;
  /// With first <= sequence < last, at most limit, newest first when reverse.
  [[nodiscard]] onem2m::Result<std::vector<InstancePtr>> instances(std::string_view container, std::uint64_t first,
                                                                   std::uint64_t last, std::size_t limit,
                                                                   bool reverse = false) const;
  /// The row alone (and the one that orders its end): the container's counters are the caller's business.
  void put_instance(const Resource& container, const Instance& instance);
  void erase_instance(const Resource& container, std::uint64_t sequence);
  void erase_all_instances(const Resource& container);

  /// Outbox and Meta rows; unit: what the row moves with.
  [[nodiscard]] onem2m::Result<std::optional<std::string>> row(store::Table table, std::string_view key) const;
  [[nodiscard]] onem2m::Result<std::vector<store::Row>> rows(store::Table table, std::string_view first,
                                                             std::string_view last, std::size_t limit) const;
  void put_row(store::Table table, std::string key, std::string value, std::string_view unit = {});
  void erase_row(store::Table table, std::string key, std::string_view unit = {});

  /// Runs on the loop's thread after this commit is durable and published, in order, before the job's answer; not when
  /// the job or the commit fails.
  void after_commit(std::function<void()> task);

 private:
  friend class CommitLoop;
  explicit Transaction(CommitLoop& loop) : loop_(loop) {}

  /// Takes the job's changes of the tree back, last one first.
  void undo();

  CommitLoop& loop_;
  std::vector<std::pair<std::string, ResourcePtr>> before_;  // what a change of the tree replaced; nullptr: nothing
  std::vector<Change> changes_;
  std::vector<std::function<void()>> after_commit_;
};

/// What a store's fault means to a peer: 5207 NOT_ACCEPTABLE when the disk is full, else 5000.
[[nodiscard]] onem2m::Error to_onem2m(const store::Error& error);

}  // namespace edgecse::cse
