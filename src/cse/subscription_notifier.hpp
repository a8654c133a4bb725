// SPDX-License-Identifier: Apache-2.0
//
// Events become notifications: in the transaction of the event, for every subscription that wants it, one entry of the
// outbox per target. Identity of a notification: `<ri of the subscription>-<count>`, kept when it moves. TS-0004 7.5.1.2.
#pragma once

#include "cse/cse_core.hpp"
#include "cse/notification_criteria.hpp"

namespace edgecse::cse {

class SubscriptionNotifier final : public ResourceEventListener {
 public:
  explicit SubscriptionNotifier(CseCore& core) : core_(core) {}
  void on_event(Transaction& transaction, const ResourceEvent& event) override;

 private:
  void tell_subscriptions(Transaction& transaction, const std::string& of, onem2m::NotificationEventType event_type,
                          const ResourceEvent& event);
  void notify(Transaction& transaction, const Resource& subscription, const Json& notification, bool counts);
  void tell_deletion(Transaction& transaction, const ResourceEvent& event);
  [[nodiscard]] Json make_notification(const Resource& subscription, onem2m::NotificationEventType event_type,
                                       const ResourceEvent& event) const;
  void send(Transaction& transaction, const Resource& subscription, const std::string& notification_uri,
            const Json& notification);

  CseCore& core_;
};

}  // namespace edgecse::cse
