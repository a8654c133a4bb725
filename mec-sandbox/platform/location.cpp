// SPDX-License-Identifier: Apache-2.0
#include "platform/location.hpp"

#include <cmath>

#include "scenario/geography.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

json location_info(const Position& position) {
  // Shape 2 is a point with no statement about its uncertainty.
  return {
      {"latitude", json::array({position.latitude})}, {"longitude", json::array({position.longitude})}, {"shape", 2}};
}

json user_info(const Terminal& terminal, const HostPlan& host, const Surroundings& outside) {
  return {{"address", terminal.plan.address},
          {"accessPointId", terminal.access_point->name},
          {"zoneId", terminal.zone()},
          {"resourceURL", fmt::format("{}/{}/location/v2/queries/users?address={}", outside.api_root, host.name,
                                      terminal.plan.address)},
          {"timestamp", time_stamp(outside.clock)},
          {"locationInfo", location_info(terminal.position)}};
}

namespace {

class LocationQuery {
 public:
  LocationQuery(const HostPlan& host, const Scenario& scenario, const Terminals& terminals, const Surroundings& outside)
      : host_(host),
        scenario_(scenario),
        terminals_(terminals),
        outside_(outside),
        base_(fmt::format("{}/{}/location/v2/queries", outside.api_root, host.name)) {}

  Reply answer(const Request& request) const {
    if (request.path.empty() || request.path[0] != "queries") return nothing_here(request, false);
    if (request.method != "GET") return nothing_here(request, true);
    if (request.at({"queries", "users"})) return users(request);
    if (request.at({"queries", "distance"})) return distance(request);
    if (request.at({"queries", "zones"})) return zones(request);
    if (request.path.size() < 3 || request.path[1] != "zones") return nothing_here(request, false);
    const auto& zone = request.path[2];
    if (!serves(zone)) return refuse(404, fmt::format("{} serves no zone {}", host_.name, zone));
    if (request.path.size() == 3) return json_response(200, {{"zoneInfo", zone_info(zone)}});
    if (request.path[3] != "accessPoints" || request.path.size() > 5) return nothing_here(request, false);
    return access_points(request, zone);
  }

 private:
  [[nodiscard]] bool serves(const std::string& zone) const {
    return std::find(host_.zones.begin(), host_.zones.end(), zone) != host_.zones.end();
  }

  template <class Predicate>
  [[nodiscard]] std::size_t users_where(Predicate fits) const {
    return static_cast<std::size_t>(std::count_if(terminals_.all().begin(), terminals_.all().end(), fits));
  }

  Reply users(const Request& request) const {
    if (auto known = only_queries(request, {"zoneId", "accessPointId", "address"}); !known)
      return tl::unexpected{known.error()};
    const auto wanted = [&](const char* query, std::string found) {
      auto values = request.values(query);
      for (auto& value : values)
        if (value.starts_with("acr:")) value.erase(0, 4);
      return values.empty() || std::find(values.begin(), values.end(), found) != values.end();
    };
    auto list = json::array();
    for (const auto& terminal : terminals_.all()) {
      if (!terminal.access_point || !serves(terminal.zone())) continue;
      if (!wanted("zoneId", terminal.zone()) || !wanted("accessPointId", terminal.access_point->name) ||
          !wanted("address", terminal.plan.address))
        continue;
      list.push_back(user_info(terminal, host_, outside_));
    }
    json result{{"resourceURL", base_ + "/users"}};
    if (!list.empty()) result["user"] = std::move(list);
    return json_response(200, {{"userList", std::move(result)}});
  }

  /// Metres between two users, or between a user and a place.
  Reply distance(const Request& request) const {
    if (auto known = only_queries(request, {"requester", "address", "latitude", "longitude"}); !known)
      return tl::unexpected{known.error()};
    const auto addresses = request.values("address");
    const auto latitude = degrees(request, "latitude"), longitude = degrees(request, "longitude");
    if (addresses.empty() || addresses.size() + (latitude && longitude ? 1U : 0U) != 2)
      return refuse(400, "expected two addresses, or one address with latitude and longitude");
    std::vector<Position> places;
    for (const auto& address : addresses) {
      const auto* terminal = terminals_.find(address.starts_with("acr:") ? address.substr(4) : address);
      if (!terminal || !terminal->access_point || !serves(terminal->zone()))
        return refuse(404, fmt::format("{} knows no user {}", host_.name, address));
      places.push_back(terminal->position);
    }
    if (latitude && longitude) places.push_back({*longitude, *latitude});
    const auto metres = static_cast<std::int64_t>(std::lround(distance_m(places[0], places[1])));
    return json_response(200,
                         {{"terminalDistance", {{"distance", metres}, {"timestamp", time_stamp(outside_.clock)}}}});
  }

  [[nodiscard]] static std::optional<double> degrees(const Request& request, std::string_view query) {
    const auto values = request.values(query);
    if (values.size() != 1) return std::nullopt;
    char* end = nullptr;
    const double number = std::strtod(values[0].c_str(), &end);
    return end == values[0].c_str() || *end != 0 || !(std::abs(number) <= 180) ? std::nullopt : std::optional{number};
  }

  Reply zones(const Request& request) const {
    if (host_.edition == Edition::V3_1_1) {
      if (auto known = only_queries(request, {"zoneId"}); !known) return tl::unexpected{known.error()};
    } else if (auto known = only_queries(request, {}); !known) {
      return tl::unexpected{known.error()};
    }
    const auto wanted = request.values("zoneId");
    auto list = json::array();
    for (const auto& zone : host_.zones)
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), zone) != wanted.end())
        list.push_back(zone_info(zone));
    return json_response(200, {{"zoneList", {{"zone", std::move(list)}, {"resourceURL", base_ + "/zones"}}}});
  }

  [[nodiscard]] json zone_info(const std::string& zone) const {
    const auto points = std::count_if(scenario_.access_points.begin(), scenario_.access_points.end(),
                                      [&](const AccessPoint& point) { return point.zone == zone; });
    return {{"zoneId", zone},
            {"numberOfAccessPoints", points},
            {"numberOfUnserviceableAccessPoints", 0},
            {"numberOfUsers", users_where([&](const Terminal& terminal) { return terminal.zone() == zone; })},
            {"resourceURL", base_ + "/zones/" + zone}};
  }

  Reply access_points(const Request& request, const std::string& zone) const {
    auto list = json::array();
    for (const auto& point : scenario_.access_points)
      if (point.zone == zone) list.push_back(access_point_info(point));
    const auto url = base_ + "/zones/" + zone + "/accessPoints";
    if (request.path.size() == 4)
      return json_response(
          200, {{"accessPointList", {{"zoneId", zone}, {"accessPoint", std::move(list)}, {"resourceURL", url}}}});
    for (const auto& info : list)
      if (info.at("accessPointId") == request.path[4]) return json_response(200, {{"accessPointInfo", info}});
    return refuse(404, fmt::format("the zone {} has no access point {}", zone, request.path[4]));
  }

  [[nodiscard]] json access_point_info(const AccessPoint& point) const {
    return {{"accessPointId", point.name},
            {"connectionType", connection_type(point.type)},
            {"operationStatus", "Serviceable"},
            {"numberOfUsers", users_where([&](const Terminal& terminal) { return terminal.access_point == &point; })},
            {"locationInfo", location_info(point.position)},
            {"resourceURL", fmt::format("{}/zones/{}/accessPoints/{}", base_, point.zone, point.name)}};
  }

  [[nodiscard]] std::string connection_type(const std::string& type) const {
    if (type == "wifi") return "Wifi";
    if (host_.edition == Edition::V3_1_1) return type == "5g" ? "5G NR" : "LTE";
    return type == "5g" ? "Smallcell" : "Macro";
  }

  const HostPlan& host_;
  const Scenario& scenario_;
  const Terminals& terminals_;
  const Surroundings& outside_;
  std::string base_;
};

}  // namespace

Reply handle_location(const Request& request, const HostPlan& host, const Scenario& scenario,
                      const Terminals& terminals, const Surroundings& outside) {
  return LocationQuery(host, scenario, terminals, outside).answer(request);
}

}  // namespace edgecse::sandbox
