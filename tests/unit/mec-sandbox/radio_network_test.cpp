// SPDX-License-Identifier: Apache-2.0
// MEC 012: what the radio network knows of the users in a host's cells.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

constexpr const char* kCar = "10.100.0.1";
constexpr const char* kRoot = "/mep1/rni/v2";

class RadioNetworkTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    put_at("4g-macro-cell-1");
  }
  void put_at(const std::string& access_point) {
    EXPECT_EQ(
        call("PUT", std::string{"/sandbox/v1/terminals/"} + kCar + "/place", {{"access_point", access_point}}).status,
        200);
    settle();
  }
  /// Its path.
  std::string subscribe(const char* type, const char* criteria, json filter, json more = json::object()) {
    filter["associateId"] = {{{"type", 1}, {"value", kCar}}};
    json body{{"subscriptionType", type}, {"callbackReference", "http://127.0.0.3/radio"}, {criteria, filter}};
    body.update(more);
    const auto made = call("POST", std::string{kRoot} + "/subscriptions", body);
    EXPECT_EQ(made.status, 201) << made.body;
    settle();
    return std::string{made.headers.find("Location").value_or("")}.substr(
        std::string_view{"http://127.0.0.1:8090"}.size());
  }
};

TEST_F(RadioNetworkTest, TellsWhenAUserChangesItsCell) {
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  put_at("4g-macro-cell-6");
  const auto told = callbacks.of("CellChangeNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("srcEcgi").at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(told[0].at("trgEcgi").at(0).at("cellId"), "4g-macro-cell-6");
  EXPECT_EQ(told[0].at("hoStatus"), 3);
  EXPECT_EQ(told[0].at("_links").at("subscription").at("href"), "http://127.0.0.1:8090" + path);
}

TEST_F(RadioNetworkTest, TellsACellChangeToBothHostsThatItTouches) {
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  put_at("4g-macro-cell-8");  // of mep2
  put_at("4g-macro-cell-10");
  EXPECT_EQ(callbacks.of("CellChangeNotification").size(), 1U);
}

TEST_F(RadioNetworkTest, KeepsToTheFilter) {
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {{"hoStatus", {1, 2}}});
  subscribe("CellChangeSubscription", "filterCriteriaAssocHo",
            {{"ecgi", {{{"plmn", {{"mcc", "001"}, {"mnc", "01"}}}, {"cellId", "nowhere"}}}}});
  put_at("4g-macro-cell-6");
  EXPECT_TRUE(callbacks.of("CellChangeNotification").empty());
}

TEST_F(RadioNetworkTest, ReportsMeasurementsEverySecond) {
  subscribe("MeasRepUeSubscription", "filterCriteriaAssocTri", {{"trigger", {1}}});
  EXPECT_EQ(call("POST", "/sandbox/v1/scenario/step?seconds=3").status, 204);
  settle();
  const auto told = callbacks.of("MeasRepUeNotification");
  ASSERT_EQ(told.size(), 3U);
  EXPECT_EQ(told[0].at("ecgi").at("cellId"), "4g-macro-cell-1");
  EXPECT_EQ(told[0].at("rsrp"), 97);  // it was put right below the cell
}

TEST_F(RadioNetworkTest, AnswersBearersOfTheUsersInItsCells) {
  const auto found = body(call("GET", std::string{kRoot} + "/queries/rab_info?app_ins_id=a&ue_ipv4_address=" + kCar));
  ASSERT_EQ(found.at("cellUserInfo").size(), 1U);
  EXPECT_EQ(found.at("cellUserInfo").at(0).at("ueInfo").at(0).at("associateId").at(0).at("value"), kCar);
  const auto elsewhere = body(call("GET", std::string{"/mep2/rni/v2/queries/rab_info?ue_ipv4_address="} + kCar));
  EXPECT_TRUE(elsewhere.at("cellUserInfo").empty());
  EXPECT_EQ(call("GET", std::string{kRoot} + "/queries/s1_bearer_info").status, 501);
}

TEST_F(RadioNetworkTest, WarnsBeforeASubscriptionExpiresAndEndsIt) {
  const auto now = body(call("GET", "/mep1/mec_app_support/v1/timing/current_time")).at("seconds").get<std::int64_t>();
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {},
                              {{"expiryDeadline", {{"seconds", now + 100}, {"nanoSeconds", 0}}}});
  time.advance(std::chrono::seconds{90});
  EXPECT_EQ(callbacks.of("ExpiryNotification").size(), 1U);
  time.advance(std::chrono::seconds{11});
  EXPECT_EQ(call("GET", path).status, 404);
}

TEST_F(RadioNetworkTest, ListsChangesAndRefuses) {
  const auto path = subscribe("CellChangeSubscription", "filterCriteriaAssocHo", {});
  const auto listed = body(call("GET", std::string{kRoot} + "/subscriptions?subscription_type=cell_change"));
  EXPECT_EQ(listed.at("_links").at("subscription").size(), 1U);
  auto changed = body(call("GET", path));
  EXPECT_EQ(call("PUT", path, changed).status, 200);
  changed["subscriptionType"] = "MeasRepUeSubscription";
  changed["filterCriteriaAssocTri"] = json::object();
  EXPECT_EQ(call("PUT", path, changed).status, 422);
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(
      call("POST", std::string{kRoot} + "/subscriptions", {{"subscriptionType", "CellChangeSubscription"}}).status,
      400);
}

}  // namespace
}  // namespace edgecse::sandbox
