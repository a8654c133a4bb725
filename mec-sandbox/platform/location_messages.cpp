// SPDX-License-Identifier: Apache-2.0
//
// MEC 013 notifications as the editions write them.
#include "platform/location.hpp"
#include "platform/location_subscriptions.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

const char* name_of(LocationEventType type, bool third_edition) {
  switch (type) {
    case LocationEventType::Entering:
      return third_edition ? "ENTERING_AREA_EVENT" : "Entering";
    case LocationEventType::Leaving:
      return third_edition ? "LEAVING_AREA_EVENT" : "Leaving";
    case LocationEventType::Transferring:
      return "Transferring";
  }
  return "";
}

}  // namespace

json LocationSubscriptions::head(const Subscription& subscription, const std::string& type) const {
  if (third_edition())
    return {{"notificationType", type},
            {"timeStamp", time_stamp(outside_.clock)},
            {"_links", {{"subscription", {{"href", href(subscription)}}}}}};
  json result{{"link", json::array({{{"rel", subscription.kind->type}, {"href", href(subscription)}}})}};
  if (subscription.watch.callback_data) result["callbackData"] = *subscription.watch.callback_data;
  return result;
}

void LocationSubscriptions::notify_event(Subscription& subscription, LocationEventType type, const Terminal& terminal,
                                         const std::string& zone, const std::string& point,
                                         const std::string& point_before) {
  if (!third_edition()) {
    auto content = head(subscription, "");
    content.update({{"address", terminal.plan.address},
                    {"zoneId", zone},
                    {"currentAccessPointId", point},
                    {"userEventType", name_of(type, false)},
                    {"timestamp", time_stamp(outside_.clock)}});
    if (!point_before.empty()) content["previousAccessPointId"] = point_before;
    return send(subscription, "zonalPresenceNotification", std::move(content));
  }
  const bool user = subscription.kind->watch == WatchKind::User;
  auto content = head(subscription, user ? "UserLocationEventNotification" : "ZoneLocationEventNotification");
  content.update({{"address", terminal.plan.address}, {"zoneId", zone}, {"userLocationEvent", name_of(type, true)}});
  if (user) content["accessPointId"] = point;
  if (user && subscription.watch.with_location) content["locationInfo"] = location_info(terminal.position);
  send(subscription, user ? "userLocationEventNotification" : "zoneLocationEventNotification", std::move(content));
}

void LocationSubscriptions::notify_terminals(Subscription& subscription, const std::vector<const Terminal*>& terminals,
                                             std::optional<LocationEventType> event) {
  const auto kind = subscription.kind->watch;
  const auto& watch = subscription.watch;
  const bool last = watch.most > 0 && subscription.sent + 1 >= watch.most;
  if (!third_edition()) return notify_terminals_2(subscription, terminals, event, last);
  if (kind == WatchKind::Distance) {
    auto content = head(subscription, "UserDistanceNotification");
    json users{{"resourceURL", fmt::format("{}/{}/location/v2/queries/users", outside_.api_root, host_.name)},
               {"user", json::array()}};
    for (const auto* terminal : terminals) users["user"].push_back(user_info(*terminal, host_, outside_));
    content.update({{"distanceEvent", watch.distance_criterion}, {"monitoredUsers", std::move(users)}});
    return send(subscription, "userDistanceNotification", std::move(content));
  }
  if (terminals.empty()) return;
  const auto& terminal = *terminals.front();  // both other kinds monitor one user at a time
  const bool here = terminal.access_point && serves(terminal.zone());
  if (kind == WatchKind::Area) {
    auto content = head(subscription, "UserAreaNotification");
    content.update({{"address", terminal.plan.address}, {"userLocationEvent", name_of(*event, true)}});
    if (here && watch.with_location) content["locationInfo"] = location_info(terminal.position);
    return send(subscription, "userAreaNotification", std::move(content));
  }
  auto content = head(subscription, "UserLocationPeriodicNotification");
  content.update({{"address", terminal.plan.address}, {"isFinalNotification", last}, {"result", "ABNORMAL"}});
  if (here)
    content.update({{"result", "SUCCESS"},
                    {"zoneId", terminal.zone()},
                    {"accessPointId", terminal.access_point->name},
                    {"locationInfo", location_info(terminal.position)}});
  send(subscription, "userLocationPeriodicNotification", std::move(content));
}

void LocationSubscriptions::notify_terminals_2(Subscription& subscription,
                                               const std::vector<const Terminal*>& terminals,
                                               std::optional<LocationEventType> event, bool last) {
  auto content = head(subscription, "");
  content.update({{"isFinalNotification", last}, {"terminalLocation", json::array()}});
  if (event) content["enteringLeavingCriteria"] = name_of(*event, false);
  if (subscription.kind->watch == WatchKind::Distance)
    content["distanceCriteria"] = subscription.watch.distance_criterion;
  for (const auto* terminal : terminals) {
    json place{{"address", terminal->plan.address}, {"locationRetrievalStatus", "NotRetrieved"}};
    if (terminal->access_point && serves(terminal->zone()))
      place.update({{"locationRetrievalStatus", "Retrieved"}, {"currentLocation", location_info(terminal->position)}});
    content["terminalLocation"].push_back(std::move(place));
  }
  send(subscription, "subscriptionNotification", std::move(content));
}

void LocationSubscriptions::notify_zone(Subscription& subscription, const std::string& point, int event,
                                        std::int64_t users) {
  auto content = head(subscription, "ZoneStatusNotification");
  content["zoneId"] = subscription.watch.zone;
  if (!point.empty()) content["accessPointId"] = point;
  if (third_edition()) {
    content["userNumEvent"] = event;
  } else {
    content[point.empty() ? "numberOfUsersInZone" : "numberOfUsersInAP"] = users;
    content["timestamp"] = time_stamp(outside_.clock);
  }
  send(subscription, "zoneStatusNotification", std::move(content));
}

void LocationSubscriptions::send(Subscription& subscription, const std::string& member, json content) {
  const auto now = outside_.clock.monotonic_now();
  const auto& watch = subscription.watch;
  const bool too_soon = subscription.kind->watch != WatchKind::Periodic && subscription.last_sent &&
                        now - *subscription.last_sent < std::chrono::seconds{watch.interval_s};
  if (too_soon) return;
  subscription.last_sent = now;
  ++subscription.sent;
  notifier_.send({host_.name, href(subscription), watch.callback, {{member, std::move(content)}}});
  if (watch.most == 0 || subscription.sent < watch.most) return;
  // It said all that it was asked for; the last notification is still on its way.
  stop_timers(subscription);
  subscriptions_.erase(std::string{subscription.id});
}

}  // namespace edgecse::sandbox
