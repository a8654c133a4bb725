// SPDX-License-Identifier: Apache-2.0
// MEC 011 service management.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using testing::HasSubstr;
const std::string kBase1 = "/mep1/mec_service_mgmt/v1";
const std::string kBase2 = "/mep2/mec_service_mgmt/v1";

class ServiceManagementTest : public SandboxTest {
 protected:
  void subscribe(const std::string& host, const std::string& application, const json& criteria) {
    json subscription{{"subscriptionType", "SerAvailabilityNotificationSubscription"},
                      {"callbackReference", "http://127.0.0.9/a"}};
    if (!criteria.is_null()) subscription["filteringCriteria"] = criteria;
    const auto made =
        call("POST", "/" + host + "/mec_service_mgmt/v1/applications/" + application + "/subscriptions", subscription);
    EXPECT_EQ(made.status, 201) << made.body;
  }
  std::vector<std::string> changes() const {
    std::vector<std::string> result;
    for (const auto& told : callbacks.of("SerAvailabilityNotification"))
      result.push_back(told.at("serviceReferences").at(0).at("changeType"));
    return result;
  }
};

TEST_F(ServiceManagementTest, PublishesAServiceThatEveryHostFinds) {
  const auto id = publish("mep1", ready_application("mep1"), service("onem2m-cse"));
  const auto here = body(call("GET", kBase1 + "/services?ser_name=onem2m-cse"));
  const auto there = body(call("GET", kBase2 + "/services?ser_name=onem2m-cse"));
  ASSERT_EQ(here.size(), 1U);
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].at("serInstanceId"), id);
}

TEST_F(ServiceManagementTest, HidesFromOtherHostsWhatIsConsumedLocallyOnly) {
  auto info = service("local");
  info["scopeOfLocality"] = "MEC_HOST";
  info["consumedLocalOnly"] = true;
  const auto application = ready_application("mep1");
  const auto hidden = publish("mep1", application, info);
  info["serName"] = "shown";
  info["consumedLocalOnly"] = false;
  publish("mep1", application, info);

  EXPECT_EQ(call("GET", kBase2 + "/services/" + hidden).status, 404);
  const auto there = body(call("GET", kBase2 + "/services"));
  ASSERT_EQ(there.size(), 1U);
  EXPECT_EQ(there[0].at("isLocal"), false);
}

TEST_F(ServiceManagementTest, RefusesTwoExclusiveFiltersAndUnknownParameters) {
  EXPECT_EQ(call("GET", kBase1 + "/services?ser_name=a&ser_category_id=b").status, 400);
  EXPECT_EQ(call("GET", kBase1 + "/services?colour=red").status, 400);
}

TEST_F(ServiceManagementTest, RefusesAPostThatNamesItsOwnIdentifierOrBothTransports) {
  const auto url = kBase2 + "/applications/" + ready_application("mep2") + "/services";
  auto with_id = service("s"), with_links = service("s"), both = service("s"), neither = service("s"),
       with_fqdn = service("s");
  with_id["serInstanceId"] = "mine";
  with_links["_links"] = {{"self", {{"href", "x"}}}};
  both["transportId"] = "sandboxTransport";
  neither.erase("transportInfo");
  with_fqdn["transportInfo"]["endpoint"] = {{"fqdn", {"cse.example"}}};
  for (const auto& wrong : {with_id, with_links, both, neither, with_fqdn})
    EXPECT_EQ(call("POST", url, wrong).status, 400);
  EXPECT_THAT(detail(call("POST", url, neither)), HasSubstr("exactly one of transportId, transportInfo"));
}

TEST_F(ServiceManagementTest, TakesAPlatformTransportByItsIdentifier) {
  auto info = service("s");
  info.erase("transportInfo");
  info["transportId"] = body(call("GET", kBase1 + "/transports")).at(0).at("id");
  const auto id = publish("mep1", ready_application("mep1"), info);
  EXPECT_EQ(body(call("GET", kBase1 + "/services/" + id)).at("transportInfo").at("type"), "REST_HTTP");
}

TEST_F(ServiceManagementTest, TellsSubscribersWhatChanged) {
  const auto application = ready_application("mep1");
  subscribe("mep2", ready_application("mep2"), {{"serNames", {"weather"}}});
  const auto id = publish("mep1", application, service("weather"));
  publish("mep1", application, service("other"));
  const auto url = kBase1 + "/applications/" + application + "/services/" + id;
  auto info = body(call("GET", url));
  info["state"] = "INACTIVE";
  EXPECT_EQ(call("PUT", url, info).status, 200);
  info["version"] = "2.0";
  EXPECT_EQ(call("PUT", url, info).status, 200);
  EXPECT_EQ(call("DELETE", url).status, 204);
  settle();
  EXPECT_EQ(changes(), (std::vector<std::string>{"ADDED", "STATE_CHANGED", "ATTRIBUTES_CHANGED", "REMOVED"}));
  EXPECT_FALSE(callbacks.received.back().second.at("serviceReferences").at(0).contains("link"));
}

TEST_F(ServiceManagementTest, RefusesSubscriptionsWithExclusiveCriteria) {
  const auto application = ready_application("mep1");
  const auto answer = call("POST", kBase1 + "/applications/" + application + "/subscriptions",
                           {{"subscriptionType", "SerAvailabilityNotificationSubscription"},
                            {"callbackReference", "http://127.0.0.9/a"},
                            {"filteringCriteria", {{"serNames", {"a"}}, {"serInstanceIds", {"b"}}}}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail(answer), HasSubstr("exclude each other"));
}

TEST_F(ServiceManagementTest, SuspendsAServiceWhoseHeartbeatsStopAndTakesItBack) {
  const auto application = ready_application("mep1");
  auto info = service("beating");
  info["livenessInterval"] = 5;
  const auto id = publish("mep1", application, info);
  const auto made = body(call("GET", kBase1 + "/services/" + id));
  const auto liveness = made.at("_links")
                            .at("liveness")
                            .at("href")
                            .get<std::string>()
                            .substr(std::string{"http://127.0.0.1:8090"}.size());

  time.advance(std::chrono::seconds{8});
  EXPECT_EQ(call("PATCH", liveness, {{"state", "ACTIVE"}}).status, 200);
  time.advance(std::chrono::seconds{8});
  EXPECT_EQ(body(call("GET", liveness)).at("state"), "ACTIVE");
  time.advance(std::chrono::seconds{3});
  EXPECT_EQ(body(call("GET", kBase1 + "/services/" + id)).at("state"), "SUSPENDED");
  EXPECT_EQ(body(call("PATCH", liveness, {{"state", "ACTIVE"}})).at("state"), "ACTIVE");
}

TEST_F(ServiceManagementTest, RemovesTheServicesOfAnInstanceThatEnds) {
  const auto application = body(call("POST", "/mep1/mec_app_support/v1/registrations",
                                     {{"appName", "edgecse"}, {"endpoint", {{"uris", {"http://127.0.0.3:8080"}}}}}))
                               .at("appInstanceId")
                               .get<std::string>();
  call("POST", "/mep1/mec_app_support/v1/applications/" + application + "/confirm_ready", {{"indication", "READY"}});
  publish("mep1", application, service("onem2m-cse"));
  EXPECT_EQ(call("DELETE", "/mep1/mec_app_support/v1/registrations/" + application).status, 204);
  EXPECT_TRUE(body(call("GET", kBase1 + "/services")).empty());
}

}  // namespace
}  // namespace edgecse::sandbox
