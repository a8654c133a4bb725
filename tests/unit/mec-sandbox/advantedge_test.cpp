// SPDX-License-Identifier: Apache-2.0
// What the MEC system does otherwise when it plays AdvantEDGE (README.md has the list).
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

constexpr const char* kCar = "10.100.0.1";
constexpr const char* kTriggered = "INTERHOST_MOVEOUT_TRIGGERED";

class AdvantEdgeTest : public SandboxTest {
 protected:
  AdvantEdgeTest() : SandboxTest(Quirks::AdvantEdge) {}

  static json registration(const std::string& application) {
    return {{"serviceConsumerId", {{"appInstanceId", application}}},
            {"deviceInformation",
             {{{"associateId", {{"type", "UE_IPv4_ADDRESS"}, {"value", kCar}}},
               {"appMobilityServiceLevel", "APP_MOBILITY_WITH_CONFIRMATION"},
               {"contextTransferState", "NOT_TRANSFERRED"}}}}};
  }
  static json subscription(const std::string& application, json statuses) {
    return {{"subscriptionType", "MobilityProcedureSubscription"},
            {"callbackReference", "http://127.0.0.3/ams"},
            {"filterCriteria", {{"appInstanceId", application}, {"mobilityStatus", std::move(statuses)}}}};
  }
};

TEST_F(AdvantEdgeTest, PlaysTheSecondEditionEverywhere) {
  const auto state = body(call("GET", "/sandbox/v1/state"));
  EXPECT_EQ(state.at("quirks"), "advantedge");
  for (const auto& host : state.at("hosts")) EXPECT_EQ(host.at("edition"), "2.2.1");
  EXPECT_EQ(call("POST", "/mep1/mec_app_support/v1/registrations", {{"appName", "edgecse"}}).status, 404);
}

TEST_F(AdvantEdgeTest, LacksRulesNeighboursTasksAndS1Bearers) {
  const auto id = ready_application("mep1");
  for (const auto& path : {"/mep1/mec_app_support/v1/applications/" + id + "/dns_rules",
                           "/mep1/mec_app_support/v1/applications/" + id + "/traffic_rules",
                           std::string{"/mep1/amsi/v1/queries/adjacent_app_instances"},
                           std::string{"/mep1/rni/v2/queries/s1_bearer_info"}})
    EXPECT_EQ(call("GET", path).status, 501) << path;
}

TEST_F(AdvantEdgeTest, WantsToHearReadyFirst) {
  const auto made = call("POST", "/sandbox/v1/hosts/mep1/applications", {{"name", "edgecse"}});
  const auto id = body(made).at("app_instance_id").get<std::string>();
  const auto early = call("GET", "/mep1/mec_service_mgmt/v1/applications/" + id + "/services");
  EXPECT_EQ(early.status, 403);
  EXPECT_THAT(detail(early), testing::HasSubstr("App Instance not ready"));
}

TEST_F(AdvantEdgeTest, ChangesOnlyTheStateOfAServiceAndKnowsNoHeartbeats) {
  const auto id = ready_application("mep1");
  auto wanted = service("weather");
  wanted["livenessInterval"] = 10;
  const auto services = "/mep1/mec_service_mgmt/v1/applications/" + id + "/services";
  auto made = body(call("POST", services, wanted));
  EXPECT_FALSE(made.contains("livenessInterval"));
  EXPECT_FALSE(made.at("_links").contains("liveness"));
  const auto path = services + "/" + made.at("serInstanceId").get<std::string>();
  made["state"] = "INACTIVE";
  EXPECT_EQ(call("PUT", path, made).status, 200);
  made["version"] = "2.0";
  EXPECT_EQ(call("PUT", path, made).status, 400);
  EXPECT_TRUE(body(call("GET", "/mep1/mec_service_mgmt/v1/transports")).at(0).at("security").is_null());
}

TEST_F(AdvantEdgeTest, BreaksDownOnMissingMembers) {
  const auto id = ready_application("mep1");
  auto bare = registration(id);
  bare["deviceInformation"][0].erase("contextTransferState");
  EXPECT_EQ(call("POST", "/mep1/amsi/v1/app_mobility_services", bare).status, 500);
  EXPECT_EQ(call("POST", "/mep1/amsi/v1/subscriptions", subscription(id, {1})).status, 500);
  EXPECT_EQ(call("POST", "/mep1/mec_service_mgmt/v1/applications/" + id + "/subscriptions",
                 {{"subscriptionType", "SerAvailabilityNotificationSubscription"},
                  {"callbackReference", "http://127.0.0.3/services"},
                  {"filteringCriteria",
                   {{"serCategories", {{{"href", "/c"}, {"id", "oneM2M"}, {"name", "oneM2M"}, {"version", "1"}}}}}}})
                .status,
            201);
  auto nameless = service("weather");
  nameless.erase("serCategory");
  EXPECT_EQ(call("POST", "/mep1/mec_service_mgmt/v1/applications/" + id + "/services", nameless).status, 500);
}

TEST_F(AdvantEdgeTest, AnswersAMobilityRegistrationWithoutALocation) {
  const auto id = ready_application("mep1");
  const auto made = call("POST", "/mep1/amsi/v1/app_mobility_services", registration(id));
  EXPECT_EQ(made.status, 201);
  EXPECT_FALSE(made.headers.find("Location"));
  EXPECT_TRUE(body(made).contains("appMobilityServiceId"));
  EXPECT_TRUE(body(call("GET", "/mep1/amsi/v1/subscriptions")).at("_links").at("self").is_null());
}

TEST_F(AdvantEdgeTest, TellsOnlyThatAMoveIsTriggeredInFewWords) {
  place(kCar, "zone01");
  const auto source = ready_application("mep1"), target = ready_application("mep2");
  auto moving = registration(source);
  const auto made = body(call("POST", "/mep1/amsi/v1/app_mobility_services", moving));
  call("POST", "/mep1/amsi/v1/app_mobility_services", {{"serviceConsumerId", {{"appInstanceId", target}}}});
  call("POST", "/mep1/amsi/v1/subscriptions",
       subscription(source, {kTriggered, "INTERHOST_MOVEOUT_COMPLETED", "INTERHOST_MOVEOUT_FAILED"}));
  place(kCar, "zone04");
  moving["deviceInformation"][0]["contextTransferState"] = "USER_CONTEXT_TRANSFER_COMPLETED";
  call("PUT", "/mep1/amsi/v1/app_mobility_services/" + made.at("appMobilityServiceId").get<std::string>(), moving);
  settle();
  const auto told = callbacks.of("MobilityProcedureNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("mobilityStatus"), kTriggered);
  EXPECT_TRUE(told[0].at("_links").is_null());
  EXPECT_EQ(told[0].at("targetAppInfo"), json({{"appInstanceId", target}}));
}

TEST_F(AdvantEdgeTest, MayChooseAStaleTarget) {
  place(kCar, "zone01");
  const auto source = ready_application("mep1");
  std::vector<std::string> targets{ready_application("mep2"), ready_application("mep2"), ready_application("mep2")};
  std::sort(targets.begin(), targets.end());
  call("POST", "/mep1/amsi/v1/app_mobility_services", registration(source));
  for (const auto& target : targets)  // the alphabetically first is the oldest
    call("POST", "/mep1/amsi/v1/app_mobility_services", {{"serviceConsumerId", {{"appInstanceId", target}}}});
  call("POST", "/mep1/amsi/v1/subscriptions", subscription(source, {kTriggered}));
  place(kCar, "zone04");
  EXPECT_EQ(callbacks.of("MobilityProcedureNotification").at(0).at("targetAppInfo").at("appInstanceId"), targets[0]);
}

TEST_F(AdvantEdgeTest, LeadsTheConfirmationOfATerminationAstray) {
  const auto id = ready_application("mep1");
  const auto base = "/mep1/mec_app_support/v1/applications/" + id;
  call("POST", base + "/subscriptions",
       {{"subscriptionType", "AppTerminationNotificationSubscription"},
        {"callbackReference", "http://127.0.0.3/end"},
        {"appInstanceId", id}});
  EXPECT_EQ(call("POST", base + "/confirm_termination", {{"operationAction", "STOPPING"}}).status, 400);
  call("POST", "/sandbox/v1/hosts/mep1/applications/" + id + "/terminate",
       {{"operation_action", "STOPPING"}, {"grace_s", 60}});
  settle();
  const auto told = callbacks.of("AppTerminationNotification").at(0);
  EXPECT_EQ(told.at("maxGracefulTimeout"), 10);
  const auto link = told.at("_links").at("confirmTermination").at("href").get<std::string>();
  EXPECT_EQ(
      call("POST", link.substr(std::string_view{"http://127.0.0.1:8090"}.size()), {{"operationAction", "STOPPING"}})
          .status,
      404);
  EXPECT_EQ(call("POST", base + "/confirm_termination", {{"operationAction", "STOPPING"}}).status, 204);
}

TEST_F(AdvantEdgeTest, SendsANotificationOnce) {
  const auto id = ready_application("mep1");
  call("POST", "/mep1/location/v2/subscriptions/userTracking",
       {{"userTrackingSubscription",
         {{"address", kCar}, {"callbackReference", {{"notifyURL", "http://127.0.0.3/told"}}}}}});
  place(kCar, "zone01");
  callbacks.received.clear();
  callbacks.statuses = {200};
  place(kCar, "zone04");  // it leaves this host: one notification
  time.advance(std::chrono::seconds{30});
  EXPECT_EQ(callbacks.received.size(), 1U);
}

}  // namespace
}  // namespace edgecse::sandbox
