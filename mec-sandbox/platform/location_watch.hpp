// SPDX-License-Identifier: Apache-2.0
//
// What a MEC 013 subscription watches for, the same for every edition: the kinds of subscriptions that an edition has,
// and how their bodies are read. Values only.
#pragma once

#include <map>
#include <set>

#include "platform/exchange.hpp"
#include "scenario/scenario.hpp"

namespace edgecse::sandbox {

enum class WatchKind { User, Zone, ZoneStatus, Area, Distance, Periodic };

/// One kind of subscription of one edition: where it lies, the member that wraps its body, what the body must look
/// like.
struct LocationKind {
  WatchKind watch;
  std::string folder;  // below subscriptions/, may have a slash
  std::string member;  // {"member": {...}}
  std::string type;    // subscriptionType; the 2.x editions only use it as rel
  std::string filter;  // value of the query subscription_type (3.1.1)
  Shape shape;
};

[[nodiscard]] const std::vector<LocationKind>& location_kinds(Edition edition);

enum class LocationEventType { Entering, Leaving, Transferring };

/// A circle (one point) or a polygon (three points or more).
struct Area {
  std::vector<Position> points;
  double radius_m = 0;
  [[nodiscard]] bool holds(const Position& position) const;
};

/// Users of a zone or of an access point: a notification when the number passes a threshold.
struct Threshold {
  std::optional<std::int64_t> upper;  // from at most this to above
  std::optional<std::int64_t> lower;  // from at least this to below
};

struct Watch {
  std::string callback;
  std::optional<std::string> callback_data;  // 2.x: handed back in each notification
  std::vector<std::string> addresses;        // monitored users; empty: all
  std::vector<std::string> references;       // distance: from these users; empty: between each two of the monitored
  std::string zone;
  std::vector<std::string> access_points;
  std::set<LocationEventType> events;
  Area area;
  double distance_m = 0;
  std::string distance_criterion;
  Threshold zone_users;
  Threshold access_point_users;
  bool check_immediately = false;
  bool with_location = false;
  std::int64_t most = 0;        // notifications, 0: no limit
  std::int64_t interval_s = 0;  // between notifications; for a periodic one its period
  std::int64_t ends_at_s = 0;   // seconds since 1970, 0: never
};

/// The body must have the kind's shape. 400 when it contradicts itself, or would end before now.
[[nodiscard]] Result<Watch> read_watch(const LocationKind& kind, Edition edition, const nlohmann::json& body,
                                       std::int64_t now_s);

}  // namespace edgecse::sandbox
