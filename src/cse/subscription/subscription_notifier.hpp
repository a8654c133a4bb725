// SPDX-License-Identifier: Apache-2.0
//
// Events become notifications: in the transaction of the event, for every subscription that wants it, one entry of the
// outbox per target. Identity of a notification: `<ri of the subscription>-<count>`, kept when it moves. TS-0004 7.5.1.2.
#pragma once

#include <string>
#include <unordered_set>

#include "cse/cse_core.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"

namespace edgecse::cse {

/// The loop's thread only. Must be an observer of the loop, so that it knows of subscriptions that came by import.
class SubscriptionNotifier final : public ResourceEventListener, public CommitObserver {
 public:
  explicit SubscriptionNotifier(CseCore& core);
  /// Batches that an earlier life left come to their end. On any thread.
  void start();
  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_import(const Resource& resource) override;
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  void tell_subscriptions(Transaction& transaction, const std::string& of, onem2m::NotificationEventType event_type,
                          const ResourceEvent& event);
  void notify(Transaction& transaction, const Resource& subscription, const Json& notification);
  void end_batch_without_policy(Transaction& transaction, const std::string& id);
  void tell_deletion(Transaction& transaction, const ResourceEvent& event);
  [[nodiscard]] Json make_notification(const Resource& subscription, onem2m::NotificationEventType event_type,
                                       const ResourceEvent& event) const;
  [[nodiscard]] OutboxEntry make_entry(const Transaction& transaction, const Resource& subscription,
                                       const std::string& notification_uri, const Json& notification) const;

  CseCore& core_;
  const std::shared_ptr<NotificationBatches> batches_;
  /// Resources that have or had a subscription: spares a look at all children of all others.
  std::unordered_set<std::string> subscribed_;
};

}  // namespace edgecse::cse
