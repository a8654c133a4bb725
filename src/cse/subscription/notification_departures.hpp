// SPDX-License-Identifier: Apache-2.0
//
// The last policies before notifications go to the outbox: rateLimit, schedules of the subscription and of its targets, and
// pendingNotification for what a schedule forbids now. What is held is kept in outbox rows under keys of their own, so that
// it survives a crash and moves with the subscription. TS-0001 9.6.8, TS-0004 7.5.1.2.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse {

/// Whether a <schedule> child of the resource covers the time; true when there is none.
[[nodiscard]] bool schedule_allows(const Tree& tree, std::string_view resource, base::WallTime time);

class NotificationDepartures : public std::enable_shared_from_this<NotificationDepartures> {
 public:
  /// Beyond most_holders subscriptions that hold something the least notificationStoragePriority gives way.
  explicit NotificationDepartures(CseCore& core, std::size_t most_holders = 10'000);

  /// Rows under such ordering keys are not sent as they are.
  [[nodiscard]] static bool is_held(std::string_view ordering_key);

  // On the loop's thread, inside a job; the subscription is a copy that the caller puts.
  /// One event's notifications (or one batch's), an entry per target.
  void leave(Transaction& transaction, Resource& subscription, std::vector<OutboxEntry> entries);
  /// After pn was changed by an UPDATE: without it what is held goes, with sendLatest all but the newest.
  void change_policy(Transaction& transaction, Resource& subscription);
  /// What is held goes: the subscription is deleted.
  void forget(Transaction& transaction, Resource& subscription);

  /// Follows which subscriptions hold something; any thread.
  void watch(const Resource& subscription);
  void unwatch(const std::string& id);

 private:
  void hold(Transaction& transaction, Resource& subscription, OutboxEntry entry);
  /// False: everybody who holds something comes before the subscription.
  [[nodiscard]] bool make_room(Transaction& transaction, const Resource& subscription);
  void send(Transaction& transaction, Resource& subscription, OutboxEntry&& entry) const;
  [[nodiscard]] bool target_reachable(const Tree& tree, const OutboxEntry& entry, base::WallTime time) const;
  /// False: nothing changed.
  bool release(Transaction& transaction, Resource& subscription);
  void look_later();
  void look();

  CseCore& core_;
  telemetry::Counter& dropped_;
  const std::size_t most_holders_;
  std::mutex mutex_;
  std::set<std::string> holders_;  // guarded by mutex_
  bool looking_ = false;           // guarded by mutex_; a timer runs
};

}  // namespace edgecse::cse
