// SPDX-License-Identifier: Apache-2.0
//
// When a MEC 013 subscription has something to say.
#include "platform/location_subscriptions.hpp"
#include "scenario/geography.hpp"

namespace edgecse::sandbox {

void LocationSubscriptions::moved(const Movement& movement) {
  for_each([&](Subscription& subscription) {
    const auto kind = subscription.kind->watch;
    if (kind == WatchKind::User || kind == WatchKind::Zone) report_move(subscription, movement);
    if (kind == WatchKind::ZoneStatus) look_at_zone(subscription, false);
  });
}

void LocationSubscriptions::positions_changed() {
  for_each([&](Subscription& subscription) {
    if (subscription.kind->watch == WatchKind::Area) look_at_area(subscription, false);
    if (subscription.kind->watch == WatchKind::Distance) look_at_distance(subscription, false);
  });
}

bool LocationSubscriptions::serves(const std::string& zone) const {
  return std::find(host_.zones.begin(), host_.zones.end(), zone) != host_.zones.end();
}

std::vector<const Terminal*> LocationSubscriptions::known(const std::vector<std::string>& addresses) const {
  std::vector<const Terminal*> result;
  for (const auto& address : addresses) {
    const auto* terminal = terminals_.find(address);
    if (terminal && terminal->access_point && serves(terminal->zone())) result.push_back(terminal);
  }
  return result;
}

void LocationSubscriptions::report_move(Subscription& subscription, const Movement& movement) {
  const auto& watch = subscription.watch;
  const auto& terminal = *movement.terminal;
  if (!watch.addresses.empty() &&
      std::find(watch.addresses.begin(), watch.addresses.end(), terminal.plan.address) == watch.addresses.end())
    return;
  const auto zone = terminal.zone();
  const std::string point = terminal.access_point ? terminal.access_point->name : "";
  const auto watched = [&](const std::string& in_zone, const std::string& at_point) {
    if (!serves(in_zone)) return false;
    if (!watch.access_points.empty())
      return std::find(watch.access_points.begin(), watch.access_points.end(), at_point) != watch.access_points.end();
    return watch.zone.empty() || watch.zone == in_zone;
  };
  const bool before = watched(movement.zone_before, movement.access_point_before), now = watched(zone, point);
  // Without a place of its own the area is the zone: each change of it counts.
  const bool other_area = watch.access_points.empty() ? movement.changed_zone() : before != now;
  const auto id = subscription.id;
  if (before && (other_area || !now) && watch.events.contains(LocationEventType::Leaving))
    notify_event(subscription, LocationEventType::Leaving, terminal, movement.zone_before, movement.access_point_before,
                 "");
  if (!subscriptions_.contains(id)) return;  // that was the last one it asked for
  if (now && (other_area || !before) && watch.events.contains(LocationEventType::Entering))
    notify_event(subscription, LocationEventType::Entering, terminal, zone, point, movement.access_point_before);
  if (!third_edition() && before && now && !other_area && movement.changed_access_point() &&
      watch.events.contains(LocationEventType::Transferring))
    notify_event(subscription, LocationEventType::Transferring, terminal, zone, point, movement.access_point_before);
}

void LocationSubscriptions::look_at_area(Subscription& subscription, bool first) {
  const auto& watch = subscription.watch;
  const auto id = subscription.id;
  for (const auto& address : watch.addresses) {
    const auto here = known({address});
    const bool inside = !here.empty() && watch.area.holds(here[0]->position);
    const bool before = std::exchange(subscription.inside[address], inside);
    const bool reported = first ? watch.check_immediately && inside : inside != before;
    const auto event = inside ? LocationEventType::Entering : LocationEventType::Leaving;
    const auto* terminal = terminals_.find(address);
    if (!reported || !terminal || !watch.events.contains(event)) continue;
    notify_terminals(subscription, {terminal}, event);
    if (!subscriptions_.contains(id)) return;
  }
}

bool LocationSubscriptions::criterion_holds(const Watch& watch) const {
  const auto monitored = known(watch.addresses);
  const auto references = watch.references.empty() ? monitored : known(watch.references);
  const bool complete = monitored.size() == watch.addresses.size() && (watch.references.empty() || !references.empty());
  std::size_t pairs = 0, within = 0;
  for (const auto* one : monitored) {
    for (const auto* other : references) {
      if (one == other) continue;
      ++pairs;
      if (distance_m(one->position, other->position) <= watch.distance_m) ++within;
    }
  }
  if (pairs == 0) return false;
  if (watch.distance_criterion == "AllWithinDistance") return complete && within == pairs;
  if (watch.distance_criterion == "AnyWithinDistance") return within > 0;
  if (watch.distance_criterion == "AllBeyondDistance") return complete && within == 0;
  return within < pairs;
}

void LocationSubscriptions::look_at_distance(Subscription& subscription, bool first) {
  const bool holds = criterion_holds(subscription.watch);
  const bool before = std::exchange(subscription.criterion_held, holds);
  if (holds && (first ? subscription.watch.check_immediately : !before))
    notify_terminals(subscription, known(subscription.watch.addresses), std::nullopt);
}

void LocationSubscriptions::look_at_zone(Subscription& subscription, bool first) {
  const auto& watch = subscription.watch;
  std::map<std::string, std::int64_t> counted{{"", 0}};
  for (const auto& point : scenario_.access_points)
    if (point.zone == watch.zone) counted[point.name] = 0;
  for (const auto& terminal : terminals_.all()) {
    if (terminal.zone() != watch.zone) continue;
    ++counted[""];
    ++counted[terminal.access_point->name];
  }
  const auto before = std::exchange(subscription.counted, counted);
  if (first) return;
  const auto id = subscription.id;
  for (const auto& [point, users] : counted) {
    const auto& threshold = point.empty() ? watch.zone_users : watch.access_point_users;
    const auto was = before.at(point);
    const bool over = threshold.upper && was <= *threshold.upper && users > *threshold.upper;
    const bool under = threshold.lower && was >= *threshold.lower && users < *threshold.lower;
    if (!over && !under) continue;
    notify_zone(subscription, point, (point.empty() ? 1 : 3) + (over ? 0 : 1), users);
    if (!subscriptions_.contains(id)) return;
  }
}

void LocationSubscriptions::report_period(Subscription& subscription) {
  const std::chrono::seconds period{std::max<std::int64_t>(subscription.watch.interval_s, 1)};
  subscription.period_timer = outside_.executor.run_after(period, [this, id = subscription.id] {
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end()) return;
    std::vector<const Terminal*> monitored;
    for (const auto& address : found->second.watch.addresses)
      if (const auto* terminal = terminals_.find(address)) monitored.push_back(terminal);
    notify_terminals(found->second, monitored, std::nullopt);
    if (const auto still = subscriptions_.find(id); still != subscriptions_.end()) report_period(still->second);
  });
}

}  // namespace edgecse::sandbox
