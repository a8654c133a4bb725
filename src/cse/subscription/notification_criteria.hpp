// SPDX-License-Identifier: Apache-2.0
//
// Which events a subscription wants to hear of: eventNotificationCriteria and notificationContentType as values.
// TS-0001 9.6.8, TS-0004 6.3.5 m2m:eventNotificationCriteria, 7.5.1.2.2. Pure.
#pragma once

#include <string>
#include <vector>

#include "cse/hooks.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/filter_criteria.hpp"

namespace edgecse::cse {

struct NotificationCriteria {
  std::vector<int> event_types;             // net; UpdateOfResource when the subscription names none
  std::vector<int> child_types;             // chty; empty: all
  std::vector<std::string> attributes;      // atr; empty: all
  onem2m::FilterCriteria conditions;        // crb cra ms us sts stb exb exa sza szb fo

  [[nodiscard]] bool wants(onem2m::NotificationEventType event_type) const;
  /// Whether this event, seen as that type, is to be notified.
  [[nodiscard]] bool match(onem2m::NotificationEventType event_type, const ResourceEvent& event) const;
};

/// From a subscription's attributes. BAD_REQUEST when a condition is damaged.
[[nodiscard]] onem2m::Result<NotificationCriteria> read_notification_criteria(const Json& subscription);

/// One entry of notificationURI.
struct NotificationTarget {
  std::string address;      // without the serialization hint
  std::string serialization; // ct of a URL; empty: not given
  bool is_url = false;      // plain URL: sent as it is, not verified
};
[[nodiscard]] NotificationTarget read_notification_target(const std::string& notification_uri);

/// What a subscription may ask for here, on top of the attribute table; is_update: a change of one that exists. TS-0004
/// 7.4.8.2.1, in its order. 4000 for what contradicts, 5001 for what this CSE does not do.
[[nodiscard]] onem2m::Result<> check_subscription(int parent_type, const Json& subscription, bool is_update);

}  // namespace edgecse::cse
