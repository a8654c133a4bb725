// SPDX-License-Identifier: Apache-2.0
// MEC 013 subscriptions: mep1 plays edition 3.1.1 (zones 01 to 03), mep2 edition 2.2.1 (zone 04).
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using std::chrono::seconds;

constexpr const char* kCar = "10.100.0.1";
constexpr const char* kOther = "10.100.0.2";

class LocationSubscriptionsTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    place(kCar, "zone01");
  }
  /// Makes a subscription of edition 3.1.1 at mep1 or of 2.2.1 at mep2; its path.
  std::string subscribe(const std::string& host, const std::string& folder, const std::string& member, json content) {
    if (host == "mep1") {
      auto type = member;
      type[0] = static_cast<char>(std::toupper(type[0]));
      content["subscriptionType"] = type;
      content["callbackReference"] = "http://127.0.0.3/told";
    } else {
      content["callbackReference"] = {{"notifyURL", "http://127.0.0.3/told"}, {"callbackData", "mine"}};
    }
    const auto made = call("POST", "/" + host + "/location/v2/subscriptions/" + folder, {{member, content}});
    EXPECT_EQ(made.status, 201) << made.body;
    const auto location = made.headers.find("Location").value_or("");
    EXPECT_TRUE(location.starts_with("http://127.0.0.1:8090/")) << location;
    settle();
    return std::string{location.substr(std::string_view{"http://127.0.0.1:8090"}.size())};
  }
  void put_at(const std::string& ue, const std::string& access_point) {
    EXPECT_EQ(call("PUT", "/sandbox/v1/terminals/" + ue + "/place", {{"access_point", access_point}}).status, 200);
    settle();
  }
  std::vector<json> told(const std::string& type) {
    auto result = callbacks.of(type);
    callbacks.received.clear();
    return result;
  }
  json position_of(const std::string& ue) {
    return body(call("GET", "/mep1/location/v2/queries/users?address=" + ue))
        .at("userList")
        .at("user")
        .at(0)
        .at("locationInfo");
  }
};

TEST_F(LocationSubscriptionsTest, TellsWhenAUserChangesItsZone) {
  const auto path = subscribe("mep1", "users", "userLocationEventSubscription", {{"address", kCar}});
  place(kCar, "zone02");
  const auto both = told("UserLocationEventNotification");
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].at("userLocationEvent"), "LEAVING_AREA_EVENT");
  EXPECT_EQ(both[0].at("zoneId"), "zone01");
  EXPECT_EQ(both[1].at("userLocationEvent"), "ENTERING_AREA_EVENT");
  EXPECT_EQ(both[1].at("zoneId"), "zone02");
  EXPECT_EQ(both[1].at("_links").at("subscription").at("href"), "http://127.0.0.1:8090" + path);
  place(kCar, "zone04");  // another host's: only the leaving is seen here
  EXPECT_EQ(told("UserLocationEventNotification").size(), 1U);
}

TEST_F(LocationSubscriptionsTest, WatchesAnAreaOfAccessPointsOnce) {
  const auto path = subscribe("mep1", "users", "userLocationEventSubscription",
                              {{"address", kCar},
                               {"locationEventCriteria", {"ENTERING_AREA_EVENT"}},
                               {"userEventPara",
                                {{"accessPointList", {"4g-macro-cell-6"}},
                                 {"occurrenceInfo", "ONE_TIME_EVENT"},
                                 {"reportingLocationReq", true}}}});
  put_at(kCar, "4g-macro-cell-6");
  const auto entered = told("UserLocationEventNotification");
  ASSERT_EQ(entered.size(), 1U);
  EXPECT_TRUE(entered[0].contains("locationInfo"));
  EXPECT_EQ(call("GET", path).status, 404);  // it was the only one asked for
}

TEST_F(LocationSubscriptionsTest, TellsWhoEntersAZone) {
  subscribe("mep1", "zones", "zoneLocationEventSubscription",
            {{"zoneId", "zone02"}, {"addressList", {kCar}}, {"locationEventCriteria", {"ENTERING_AREA_EVENT"}}});
  place(kOther, "zone02");
  EXPECT_TRUE(told("ZoneLocationEventNotification").empty());
  place(kCar, "zone02");
  EXPECT_EQ(told("ZoneLocationEventNotification").at(0).at("address"), kCar);
}

TEST_F(LocationSubscriptionsTest, TellsWhenTheNumberOfUsersPassesAThreshold) {
  const auto users =
      body(call("GET", "/mep1/location/v2/queries/zones/zone02")).at("zoneInfo").at("numberOfUsers").get<int>();
  subscribe("mep1", "zones", "zoneStatusSubscription",
            {{"zoneId", "zone02"},
             {"upperNumberOfUsersZoneThreshold", users},
             {"lowerNumberOfUsersZoneThreshold", users + 1}});
  place(kCar, "zone02");
  EXPECT_EQ(told("ZoneStatusNotification").at(0).at("userNumEvent"), 1);
  place(kCar, "zone01");
  EXPECT_EQ(told("ZoneStatusNotification").at(0).at("userNumEvent"), 2);
}

TEST_F(LocationSubscriptionsTest, TellsWhenAUserCrossesTheEdgeOfAnArea) {
  place(kCar, "zone02");
  const auto there = position_of(kCar);
  const double latitude = there.at("latitude").at(0), longitude = there.at("longitude").at(0);
  place(kCar, "zone01");
  const json circle{{"shape", 1}, {"radius", 20}, {"points", {{{"latitude", latitude}, {"longitude", longitude}}}}};
  json polygon{{"shape", 2}, {"points", json::array()}};
  for (const auto& [north, east] : {std::pair{-1, -1}, {-1, 1}, {1, 1}, {1, -1}})
    polygon["points"].push_back({{"latitude", latitude + north * 1e-4}, {"longitude", longitude + east * 1e-4}});
  for (const auto& area : {circle, polygon})
    subscribe("mep1", "area", "userAreaSubscription",
              {{"addressList", {kCar}}, {"areaDefine", area}, {"trackingAccuracy", 10}});
  place(kCar, "zone02");
  auto events = told("UserAreaNotification");
  ASSERT_EQ(events.size(), 2U);
  for (const auto& event : events) EXPECT_EQ(event.at("userLocationEvent"), "ENTERING_AREA_EVENT");
  place(kCar, "zone04");
  events = told("UserAreaNotification");
  ASSERT_EQ(events.size(), 2U);
  for (const auto& event : events) EXPECT_EQ(event.at("userLocationEvent"), "LEAVING_AREA_EVENT");
}

TEST_F(LocationSubscriptionsTest, TellsWhenUsersComeTogether) {
  place(kOther, "zone02");
  subscribe("mep1", "distance", "userDistanceSubscription",
            {{"criteria", "AllWithinDistance"},
             {"distance", 30},
             {"trackingAccuracy", 1},
             {"checkImmediate", true},
             {"monitoredAddress", {kCar, kOther}}});
  EXPECT_TRUE(told("UserDistanceNotification").empty());
  place(kCar, "zone02");
  EXPECT_EQ(told("UserDistanceNotification").at(0).at("monitoredUsers").at("user").size(), 2U);
}

TEST_F(LocationSubscriptionsTest, ReportsAsOftenAsAskedAndSaysWhichIsTheLast) {
  const auto path =
      subscribe("mep1", "users", "userLocationPeriodicSubscription",
                {{"address", kCar}, {"periodicEventInfo", {{"reportingAmount", 2}, {"reportingInterval", 5}}}});
  time.advance(seconds{5});
  EXPECT_EQ(told("UserLocationPeriodicNotification").at(0).at("isFinalNotification"), false);
  place(kCar, "zone04");
  time.advance(seconds{5});
  const auto last = told("UserLocationPeriodicNotification").at(0);
  EXPECT_EQ(last.at("isFinalNotification"), true);
  EXPECT_EQ(last.at("result"), "ABNORMAL");  // this host does not know where it is
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(LocationSubscriptionsTest, EndsAtItsDeadline) {
  const auto now = body(call("GET", "/mep1/mec_app_support/v1/timing/current_time")).at("seconds").get<std::int64_t>();
  const auto path = subscribe("mep1", "users", "userLocationEventSubscription",
                              {{"address", kCar}, {"expiryDeadline", {{"seconds", now + 60}, {"nanoSeconds", 0}}}});
  EXPECT_EQ(call("GET", path).status, 200);
  time.advance(seconds{61});
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(LocationSubscriptionsTest, SendsATestNotificationWhenAsked) {
  subscribe("mep1", "users", "userLocationEventSubscription", {{"address", kCar}, {"requestTestNotification", true}});
  EXPECT_EQ(told("TestNotification").size(), 1U);
}

TEST_F(LocationSubscriptionsTest, TheSecondEditionTellsTransfersToo) {
  place(kCar, "zone04");
  const auto path =
      subscribe("mep2", "userTracking", "userTrackingSubscription", {{"address", std::string{"acr:"} + kCar}});
  const auto before =
      body(call("GET", std::string{"/mep2/location/v2/queries/users?address="} + kCar)).at("userList").at("user").at(0);
  put_at(kCar, before.at("accessPointId") == "4g-macro-cell-8" ? "4g-macro-cell-10" : "4g-macro-cell-8");
  const auto moved = told("ZonalPresenceNotification").at(0);
  EXPECT_EQ(moved.at("userEventType"), "Transferring");
  EXPECT_EQ(moved.at("previousAccessPointId"), before.at("accessPointId"));
  EXPECT_EQ(moved.at("callbackData"), "mine");
  EXPECT_EQ(moved.at("link").at(0).at("href"), "http://127.0.0.1:8090" + path);
  place(kCar, "zone01");
  EXPECT_EQ(told("ZonalPresenceNotification").at(0).at("userEventType"), "Leaving");
}

TEST_F(LocationSubscriptionsTest, TheSecondEditionCountsAndEndsAfterItsDuration) {
  const auto traffic =
      subscribe("mep2", "zonalTraffic", "zonalTrafficSubscription", {{"zoneId", "zone04"}, {"duration", 60}});
  const auto users =
      body(call("GET", "/mep2/location/v2/queries/zones/zone04")).at("zoneInfo").at("numberOfUsers").get<int>();
  subscribe("mep2", "zoneStatus", "zoneStatusSubscription",
            {{"zoneId", "zone04"}, {"numberOfUsersZoneThreshold", users}});
  place(kCar, "zone04");
  EXPECT_EQ(callbacks.of("ZonalPresenceNotification").at(0).at("userEventType"), "Entering");
  EXPECT_EQ(callbacks.of("ZoneStatusNotification").at(0).at("numberOfUsersInZone"), users + 1);
  time.advance(seconds{61});
  EXPECT_EQ(call("GET", traffic).status, 404);
}

TEST_F(LocationSubscriptionsTest, TheSecondEditionWatchesCirclesAndReportsPeriodically) {
  place(kCar, "zone04");
  const auto there = body(call("GET", std::string{"/mep2/location/v2/queries/users?address="} + kCar))
                         .at("userList")
                         .at("user")
                         .at(0)
                         .at("locationInfo");
  subscribe("mep2", "area/circle", "circleNotificationSubscription",
            {{"address", {kCar}},
             {"checkImmediate", true},
             {"enteringLeavingCriteria", "Entering"},
             {"frequency", 1},
             {"latitude", there.at("latitude").at(0)},
             {"longitude", there.at("longitude").at(0)},
             {"radius", 10},
             {"trackingAccuracy", 1},
             {"count", 1}});
  const auto inside = told("SubscriptionNotification").at(0);
  EXPECT_EQ(inside.at("enteringLeavingCriteria"), "Entering");
  EXPECT_EQ(inside.at("isFinalNotification"), true);
  subscribe("mep2", "periodic", "periodicNotificationSubscription",
            {{"address", {kCar, kOther}}, {"frequency", 3}, {"requestedAccuracy", 1}});
  time.advance(seconds{3});
  EXPECT_EQ(told("SubscriptionNotification").at(0).at("terminalLocation").size(), 2U);
}

TEST_F(LocationSubscriptionsTest, ListsChangesAndDeletes) {
  const auto path = subscribe("mep1", "users", "userLocationEventSubscription", {{"address", kCar}});
  subscribe("mep1", "users", "userLocationPeriodicSubscription",
            {{"address", kOther}, {"periodicEventInfo", {{"reportingAmount", 2}, {"reportingInterval", 5}}}});
  const auto listed = [&](const std::string& query) {
    return body(call("GET", "/mep1/location/v2/subscriptions/users" + query))
        .at("notificationSubscriptionList")
        .value("subscription", json::array())
        .size();
  };
  EXPECT_EQ(listed(""), 2U);
  EXPECT_EQ(listed("?subscription_type=periodic"), 1U);
  EXPECT_EQ(listed(std::string{"?address="} + kCar), 1U);
  const auto current = call("GET", path);
  auto changed = body(current);
  changed["userLocationEventSubscription"]["address"] = kOther;
  EXPECT_EQ(call("PUT", path, changed, {{"If-Match", "\"stale\""}}).status, 412);
  EXPECT_EQ(call("PUT", path, changed, {{"If-Match", std::string{*current.headers.find("ETag")}}}).status, 200);
  place(kCar, "zone02");
  EXPECT_TRUE(told("UserLocationEventNotification").empty());
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(listed("?subscription_type=event"), 0U);
}

TEST_F(LocationSubscriptionsTest, RefusesWhatCannotBeWatched) {
  const auto refused = [&](const std::string& target, const json& content) {
    return call("POST", target, content).status;
  };
  const json user{{"subscriptionType", "UserLocationEventSubscription"},
                  {"callbackReference", "http://127.0.0.3/told"}};
  EXPECT_EQ(refused("/mep1/location/v2/subscriptions/users", {{"userLocationEventSubscription", user}}), 400);  // whom?
  EXPECT_EQ(refused("/mep1/location/v2/subscriptions/users", user), 400);         // the wrapper is missing
  EXPECT_EQ(refused("/mep1/location/v2/subscriptions/userTracking", user), 404);  // the other edition's
  const json zone{{"subscriptionType", "ZoneLocationEventSubscription"},
                  {"callbackReference", "http://127.0.0.3/told"},
                  {"zoneId", "zone04"}};
  EXPECT_EQ(refused("/mep1/location/v2/subscriptions/zones", {{"zoneLocationEventSubscription", zone}}), 404);
}

TEST_F(LocationSubscriptionsTest, AnswersDistances) {
  place(kOther, "zone02");
  const auto between =
      body(call("GET", std::string{"/mep1/location/v2/queries/distance?address="} + kCar + "&address=" + kOther));
  EXPECT_GT(between.at("terminalDistance").at("distance").get<int>(), 50);
  const auto here = position_of(kCar);
  const auto place_query = fmt::format("&latitude={}&longitude={}", here.at("latitude").at(0).get<double>(),
                                       here.at("longitude").at(0).get<double>());
  EXPECT_EQ(body(call("GET", std::string{"/mep1/location/v2/queries/distance?address="} + kCar + place_query))
                .at("terminalDistance")
                .at("distance"),
            0);
  EXPECT_EQ(call("GET", std::string{"/mep1/location/v2/queries/distance?address="} + kCar).status, 400);
}

}  // namespace
}  // namespace edgecse::sandbox
