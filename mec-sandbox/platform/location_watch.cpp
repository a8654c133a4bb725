// SPDX-License-Identifier: Apache-2.0
#include "platform/location_watch.hpp"

#include "platform/api_shapes.hpp"
#include "scenario/geography.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

Shape degrees(double limit) { return number(-limit, limit); }

Shape distance_criterion() {
  return one_of({"AllWithinDistance", "AnyWithinDistance", "AllBeyondDistance", "AnyBeyondDistance"});
}

Shape operation_status() { return list_of(one_of({"Serviceable", "Unserviceable", "Unknown"})); }

Shape count() { return integer(0, 1'000'000'000); }

Shape extended(std::vector<Member> common, std::vector<Member> own) {
  common.insert(common.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  return object(std::move(common));
}

// Edition 3.1.1

Shape event_criteria() { return list_of(one_of({"ENTERING_AREA_EVENT", "LEAVING_AREA_EVENT"})); }

Member reporting_control() {
  return optional("reportingCtrl", object({optional("maximumCount", count()), optional("maximumFrequency", count()),
                                           optional("minimumInterval", count())}));
}

Shape subscription_3(const std::string& type, std::vector<Member> own) {
  return extended({required("subscriptionType", one_of({type})), required("callbackReference", http_uri()),
                   optional("requestTestNotification", boolean()), optional("clientCorrelator", text()),
                   optional("expiryDeadline", time_stamp_shape())},
                  std::move(own));
}

Shape user_event_parameters() {
  return with_at_most_one({"zoneId", "accessPointList"},
                          object({optional("zoneId", text()), optional("accessPointList", list_of(text())),
                                  optional("occurrenceInfo", one_of({"ONE_TIME_EVENT", "MULTIPLE_TIME_EVENT"})),
                                  optional("reportingLocationReq", boolean())}));
}

Shape area_shape() {
  const auto point = object({required("latitude", degrees(90)), required("longitude", degrees(180))});
  return object({required("shape", integer(1, 2)), required("points", list_of(point, 1)), optional("radius", count())});
}

std::vector<LocationKind> kinds_of_3_1_1() {
  return {
      {WatchKind::User, "users", "userLocationEventSubscription", "UserLocationEventSubscription", "event",
       subscription_3("UserLocationEventSubscription",
                      {required("address", text()), optional("locationEventCriteria", event_criteria()),
                       optional("userEventPara", user_event_parameters())})},
      {WatchKind::Periodic, "users", "userLocationPeriodicSubscription", "UserLocationPeriodicSubscription", "periodic",
       subscription_3("UserLocationPeriodicSubscription",
                      {required("address", text()),
                       required("periodicEventInfo", object({required("reportingAmount", integer(1, 1'000'000)),
                                                             required("reportingInterval", integer(1, 86'400))}))})},
      {WatchKind::Zone, "zones", "zoneLocationEventSubscription", "ZoneLocationEventSubscription", "event",
       subscription_3("ZoneLocationEventSubscription",
                      {required("zoneId", text()), optional("addressList", list_of(text())),
                       optional("locationEventCriteria", event_criteria()), reporting_control()})},
      {WatchKind::ZoneStatus, "zones", "zoneStatusSubscription", "ZoneStatusSubscription", "status",
       subscription_3(
           "ZoneStatusSubscription",
           {required("zoneId", text()), optional("upperNumberOfUsersZoneThreshold", count()),
            optional("lowerNumberOfUsersZoneThreshold", count()), optional("upperNumberOfUsersAPThreshold", count()),
            optional("lowerNumberOfUsersAPThreshold", count()), optional("operationStatus", operation_status()),
            reporting_control()})},
      {WatchKind::Area, "area", "userAreaSubscription", "UserAreaSubscription", "event",
       subscription_3(
           "UserAreaSubscription",
           {required("addressList", list_of(text(), 1)), required("areaDefine", area_shape()),
            required("trackingAccuracy", number(0, 1e9)), optional("locationEventCriteria", event_criteria()),
            optional("reportingLocationReq", boolean()), reporting_control()})},
      {WatchKind::Distance, "distance", "userDistanceSubscription", "UserDistanceSubscription", "",
       subscription_3("UserDistanceSubscription",
                      {required("criteria", distance_criterion()), required("distance", number(0, 1e9)),
                       required("trackingAccuracy", number(0, 1e9)), required("checkImmediate", boolean()),
                       required("monitoredAddress", list_of(text(), 1)), optional("referenceAddress", list_of(text())),
                       reporting_control()})}};
}

// Editions 2.x

Shape user_events() { return list_of(one_of({"Entering", "Leaving", "Transferring"})); }

Shape subscription_2(std::vector<Member> own) {
  const auto callback = object({required("notifyURL", http_uri()), optional("callbackData", text()),
                                optional("notificationFormat", one_of({"JSON"}))});
  return extended({required("callbackReference", callback), optional("clientCorrelator", text())}, std::move(own));
}

std::vector<LocationKind> kinds_of_2() {
  return {
      {WatchKind::User, "userTracking", "userTrackingSubscription", "UserTrackingSubscription", "",
       subscription_2({required("address", text()), optional("userEventCriteria", user_events())})},
      {WatchKind::Zone, "zonalTraffic", "zonalTrafficSubscription", "ZonalTrafficSubscription", "",
       subscription_2({required("zoneId", text()), optional("userEventCriteria", user_events()),
                       optional("interestRealm", list_of(text())), optional("duration", count())})},
      {WatchKind::ZoneStatus, "zoneStatus", "zoneStatusSubscription", "ZoneStatusSubscription", "",
       subscription_2({required("zoneId", text()), optional("numberOfUsersZoneThreshold", count()),
                       optional("numberOfUsersAPThreshold", count()),
                       optional("operationStatus", operation_status())})},
      {WatchKind::Area, "area/circle", "circleNotificationSubscription", "CircleNotificationSubscription", "",
       subscription_2(
           {required("address", list_of(text(), 1)), required("checkImmediate", boolean()),
            required("enteringLeavingCriteria", one_of({"Entering", "Leaving"})), required("frequency", count()),
            required("latitude", degrees(90)), required("longitude", degrees(180)), required("radius", number(0, 1e9)),
            required("trackingAccuracy", number(0, 1e9)), optional("count", count()), optional("duration", count())})},
      {WatchKind::Distance, "distance", "distanceNotificationSubscription", "DistanceNotificationSubscription", "",
       subscription_2({required("monitoredAddress", list_of(text(), 1)), required("checkImmediate", boolean()),
                       required("criteria", distance_criterion()), required("distance", number(0, 1e9)),
                       required("frequency", count()), required("trackingAccuracy", number(0, 1e9)),
                       optional("referenceAddress", list_of(text())), optional("count", count()),
                       optional("duration", count())})},
      {WatchKind::Periodic, "periodic", "periodicNotificationSubscription", "PeriodicNotificationSubscription", "",
       subscription_2({required("address", list_of(text(), 1)), required("frequency", integer(1, 86'400)),
                       required("requestedAccuracy", count()), optional("duration", count())})}};
}

std::string without_scheme(std::string address) {
  if (address.starts_with("acr:")) address.erase(0, 4);
  return address;
}

std::vector<std::string> addresses_in(const json& body, std::initializer_list<const char*> members) {
  std::vector<std::string> result;
  for (const char* name : members) {
    const auto value = body.value(name, json::array());
    for (const auto& address : value.is_array() ? value : json::array({value}))
      result.push_back(without_scheme(address));
  }
  return result;
}

std::set<LocationEventType> events_in(const json& names) {
  static const std::map<std::string, LocationEventType> kEvents{{"ENTERING_AREA_EVENT", LocationEventType::Entering},
                                                                {"LEAVING_AREA_EVENT", LocationEventType::Leaving},
                                                                {"Entering", LocationEventType::Entering},
                                                                {"Leaving", LocationEventType::Leaving},
                                                                {"Transferring", LocationEventType::Transferring}};
  std::set<LocationEventType> result;
  for (const auto& name : names) result.insert(kEvents.at(name));
  if (result.empty())
    result = {LocationEventType::Entering, LocationEventType::Leaving, LocationEventType::Transferring};
  return result;
}

Result<Area> area_in(const json& define) {
  Area area;
  const auto& points = define.at("points");
  for (const auto& point : points) area.points.push_back({point.at("longitude"), point.at("latitude")});
  if (define.at("shape") == 1) {
    if (points.size() != 1 || !define.contains("radius"))
      return refuse(400, "areaDefine: a circle has one point and a radius");
    area.radius_m = define.at("radius");
  } else if (points.size() < 3 || points.size() > 15) {
    return refuse(400, "areaDefine.points: a polygon has 3 to 15 points");
  }
  return area;
}

std::optional<std::int64_t> threshold_in(const json& body, const char* member) {
  if (!body.contains(member)) return std::nullopt;
  return body.at(member).get<std::int64_t>();
}

Result<> read_3_1_1(const json& body, std::int64_t now_s, Watch& watch) {
  watch.callback = body.at("callbackReference");
  watch.events = events_in(body.value("locationEventCriteria", json::array()));
  watch.with_location = body.value("reportingLocationReq", false);
  if (const auto parameters = body.find("userEventPara"); parameters != body.end()) {
    watch.zone = parameters->value("zoneId", "");
    watch.access_points = parameters->value("accessPointList", std::vector<std::string>{});
    watch.with_location = parameters->value("reportingLocationReq", false);
    if (parameters->value("occurrenceInfo", "") == "ONE_TIME_EVENT") watch.most = 1;
  }
  if (const auto control = body.find("reportingCtrl"); control != body.end()) {
    watch.most = control->value("maximumCount", 0);
    watch.interval_s = std::max(control->value("minimumInterval", 0), control->value("maximumFrequency", 0));
  }
  if (const auto period = body.find("periodicEventInfo"); period != body.end()) {
    watch.most = period->at("reportingAmount");
    watch.interval_s = period->at("reportingInterval");
  }
  if (const auto define = body.find("areaDefine"); define != body.end()) {
    auto area = area_in(*define);
    if (!area) return tl::unexpected{area.error()};
    watch.area = std::move(*area);
  }
  watch.zone_users = {threshold_in(body, "upperNumberOfUsersZoneThreshold"),
                      threshold_in(body, "lowerNumberOfUsersZoneThreshold")};
  watch.access_point_users = {threshold_in(body, "upperNumberOfUsersAPThreshold"),
                              threshold_in(body, "lowerNumberOfUsersAPThreshold")};
  if (const auto deadline = body.find("expiryDeadline"); deadline != body.end()) {
    watch.ends_at_s = deadline->at("seconds");
    if (watch.ends_at_s <= now_s) return refuse(400, "expiryDeadline: is in the past");
  }
  return {};
}

void read_2(const json& body, std::int64_t now_s, Watch& watch) {
  const auto& callback = body.at("callbackReference");
  watch.callback = callback.at("notifyURL");
  if (callback.contains("callbackData")) watch.callback_data = callback.at("callbackData");
  watch.events = events_in(body.contains("enteringLeavingCriteria") ? json::array({body.at("enteringLeavingCriteria")})
                                                                    : body.value("userEventCriteria", json::array()));
  watch.with_location = true;
  watch.most = body.value("count", 0);
  watch.interval_s = body.value("frequency", 0);
  if (body.contains("radius")) {
    watch.area.points = {{body.at("longitude"), body.at("latitude")}};
    watch.area.radius_m = body.at("radius");
  }
  // One threshold, whichever way it is passed.
  const auto zone = threshold_in(body, "numberOfUsersZoneThreshold");
  const auto point = threshold_in(body, "numberOfUsersAPThreshold");
  watch.zone_users = {zone, zone};
  watch.access_point_users = {point, point};
  if (const auto duration = body.value("duration", std::int64_t{0}); duration > 0) watch.ends_at_s = now_s + duration;
}

}  // namespace

const std::vector<LocationKind>& location_kinds(Edition edition) {
  static const auto kThree = kinds_of_3_1_1(), kTwo = kinds_of_2();
  return edition == Edition::V3_1_1 ? kThree : kTwo;
}

bool Area::holds(const Position& position) const {
  if (points.size() == 1) return distance_m(points[0], position) <= radius_m;
  bool inside = false;
  for (std::size_t i = 0, before = points.size() - 1; i < points.size(); before = i++) {
    const auto &a = points[i], &b = points[before];
    if ((a.latitude > position.latitude) == (b.latitude > position.latitude)) continue;
    const double part = (position.latitude - a.latitude) / (b.latitude - a.latitude);
    if (position.longitude < a.longitude + part * (b.longitude - a.longitude)) inside = !inside;
  }
  return inside;
}

Result<Watch> read_watch(const LocationKind& kind, Edition edition, const json& body, std::int64_t now_s) {
  Watch watch;
  watch.addresses = addresses_in(body, {"address", "addressList", "monitoredAddress"});
  watch.references = addresses_in(body, {"referenceAddress"});
  watch.zone = body.value("zoneId", "");
  watch.check_immediately = body.value("checkImmediate", false);
  watch.distance_m = body.value("distance", 0.0);
  watch.distance_criterion = body.value("criteria", "");
  if (edition == Edition::V3_1_1) {
    if (auto read = read_3_1_1(body, now_s, watch); !read) return tl::unexpected{read.error()};
  } else {
    read_2(body, now_s, watch);
  }
  if (kind.watch == WatchKind::Distance && watch.references.empty() && watch.addresses.size() < 2)
    return refuse(400, "monitoredAddress: two users at least, or a referenceAddress");
  return watch;
}

}  // namespace edgecse::sandbox
