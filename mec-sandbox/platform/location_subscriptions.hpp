// SPDX-License-Identifier: Apache-2.0
//
// MEC 013 subscriptions (location/v2/subscriptions) of one host and their notifications, in the form of the host's
// edition: 3.1.1 users, zones, area, distance; 2.x userTracking, zonalTraffic, zoneStatus, area/circle, distance,
// periodic. A host knows the users of its zones only. Only the system's executor touches it.
#pragma once

#include "platform/location_watch.hpp"
#include "platform/notifier.hpp"
#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

class LocationSubscriptions {
 public:
  LocationSubscriptions(const HostPlan& host, const Scenario& scenario, const Terminals& terminals,
                        Surroundings& outside, Notifier& notifier)
      : host_(host), scenario_(scenario), terminals_(terminals), outside_(outside), notifier_(notifier) {}

  /// path[0] is "subscriptions".
  [[nodiscard]] Reply handle(const Request& request);

  /// A terminal changed its access point.
  void moved(const Movement& movement);
  /// Terminals are elsewhere than before, whether or not they changed their access point.
  void positions_changed();
  void forget_all();

 private:
  struct Subscription {
    std::string id;
    const LocationKind* kind = nullptr;
    nlohmann::json body;  // without its wrapper
    Watch watch;
    std::map<std::string, bool> inside;           // area: by address
    bool criterion_held = false;                  // distance
    std::map<std::string, std::int64_t> counted;  // zone status: users by access point, "" is the zone
    std::int64_t sent = 0;
    std::optional<base::MonotonicTime> last_sent;
    base::TimerId period_timer = 0;
    base::TimerId expiry_timer = 0;
  };

  [[nodiscard]] Reply collection(const Request& request, const std::string& folder);
  [[nodiscard]] Reply list(const Request& request, const std::string& folder) const;
  /// id empty: a new one.
  [[nodiscard]] Reply put(const Request& request, const std::string& folder, std::string id);
  [[nodiscard]] nlohmann::json wrapped(const Subscription& subscription) const;
  void start(Subscription& subscription);
  void erase(const std::string& id);
  void stop_timers(const Subscription& subscription);

  // What happens (location_events.cpp)
  void look_at_area(Subscription& subscription, bool first);
  void look_at_distance(Subscription& subscription, bool first);
  void look_at_zone(Subscription& subscription, bool first);
  void report_period(Subscription& subscription);
  void report_move(Subscription& subscription, const Movement& movement);
  [[nodiscard]] std::vector<const Terminal*> known(const std::vector<std::string>& addresses) const;
  [[nodiscard]] bool serves(const std::string& zone) const;
  [[nodiscard]] bool criterion_holds(const Watch& watch) const;

  // Messages (location_messages.cpp)
  void notify_event(Subscription& subscription, LocationEventType type, const Terminal& terminal,
                    const std::string& zone, const std::string& point, const std::string& point_before);
  void notify_terminals(Subscription& subscription, const std::vector<const Terminal*>& terminals,
                        std::optional<LocationEventType> event);
  void notify_terminals_2(Subscription& subscription, const std::vector<const Terminal*>& terminals,
                          std::optional<LocationEventType> event, bool last);
  void notify_zone(Subscription& subscription, const std::string& point, int event, std::int64_t users);
  [[nodiscard]] nlohmann::json head(const Subscription& subscription, const std::string& type) const;
  void send(Subscription& subscription, const std::string& member, nlohmann::json content);

  [[nodiscard]] std::string base() const {
    return fmt::format("{}/{}/location/v2/subscriptions", outside_.api_root, host_.name);
  }
  [[nodiscard]] std::string href(const Subscription& subscription) const {
    return fmt::format("{}/{}/{}", base(), subscription.kind->folder, subscription.id);
  }
  [[nodiscard]] bool third_edition() const { return host_.edition == Edition::V3_1_1; }
  /// Calls it for each subscription; the call may end the subscription.
  void for_each(const std::function<void(Subscription&)>& act);

  const HostPlan& host_;
  const Scenario& scenario_;
  const Terminals& terminals_;
  Surroundings& outside_;
  Notifier& notifier_;
  std::map<std::string, Subscription> subscriptions_;
};

}  // namespace edgecse::sandbox
