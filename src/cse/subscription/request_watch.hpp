// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions to requests themselves: operation monitors (also of refused attempts), reads of empty containers, and
// blocking events, which ask the notification target before an UPDATE or RETRIEVE goes on. TS-0001 9.6.8, TS-0004 7.3.2.9,
// 7.5.1.2.14; blocking retrieve as release4 5.2.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "cse/router.hpp"
#include "cse/subscription/subscription_notifier.hpp"

namespace edgecse::cse {

/// Whether an address of a notification target is the originator's, in whatever form either is written. Any thread.
[[nodiscard]] bool names_originator(const CseCore& core, const Tree& tree, const std::string& address, const std::string& from);

/// Thread-safe.
class SubscriptionWatch final : public RequestWatcher, public ResourceEventListener, public std::enable_shared_from_this<SubscriptionWatch> {
 public:
  SubscriptionWatch(CseCore& core, Router& router, SubscriptionNotifier& notifier)
      : core_(core), router_(router), notifier_(notifier) {}

  [[nodiscard]] bool active() const override { return notifier_.index().has_watchers(); }
  [[nodiscard]] Outcome attempt(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target) override;
  /// The change that a watched request makes takes its notices with it, in the same commit.
  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  [[nodiscard]] bool holds(const Snapshot& snapshot, const onem2m::Request& request, const Resource& target) const override;
  void hold(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target, GoOn go_on) override;
  [[nodiscard]] bool expects(const onem2m::Request& request) const override;

  /// A resource with this ri is being made: NOTIFYs to it are answered OK until forget().
  void expect(const std::string& id);
  void forget(const std::string& id);

 private:
  struct Waiting {
    onem2m::Request request;
    GoOn go_on;
  };
  struct Lock {
    std::string notified;             // the target that is asked: its own requests pass
    std::deque<Waiting> waiting;
  };
  struct Wanted {
    ResourcePtr subscription;
    Json event;
    bool success_only = false;
  };
  struct Attempt {
    std::vector<Wanted> wanted;
    std::string from;
    bool in_job = false;              // the loop's thread only
    std::atomic<bool> told = false;   // with the change, durable
  };
  using RequestKey = std::tuple<std::string, std::string, std::string>;  // From, rqi, To

  [[nodiscard]] ResourcePtr blocking_update(const Snapshot& snapshot, const onem2m::Request& request, const Resource& target) const;
  [[nodiscard]] ResourcePtr blocking_retrieve(const Snapshot& snapshot, const onem2m::Request& request, const Resource& target) const;
  [[nodiscard]] std::optional<ResourcePtr> stale(const Snapshot& snapshot, const onem2m::Request& request, const Resource& target,
                                                 const std::string& parent, int event_type) const;
  void hold_update(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target, GoOn go_on);
  void hold_retrieve(const SnapshotPtr& snapshot, const onem2m::Request& request, const ResourcePtr& target, GoOn go_on);
  void ask(const Resource& subscription, const std::string& from, Json event, onem2m::ResponseCallback done);
  void unlock(const std::string& id);
  void tell(const std::shared_ptr<const Attempt>& attempt, bool succeeded);
  void tell_now(Transaction& transaction, const Attempt& attempt, bool succeeded);
  void forget_attempt(const RequestKey& key, const std::shared_ptr<Attempt>& attempt);

  CseCore& core_;
  Router& router_;
  SubscriptionNotifier& notifier_;
  mutable std::mutex mutex_;
  std::map<std::string, Lock> locks_;                              // by target; guarded by mutex_
  std::multiset<std::pair<std::string, std::string>> reading_;     // target, who is asked to renew it; guarded by mutex_
  std::set<std::string> expected_;                                 // guarded by mutex_
  std::multimap<RequestKey, std::shared_ptr<Attempt>> attempts_;   // under way; guarded by mutex_
};

}  // namespace edgecse::cse
