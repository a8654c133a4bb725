// SPDX-License-Identifier: Apache-2.0
// MEC 021: registrations, subscriptions and the three states of a move.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
const std::string kAms1 = "/mep1/amsi/v1";
const std::string kAms2 = "/mep2/amsi/v1";
const std::string kCar = "10.100.0.1";

/// An instance at each host; both known to the AMS of mep1, where the first owns the car.
class MoveOfACar : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    source = ready_application("mep1");
    target = ready_application("mep2");
    publish("mep1", source, service("onem2m-cse", "http://127.0.0.3:8080"));
    publish("mep2", target, service("onem2m-cse", "http://127.0.0.4:8080"));
    registration = add_registration(source, json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "NOT_TRANSFERRED")}));
    add_registration(target, json::array());
    place(kCar, "zone03");
  }

  static json device(const std::string& level, const std::string& state) {
    return {{"associateId", {{"type", "UE_IPv4_ADDRESS"}, {"value", kCar}}},
            {"appMobilityServiceLevel", level},
            {"contextTransferState", state}};
  }
  static json registration_of(const std::string& application, const json& devices) {
    json info{{"serviceConsumerId", {{"appInstanceId", application}}}};
    if (!devices.empty()) info["deviceInformation"] = devices;
    return info;
  }
  std::string add_registration(const std::string& application, const json& devices) {
    const auto made = call("POST", kAms1 + "/app_mobility_services", registration_of(application, devices));
    EXPECT_EQ(made.status, 201) << made.body;
    return body(made).at("appMobilityServiceId");
  }
  void put_registration(const json& devices) {
    EXPECT_EQ(call("PUT", kAms1 + "/app_mobility_services/" + registration, registration_of(source, devices)).status,
              200);
    settle();
  }
  void subscribe(const json& statuses) {
    json criteria{{"appInstanceId", source}};
    if (!statuses.is_null()) criteria["mobilityStatus"] = statuses;
    const auto made = call("POST", kAms1 + "/subscriptions",
                           {{"subscriptionType", "MobilityProcedureSubscription"},
                            {"callbackReference", "http://127.0.0.3:8080/mec/ams"},
                            {"filterCriteria", criteria}});
    EXPECT_EQ(made.status, 201) << made.body;
    settle();
  }
  void subscribe_to_all() {
    subscribe({"INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED", "INTERHOST_MOVEOUT_FAILED"});
  }
  std::vector<std::string> states() const {
    std::vector<std::string> result;
    for (const auto& told : callbacks.of("MobilityProcedureNotification")) result.push_back(told.at("mobilityStatus"));
    return result;
  }
  std::string resolved() { return body(call("GET", "/sandbox/v1/dns?ue=" + kCar)).at("host"); }

  std::string source, target, registration;
};

TEST_F(MoveOfACar, IsToldToTheOwnerWithTheTargetInstance) {
  subscribe(nullptr);
  place(kCar, "zone04");
  const auto told = callbacks.of("MobilityProcedureNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("mobilityStatus"), "INTERHOST_MOVEOUT_TRIGGERED");
  EXPECT_EQ(told[0].at("associateId").at(0).at("value"), kCar);
  EXPECT_EQ(told[0].at("targetAppInfo").at("appInstanceId"), target);
  EXPECT_EQ(told[0].at("targetAppInfo").at("commInterface").at("ipAddresses").at(0).at("host"), "127.0.0.4");
}

TEST_F(MoveOfACar, IsNotToldForCellsOfTheSameHost) {
  subscribe_to_all();
  place(kCar, "zone02");
  EXPECT_THAT(states(), ElementsAre());
}

TEST_F(MoveOfACar, CompletesWhenTheContextIsTransferred) {
  subscribe_to_all();
  place(kCar, "zone04");
  put_registration(json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "USER_CONTEXT_TRANSFER_COMPLETED")}));
  EXPECT_THAT(states(), ElementsAre("INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED"));
}

TEST_F(MoveOfACar, CompletesWhenTheOwnerDropsTheDevice) {
  subscribe_to_all();
  place(kCar, "zone04");
  put_registration(json::array());
  EXPECT_THAT(states(), ElementsAre("INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED"));
}

TEST_F(MoveOfACar, FailsWhenTheCarReturnsBefore) {
  subscribe_to_all();
  place(kCar, "zone04");
  place(kCar, "zone03");
  EXPECT_THAT(states(), ElementsAre("INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_FAILED"));
}

TEST_F(MoveOfACar, CompletesAtOnceWithoutConfirmation) {
  put_registration(json::array({device("APP_MOBILITY_WITHOUT_CONFIRMATION", "NOT_TRANSFERRED")}));
  subscribe_to_all();
  place(kCar, "zone04");
  EXPECT_THAT(states(), ElementsAre("INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED"));
}

TEST_F(MoveOfACar, IsNotToldWhenItIsNotAllowed) {
  put_registration(json::array({device("APP_MOBILITY_NOT_ALLOWED", "NOT_TRANSFERRED")}));
  subscribe_to_all();
  place(kCar, "zone04");
  EXPECT_THAT(states(), ElementsAre());
  EXPECT_EQ(resolved(), "mep1");
}

TEST_F(MoveOfACar, CanHappenAgainAfterTheOwnerRegisteredTheCarAnew) {
  subscribe_to_all();
  for (int round = 0; round < 2; ++round) {
    place(kCar, "zone04");
    put_registration(json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "USER_CONTEXT_TRANSFER_COMPLETED")}));
    place(kCar, "zone03");
    put_registration(json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "NOT_TRANSFERRED")}));
  }
  EXPECT_EQ(states().size(), 4U);
}

TEST_F(MoveOfACar, IsToldToASubscriptionThatComesLate) {
  place(kCar, "zone04");
  subscribe_to_all();
  EXPECT_THAT(states(), ElementsAre("INTERHOST_MOVEOUT_TRIGGERED"));
}

TEST_F(MoveOfACar, IsNotToldWhereNoInstanceIsATarget) {
  subscribe_to_all();
  call("POST", "/sandbox/v1/hosts/mep2/applications/" + target + "/terminate",
       {{"operation_action", "STOPPING"}, {"grace_s", 1}});
  time.advance(std::chrono::seconds{2});
  place(kCar, "zone04");
  EXPECT_THAT(states(), ElementsAre());
}

TEST_F(MoveOfACar, TurnsTheNameOnlyAfterTheConfirmation) {
  subscribe_to_all();
  EXPECT_EQ(resolved(), "mep1");
  place(kCar, "zone04");
  EXPECT_EQ(resolved(), "mep1");
  put_registration(json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "USER_CONTEXT_TRANSFER_COMPLETED")}));
  EXPECT_EQ(resolved(), "mep2");
  EXPECT_EQ(body(call("GET", "/sandbox/v1/dns?ue=" + kCar)).at("address"), "127.0.0.4");
}

TEST_F(MoveOfACar, TurnsTheNameAtOnceForACarThatNobodyRegistered) {
  EXPECT_EQ(body(call("GET", "/sandbox/v1/dns?ue=10.100.0.2")).at("host"), "mep1");
  place("10.100.0.2", "zone04");
  EXPECT_EQ(body(call("GET", "/sandbox/v1/dns?ue=10.100.0.2")).at("host"), "mep2");
}

TEST_F(MoveOfACar, KeepsTheNameWhenThePlatformCrashes) {
  call("POST", "/sandbox/v1/hosts/mep1/restart", json::object());
  EXPECT_EQ(resolved(), "mep1");
}

TEST_F(MoveOfACar, IsForgottenWhenTheRegistrationExpires) {
  auto info = registration_of(source, json::array({device("APP_MOBILITY_WITH_CONFIRMATION", "NOT_TRANSFERRED")}));
  info["expiryTime"] = 60;
  EXPECT_EQ(call("PUT", kAms1 + "/app_mobility_services/" + registration, info).status, 200);
  time.advance(std::chrono::seconds{61});
  EXPECT_EQ(call("GET", kAms1 + "/app_mobility_services/" + registration).status, 404);
}

TEST_F(MoveOfACar, KnowsTheAdjacentInstances) {
  const auto adjacent =
      body(call("GET", kAms1 + "/queries/adjacent_app_instances?filter=(eq,registeredInstanceId," + source + ")"));
  ASSERT_EQ(adjacent.size(), 1U);
  EXPECT_EQ(adjacent[0].at("appInstanceId"), target);
  EXPECT_EQ(adjacent[0].at("mecHostInformation").at("hostName"), "mep2");
  EXPECT_EQ(call("GET", kAms1 + "/queries/adjacent_app_instances?filter=colour").status, 400);
}

TEST_F(MoveOfACar, TellsWhenAdjacentInstancesComeAndGo) {
  call("POST", kAms1 + "/subscriptions",
       {{"subscriptionType", "AdjacentAppInfoSubscription"},
        {"callbackReference", "http://127.0.0.3/adj"},
        {"filterCriteria", {{"appInstanceId", source}}}});
  const auto second = ready_application("mep2");
  add_registration(second, json::array());
  settle();
  const auto told = callbacks.of("AdjacentAppInfoNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("adjacentAppInfo").size(), 2U);
}

class MobilityServiceTest : public SandboxTest {};

TEST_F(MobilityServiceTest, GivesTheIdentifierOfARegistrationItself) {
  const auto application = ready_application("mep1");
  const auto answer = call("POST", kAms1 + "/app_mobility_services",
                           {{"appMobilityServiceId", "mine"}, {"serviceConsumerId", {{"appInstanceId", application}}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail(answer), HasSubstr("appMobilityServiceId"));
}

TEST_F(MobilityServiceTest, RefusesConsumersThatAreTwoThingsOrNobody) {
  const auto application = ready_application("mep1");
  const auto url = kAms1 + "/app_mobility_services";
  EXPECT_EQ(call("POST", url, {{"serviceConsumerId", {{"appInstanceId", application}, {"mepId", "m"}}}}).status, 400);
  EXPECT_EQ(call("POST", url, {{"serviceConsumerId", {{"appInstanceId", "nobody"}}}}).status, 400);
  EXPECT_EQ(call("POST", url, {{"serviceConsumerId", {{"mepId", "m"}}}}).status, 201);
}

TEST_F(MobilityServiceTest, RefusesNumbersWhereItWritesStrings) {
  const auto application = ready_application("mep1");
  const json device{{"associateId", {{"type", "UE_IPv4_ADDRESS"}, {"value", kCar}}}, {"appMobilityServiceLevel", 2}};
  EXPECT_EQ(
      call("POST", kAms1 + "/app_mobility_services",
           {{"serviceConsumerId", {{"appInstanceId", application}}}, {"deviceInformation", json::array({device})}})
          .status,
      400);
}

TEST_F(MobilityServiceTest, TellsATestAndWarnsBeforeASubscriptionExpires) {
  const auto application = ready_application("mep1");
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.wall_now().time_since_epoch()).count();
  const auto made = call("POST", kAms2 + "/subscriptions",
                         {{"subscriptionType", "MobilityProcedureSubscription"},
                          {"callbackReference", "http://127.0.0.3/m"},
                          {"requestTestNotification", true},
                          {"filterCriteria", {{"appInstanceId", application}}},
                          {"expiryDeadline", {{"seconds", seconds + 100}, {"nanoSeconds", 0}}}});
  ASSERT_EQ(made.status, 201) << made.body;
  settle();
  EXPECT_EQ(callbacks.of("TestNotification").size(), 1U);
  time.advance(std::chrono::seconds{85});
  EXPECT_EQ(callbacks.of("ExpiryNotification").size(), 1U);
  EXPECT_EQ(
      body(call("GET", kAms2 + "/subscriptions?subscriptionType=mobility_proc")).at("_links").at("subscription").size(),
      1U);
  time.advance(std::chrono::seconds{20});
  EXPECT_EQ(body(call("GET", kAms2 + "/subscriptions")).at("_links").at("subscription").size(), 0U);
}

TEST_F(MobilityServiceTest, ReplacesASubscriptionUnderItsName) {
  const auto application = ready_application("mep1");
  json subscription{{"subscriptionType", "MobilityProcedureSubscription"},
                    {"callbackReference", "http://127.0.0.3/m"},
                    {"filterCriteria", {{"appInstanceId", application}}}};
  const auto made = call("POST", kAms1 + "/subscriptions", subscription);
  const auto url =
      std::string{made.headers.find("Location").value()}.substr(std::string{"http://127.0.0.1:8090"}.size());
  subscription["callbackReference"] = "http://127.0.0.3/other";
  EXPECT_EQ(call("PUT", url, subscription).status, 200);
  EXPECT_EQ(body(call("GET", url)).at("callbackReference"), "http://127.0.0.3/other");
  subscription["subscriptionType"] = "AdjacentAppInfoSubscription";
  EXPECT_EQ(call("PUT", url, subscription).status, 422);
}

TEST_F(MobilityServiceTest, EndsARegistrationByTheTask) {
  const auto application = ready_application("mep1");
  const auto made =
      call("POST", kAms1 + "/app_mobility_services", {{"serviceConsumerId", {{"appInstanceId", application}}}});
  const auto url = kAms1 + "/app_mobility_services/" + body(made).at("appMobilityServiceId").get<std::string>();
  EXPECT_EQ(call("POST", url + "/deregister_task").status, 204);
  EXPECT_EQ(call("GET", url).status, 404);
}

TEST_F(MobilityServiceTest, RefusesASubscriptionForAnUnknownInstanceOrAnUnknownKind) {
  const json subscription{{"subscriptionType", "MobilityProcedureSubscription"},
                          {"callbackReference", "http://127.0.0.3/m"},
                          {"filterCriteria", {{"appInstanceId", "nobody"}}}};
  EXPECT_EQ(call("POST", kAms1 + "/subscriptions", subscription).status, 404);
  EXPECT_EQ(call("GET", kAms1 + "/subscriptions?subscriptionType=weather").status, 400);
}

}  // namespace
}  // namespace edgecse::sandbox
