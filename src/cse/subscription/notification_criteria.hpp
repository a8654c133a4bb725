// SPDX-License-Identifier: Apache-2.0
//
// Which events a subscription wants to hear of: eventNotificationCriteria as values, and its notification targets.
// TS-0001 9.6.8, TS-0004 6.3.5 m2m:eventNotificationCriteria, 7.5.1.2.2. Pure.
#pragma once

#include <string>
#include <vector>

#include "cse/hooks.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/filter_criteria.hpp"

namespace edgecse::cse {

/// One m2m:operationMonitor.
struct OperationMonitor {
  int operations = 0;       // sum of AccessOperation bits; 0: all
  std::string originator;   // empty: all
};

struct NotificationCriteria {
  std::vector<int> event_types;             // net; UpdateOfResource when the subscription names neither net nor om
  std::vector<int> child_types;             // chty; empty: all
  std::vector<std::string> attributes;      // atr; empty: all
  std::vector<OperationMonitor> monitors;   // om
  onem2m::FilterCriteria conditions;        // crb cra ms us sts stb exb exa sza szb fo

  [[nodiscard]] bool wants(onem2m::NotificationEventType event_type) const;
  /// Whether this event, seen as that type, is to be notified.
  [[nodiscard]] bool match(onem2m::NotificationEventType event_type, const ResourceEvent& event) const;
  /// Whether the attributes named are among those that atr limits to.
  [[nodiscard]] bool touches(const Json& changed) const;
  [[nodiscard]] bool takes_child(int type) const;
  /// Whether such an attempt is monitored; the originator as this CSE writes it.
  [[nodiscard]] bool monitors_attempt(onem2m::AccessOperation operation, const std::string& originator) const;
};

/// From a subscription's enc; null: the default. BAD_REQUEST when a condition is damaged.
[[nodiscard]] onem2m::Result<NotificationCriteria> read_notification_criteria(const Json& criteria);

/// One entry of notificationURI.
struct NotificationTarget {
  std::string address;      // without the serialization hint
  std::string serialization; // ct of a URL; empty: not given
  bool is_url = false;      // plain URL: sent as it is
};
[[nodiscard]] NotificationTarget read_notification_target(const std::string& notification_uri);
/// The strings of a list attribute; an absent one is empty.
[[nodiscard]] std::vector<std::string> strings_of(const Json& attributes, const char* short_name);

/// A member of an object, null when either is not there.
[[nodiscard]] const Json& member_of(const Json& object, const char* name);

}  // namespace edgecse::cse
