// SPDX-License-Identifier: Apache-2.0
//
// Events become notifications: in the transaction of the event, for every subscription that wants it, one entry of the
// outbox per target. Identity of a notification: `<ri of the subscription>-<count>`, kept when it moves. TS-0004 7.5.1.2.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/subscription/notification_departures.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/subscription/subscription_index.hpp"

namespace edgecse::cse {

/// A NOTIFY of the subscription (or crossResourceSubscription) to one target, with the number that it has now.
[[nodiscard]] OutboxEntry make_notification_entry(const CseCore& core, const Transaction& transaction, const Resource& subscription,
                                                  const std::string& notification_uri, Json notification);

/// The loop's thread only, unless said otherwise. Must be an observer of the loop, so that it knows of subscriptions that
/// came by import.
class SubscriptionNotifier final : public ResourceEventListener, public CommitObserver {
 public:
  explicit SubscriptionNotifier(CseCore& core);
  /// Batches and held notifications that an earlier life left come to their end. On any thread.
  void start();
  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_missing_data(Transaction& transaction, const Resource& series, const std::vector<std::string>& times) override;
  void on_trigger(Transaction& transaction, const Resource& entity, const Json& payload) override;
  void on_import(const Resource& resource) override;
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

  /// Who watches requests may be asked on any thread.
  [[nodiscard]] const SubscriptionIndex& index() const { return index_; }
  /// Notifies that event (m2m:notificationEvent) to the subscription's targets, as its policies allow; the originator is of
  /// what caused the event. In a job.
  void notify(Transaction& transaction, const Resource& subscription, Json event, const std::string& originator);
  /// nev/rep as the subscription's nct wants it.
  [[nodiscard]] Json represent(const Resource& subscription, const std::string& id, const std::string& member_name,
                               const Json& attributes, const Json* modified = nullptr) const;
  /// A target's final answer: statistics. On the executor.
  void answered(const OutboxEntry& entry);

 private:
  void tell_subscriptions(Transaction& transaction, const std::string& of, onem2m::NotificationEventType event_type,
                          const ResourceEvent& event);
  template <class MakeEvent>
  void tell_each(Transaction& transaction, const std::string& of, onem2m::NotificationEventType event_type, MakeEvent&& make_event);
  void tell_past(Transaction& transaction, const ResourceEvent& event);
  void follow_update(Transaction& transaction, const ResourceEvent& event);
  void tell_deletion(Transaction& transaction, const ResourceEvent& event);

  CseCore& core_;
  const std::shared_ptr<NotificationDepartures> departures_;
  const std::shared_ptr<NotificationBatches> batches_;
  SubscriptionIndex index_;
};

}  // namespace edgecse::cse
