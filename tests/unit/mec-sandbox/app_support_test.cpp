// SPDX-License-Identifier: Apache-2.0
// MEC 011 application support. mep1 plays edition 3.1.1, mep2 plays 2.2.1.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using testing::HasSubstr;
const std::string kBase1 = "/mep1/mec_app_support/v1";
const std::string kBase2 = "/mep2/mec_app_support/v1";

class AppSupportTest : public SandboxTest {
 protected:
  static json app_info(const std::string& uri = "http://127.0.0.3:8080") {
    return {{"appName", "edgecse"}, {"endpoint", {{"uris", {uri}}}}};
  }
  std::string register_at_mep1() {
    return body(call("POST", kBase1 + "/registrations", app_info())).at("appInstanceId");
  }
  std::string subscribe_to_termination(const std::string& id) {
    const auto made = call("POST", kBase1 + "/applications/" + id + "/subscriptions",
                           {{"subscriptionType", "AppTerminationNotificationSubscription"},
                            {"callbackReference", "http://127.0.0.3:8080/mec/t"},
                            {"appInstanceId", id}});
    EXPECT_EQ(made.status, 201) << made.body;
    return std::string{made.headers.find("Location").value_or("")};
  }
};

TEST_F(AppSupportTest, RegistersAnApplicationIn3xAndGivesItAnIdentifier) {
  const auto made = call("POST", kBase1 + "/registrations", app_info());
  EXPECT_EQ(made.status, 201);
  const auto id = body(made).at("appInstanceId").get<std::string>();
  EXPECT_EQ(made.headers.find("Location"), "http://127.0.0.1:8090" + kBase1 + "/registrations/" + id);
  EXPECT_EQ(body(call("GET", kBase1 + "/registrations/" + id)).at("appName"), "edgecse");
}

TEST_F(AppSupportTest, HasNoRegistrationsInEdition2) {
  const auto answer = call("POST", kBase2 + "/registrations", app_info());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers.find("Content-Type"), "application/problem+json");
}

TEST_F(AppSupportTest, RefusesARegistrationWithoutAnEndpoint) {
  const auto answer = call("POST", kBase1 + "/registrations", {{"appName", "edgecse"}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(detail(answer), HasSubstr("endpoint is missing"));
}

TEST_F(AppSupportTest, ReplacesTheFormerLifeOfAProgramThatRegistersAgain) {
  const auto first = register_at_mep1();
  const auto second = register_at_mep1();
  EXPECT_NE(first, second);
  EXPECT_EQ(call("GET", kBase1 + "/registrations/" + first).status, 404);
}

TEST_F(AppSupportTest, RefusesEverythingBeforeTheInstanceIsReady) {
  const auto id = register_at_mep1();
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + id + "/dns_rules").status, 403);
  EXPECT_EQ(call("POST", kBase1 + "/applications/" + id + "/confirm_ready", {{"indication", "READY"}}).status, 204);
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + id + "/dns_rules").status, 200);
}

TEST_F(AppSupportTest, RefusesAReadinessThatIsNone) {
  const auto id = register_at_mep1();
  EXPECT_EQ(call("POST", kBase1 + "/applications/" + id + "/confirm_ready", {{"indication", "PERHAPS"}}).status, 400);
  EXPECT_EQ(call("POST", kBase1 + "/applications/nobody/confirm_ready", {{"indication", "READY"}}).status, 404);
}

TEST_F(AppSupportTest, ListsTerminationSubscriptionsAsTheEditionWritesThem) {
  const auto id1 = ready_application("mep1"), id2 = ready_application("mep2");
  for (const auto& [base, id] : {std::pair{kBase1, id1}, {kBase2, id2}})
    call("POST", base + "/applications/" + id + "/subscriptions",
         {{"subscriptionType", "AppTerminationNotificationSubscription"},
          {"callbackReference", "http://127.0.0.3/t"},
          {"appInstanceId", id}});
  const auto link1 =
      body(call("GET", kBase1 + "/applications/" + id1 + "/subscriptions")).at("_links").at("subscriptions").at(0);
  const auto link2 =
      body(call("GET", kBase2 + "/applications/" + id2 + "/subscriptions")).at("_links").at("subscriptions").at(0);
  EXPECT_EQ(link1.at("subscriptionType"), "AppTerminationNotificationSubscription");
  EXPECT_EQ(link2.at("rel"), "AppTerminationNotificationSubscription");
}

TEST_F(AppSupportTest, TellsWhoSubscribedThatItMustEndAndTakesTheConfirmation) {
  const auto id = ready_application("mep1");
  const auto subscription = subscribe_to_termination(id);
  EXPECT_EQ(call("POST", "/sandbox/v1/hosts/mep1/applications/" + id + "/terminate",
                 {{"operation_action", "TERMINATING"}, {"grace_s", 10}})
                .status,
            204);
  settle();
  const auto told = callbacks.of("AppTerminationNotification");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].at("maxGracefulTimeout"), 10);
  EXPECT_EQ(told[0].at("_links").at("subscription").at("href"), subscription);

  const auto confirm = kBase1 + "/applications/" + id + "/confirm_termination";
  EXPECT_EQ(call("POST", confirm, {{"operationAction", "STOPPING"}}).status, 409);
  EXPECT_EQ(call("POST", confirm, {{"operationAction", "TERMINATING"}}).status, 204);
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + id + "/subscriptions").status, 404);
}

TEST_F(AppSupportTest, EndsAnInstanceThatDoesNotConfirmInTime) {
  const auto id = ready_application("mep1");
  call("POST", "/sandbox/v1/hosts/mep1/applications/" + id + "/terminate",
       {{"operation_action", "STOPPING"}, {"grace_s", 10}});
  time.advance(std::chrono::seconds{9});
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + id + "/dns_rules").status, 200);
  time.advance(std::chrono::seconds{2});
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + id + "/dns_rules").status, 404);
}

TEST_F(AppSupportTest, RefusesAConfirmationOfNothing) {
  const auto id = ready_application("mep1");
  EXPECT_EQ(
      call("POST", kBase1 + "/applications/" + id + "/confirm_termination", {{"operationAction", "STOPPING"}}).status,
      409);
}

TEST_F(AppSupportTest, LetsAnInstanceActivateItsRulesButNotRewriteThem) {
  const auto id = ready_application("mep1");
  const auto url = kBase1 + "/applications/" + id + "/dns_rules/onem2m-name";
  const auto read = call("GET", url);
  auto rule = body(read);
  EXPECT_EQ(rule.at("state"), "INACTIVE");

  rule["state"] = "ACTIVE";
  EXPECT_EQ(call("PUT", url, rule, {{"If-Match", "\"old\""}}).status, 412);
  EXPECT_EQ(call("PUT", url, rule, {{"If-Match", std::string{read.headers.find("ETag").value()}}}).status, 200);
  EXPECT_EQ(body(call("GET", url)).at("state"), "ACTIVE");

  rule["domainName"] = "elsewhere.example";
  EXPECT_EQ(call("PUT", url, rule).status, 400);
}

TEST_F(AppSupportTest, WritesTheInterfaceOfATrafficRuleAsTheEditionDoes) {
  const auto id1 = ready_application("mep1"), id2 = ready_application("mep2");
  EXPECT_TRUE(
      body(call("GET", kBase1 + "/applications/" + id1 + "/traffic_rules")).at(0).at("dstInterface").is_object());
  EXPECT_TRUE(
      body(call("GET", kBase2 + "/applications/" + id2 + "/traffic_rules")).at(0).at("dstInterface").is_array());
}

TEST_F(AppSupportTest, RefusesBodiesThatAreNone) {
  const auto id = register_at_mep1();
  net::HttpRequest request;
  request.method = "POST";
  request.path = kBase1 + "/applications/" + id + "/confirm_ready";
  std::vector<int> statuses;
  const auto keep = [&](const net::HttpResponse& response) { statuses.push_back(response.status); };
  request.body = R"({"indication":"READY"})";
  sandbox.handle(request, keep);  // no Content-Type
  request.headers.add("Content-Type", "application/json");
  request.body = "{";
  sandbox.handle(request, keep);
  request.body = std::string(100'000, '[');
  sandbox.handle(request, keep);
  EXPECT_EQ(statuses, (std::vector{415, 400, 400}));
}

TEST_F(AppSupportTest, TellsTheTime) {
  EXPECT_EQ(body(call("GET", kBase2 + "/timing/current_time")).at("timeSourceStatus"), "NONTRACEABLE");
  EXPECT_EQ(call("DELETE", kBase2 + "/timing/current_time").status, 405);
}

TEST_F(AppSupportTest, ForgetsRegisteredInstancesInACrashAndKeepsManagedOnesUnready) {
  const auto registered = register_at_mep1();
  const auto managed = ready_application("mep1");
  EXPECT_EQ(call("POST", "/sandbox/v1/hosts/mep1/restart", {{"outage_ms", 500}}).status, 204);
  EXPECT_EQ(call("GET", kBase1 + "/timing/current_time").status, 503);
  time.advance(std::chrono::milliseconds{600});
  EXPECT_EQ(call("POST", kBase1 + "/applications/" + registered + "/confirm_ready", {{"indication", "READY"}}).status,
            404);
  EXPECT_EQ(call("GET", kBase1 + "/applications/" + managed + "/dns_rules").status, 403);
}

}  // namespace
}  // namespace edgecse::sandbox
