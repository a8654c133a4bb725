// SPDX-License-Identifier: Apache-2.0
//
// The CSE's MEC side against the local MEC system, both in one process on simulated time: tokens that end, platforms that have
// too much to do, and each edition of the APIs, found out by asking.
#include "mec/application.hpp"

#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kRoot = "http://127.0.0.1:8090";

/// Brings calls to the sandbox and keeps when each was made and what it got.
class Way final : public net::HttpClient {
 public:
  struct Passed {
    base::MonotonicTime at;
    std::string method, path;
    int status;
  };
  Way(Sandbox& sandbox, base::SimulatedTime& time) : sandbox_(sandbox), time_(time) {}
  void send(net::HttpCall call, net::HttpCallback done) override {
    net::HttpRequest request;
    request.method = call.method;
    request.target = call.url.substr(std::string_view{kRoot}.size());
    request.path = request.target.substr(0, request.target.find('?'));
    if (request.path.size() < request.target.size())
      request.query = net::split_query(request.target.substr(request.path.size() + 1)).value_or(net::QueryParameters{});
    request.headers = std::move(call.headers);
    request.body = std::move(call.body);
    sandbox_.handle(request, [this, request, done = std::move(done)](net::HttpResponse response) {
      passed.push_back({time_.monotonic_now(), request.method, request.path, response.status});
      time_.post([done, response = std::move(response)] { done(response); });
    });
  }
  [[nodiscard]] std::vector<int> statuses(const std::string& part = "") const {
    std::vector<int> found;
    for (const auto& each : passed)
      if (each.path.find(part) != std::string::npos) found.push_back(each.status);
    return found;
  }

  std::vector<Passed> passed;

 private:
  Sandbox& sandbox_;
  base::SimulatedTime& time_;
};

class ApplicationAtSandbox : public SandboxTest {
 protected:
  explicit ApplicationAtSandbox(Sandbox::Options chosen = {}) : SandboxTest(std::move(chosen)) {}
  void TearDown() override { application.reset(); }

  void start(const std::string& app_instance_id, mec::OAuth2Options oauth2 = {}) {
    mec::ApplicationOptions wanted;
    wanted.platforms = {mec::make_platform_address(std::string{kRoot} + "/mep1")};
    wanted.life_cycle.app_name = "edgecse";
    wanted.life_cycle.app_instance_id = app_instance_id;
    wanted.life_cycle.app_endpoint = "http://127.0.0.3:8080";
    wanted.life_cycle.callback = "http://127.0.0.3:8080/mec";
    wanted.oauth2 = std::move(oauth2);
    mec::IotPlatform iot{"onem2m-mn1", {}};
    iot.transport.id = iot.transport.name = "t";
    iot.transport.uris = {"http://127.0.0.3:8080"};
    wanted.life_cycle.iot_platform = iot;
    wanted.life_cycle.cell_changes = cell_changes;
    application = std::make_unique<mec::Application>(wanted, way, time, time, random);
    mec::ApplicationListener listener;
    listener.on_state = [this](mec::LifeCycleState now, const std::string&) { state = now; };
    listener.on_cell_change = [this](const mec::CellChangeNotification& told) { cell_change = told; };
    application->start(listener);
    mec::ServiceInfo service;
    service.name = "onem2m-cse";
    service.category = {"/c", "oneM2M", "oneM2M", "1"};
    service.version = "1.0";
    service.transport.id = service.transport.name = "t";
    service.transport.uris = {"http://127.0.0.3:8080"};
    application->offer(service);
    application->track({{"UE_IPv4_ADDRESS", "10.100.0.1"}});
    time.advance(5s);
  }
  std::string created_instance() {
    return body(call("POST", "/sandbox/v1/hosts/mep1/applications", {{"name", "edgecse"}})).at("app_instance_id");
  }
  std::vector<json> events(const std::string& name) {
    std::vector<json> found;
    const auto all = body(call("GET", "/sandbox/v1/events?after=0"));
    for (const auto& event : all.at("events"))
      if (event.at("event") == name) found.push_back(event);
    return found;
  }

  Way way{sandbox, time};
  std::unique_ptr<mec::Application> application;
  mec::LifeCycleState state = mec::LifeCycleState::Starting;
  bool cell_changes = false;
  std::optional<mec::CellChangeNotification> cell_change;
};

class WithRadio : public ApplicationAtSandbox {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    cell_changes = true;
    place("10.100.0.1", "4g-macro-cell-1");
    start("");
  }
  /// Of its one subscription; null: there is none.
  json users() {
    const auto links = body(call("GET", "/mep1/rni/v2/subscriptions")).at("_links").at("subscription");
    if (links.empty()) return nullptr;
    EXPECT_EQ(links.size(), 1u);
    const auto path = links[0].at("href").get<std::string>().substr(std::string_view{kRoot}.size());
    return body(call("GET", path)).at("filterCriteriaAssocHo").at("associateId");
  }
  static json user(const char* address) { return {{"type", 1}, {"value", address}}; }
};

TEST_F(WithRadio, ItHearsOfTheCellChangesOfItsDevices) {
  place("10.100.0.1", "4g-macro-cell-6");
  ASSERT_EQ(callbacks.of("CellChangeNotification").size(), 1u);
  for (const auto& [url, told] : callbacks.received) {
    if (told.value("notificationType", "") != "CellChangeNotification") continue;
    net::HttpRequest request;
    request.method = "POST";
    request.body = told.dump();
    int status = 0;
    application->handle_callback(request, url.substr(url.find("/mec") + 4),
                                 [&](const net::HttpResponse& response) { status = response.status; });
    time.advance(1s);
    EXPECT_EQ(status, 204);
  }
  ASSERT_TRUE(cell_change);
  EXPECT_EQ(cell_change->target.id, "4g-macro-cell-6");
  EXPECT_EQ(cell_change->associate_ids.at(0).value, "10.100.0.1");
  std::vector<mec::CellUser> here;
  application->api().find_cells("10.100.0.1", [&](const auto& users) { here = users.value_or(here); });
  time.advance(1s);
  ASSERT_EQ(here.size(), 1u);
  EXPECT_EQ(here[0].cell.id, "4g-macro-cell-6");
}

TEST_F(WithRadio, ItSubscribesForTheDevicesThatItHasAndForNobodyElse) {
  EXPECT_EQ(users(), json::array({user("10.100.0.1")}));
  application->track({{"UE_IPv4_ADDRESS", "10.100.0.2"}});
  time.advance(1s);
  EXPECT_EQ(users(), json::array({user("10.100.0.1"), user("10.100.0.2")}));
  for (const auto* gone : {"10.100.0.1", "10.100.0.2"}) application->untrack({"UE_IPv4_ADDRESS", gone});
  time.advance(1s);
  EXPECT_TRUE(users().is_null());
  application->track({{"UE_IPv4_ADDRESS", "10.100.0.3"}});
  time.advance(20min);  // renewed twice and more
  EXPECT_EQ(users(), json::array({user("10.100.0.3")}));
  EXPECT_EQ(callbacks.of("ExpiryNotification").size(), 0u);
  application->stop();
  time.advance(5s);
  EXPECT_TRUE(users().is_null());
}

TEST_F(WithRadio, ItMakesItsSubscriptionAnewWhenThePlatformForgot) {
  EXPECT_EQ(call("POST", "/sandbox/v1/hosts/mep1/restart", {{"outage_ms", 2000}}).status, 204);
  time.advance(2min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  EXPECT_EQ(users(), json::array({user("10.100.0.1")}));
}

class WithTokens : public ApplicationAtSandbox {
 protected:
  WithTokens() : ApplicationAtSandbox(rules()) {}
  static Sandbox::Options rules() {
    Sandbox::Options chosen;
    chosen.tokens = {"edgecse", "secret", 20s};
    return chosen;
  }
  static mec::OAuth2Options with(const std::string& secret) { return {std::string{kRoot} + "/oauth2/token", "edgecse", secret}; }
};

TEST_F(WithTokens, TheyAreRenewedBeforeTheyEnd) {
  start("", with("secret"));
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  time.advance(5min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  EXPECT_THAT(way.statuses(), Not(Contains(401)));
  const int issued = body(call("GET", "/sandbox/v1/tokens")).at("issued");
  EXPECT_GE(issued, 15) << "one lasts 16 of its 20 seconds";
  EXPECT_LE(issued, 21);
}

TEST_F(WithTokens, WhatIsLostAtTheIssuerIsFetchedAgainAndTheRequestRepeated) {
  start("", with("secret"));
  call("DELETE", "/sandbox/v1/tokens");
  way.passed.clear();
  time.advance(1min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  std::set<base::MonotonicTime> refused;
  for (const auto& each : way.passed)
    if (each.status == 401) refused.insert(each.at);
  EXPECT_EQ(refused.size(), 1u) << "once, then all have a new one";
  EXPECT_THAT(events("app_gone"), IsEmpty());
  EXPECT_EQ(events("service").size(), 1u) << "added, and never away";
}

TEST_F(WithTokens, NobodyGetsInWithoutOrWithTheWrongSecret) {
  start("", with("guess"));
  EXPECT_NE(state, mec::LifeCycleState::Operational);
  EXPECT_THAT(way.statuses("/oauth2/token"), Each(401));
  EXPECT_THAT(way.statuses("/mep1/"), IsEmpty());
  const auto refused = call("GET", "/mep1/mec_service_mgmt/v1/services");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.headers.find("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(call("GET", "/mep1/mec_service_mgmt/v1/services", nullptr, {{"Authorization", "Bearer x"}}).headers.find("WWW-Authenticate"),
            "Bearer error=\"invalid_token\"");
}

TEST_F(WithTokens, TheEndpointSpeaksRfc6749) {
  const auto ask = [&](const char* content, net::Headers headers) {
    net::HttpRequest request;
    request.method = "POST";
    request.path = "/oauth2/token";
    request.body = content;
    request.headers = std::move(headers);
    net::HttpResponse got;
    sandbox.handle(request, [&](net::HttpResponse response) { got = std::move(response); });
    return got;
  };
  const std::string form = "application/x-www-form-urlencoded", client = "Basic ZWRnZWNzZTpzZWNyZXQ=";
  const auto good = ask("grant_type=client_credentials", {{"Content-Type", form}, {"Authorization", client}});
  ASSERT_EQ(good.status, 200);
  EXPECT_EQ(body(good).at("token_type"), "Bearer");
  EXPECT_EQ(body(good).at("expires_in"), 20);
  EXPECT_EQ(good.headers.find("Cache-Control"), "no-store");
  const std::string bearer = "Bearer " + body(good).at("access_token").get<std::string>();
  EXPECT_EQ(call("GET", "/mep1/mec_service_mgmt/v1/services", nullptr, {{"Authorization", bearer}}).status, 200);
  const auto transports = call("GET", "/mep1/mec_service_mgmt/v1/transports", nullptr, {{"Authorization", bearer}});
  EXPECT_EQ(body(transports)[0]["security"]["oAuth2Info"]["tokenEndpoint"], "http://127.0.0.1:8090/oauth2/token");
  time.advance(20s);
  EXPECT_EQ(call("GET", "/mep1/mec_service_mgmt/v1/services", nullptr, {{"Authorization", bearer}}).status, 401);
  EXPECT_EQ(body(ask("grant_type=password", {{"Content-Type", form}, {"Authorization", client}}))["error"], "unsupported_grant_type");
  EXPECT_EQ(body(ask("", {{"Content-Type", form}, {"Authorization", client}}))["error"], "invalid_request");
  EXPECT_EQ(body(ask("{}", {{"Content-Type", "application/json"}, {"Authorization", client}}))["error"], "invalid_request");
  EXPECT_EQ(ask("grant_type=client_credentials", {{"Content-Type", form}}).status, 401);
}

class ThrottledSandbox : public ApplicationAtSandbox, public testing::WithParamInterface<int> {};

TEST_P(ThrottledSandbox, IsAskedAgainNotBeforeItWantsToBe) {
  call("POST", "/sandbox/v1/faults", {{"action", "refuse"}, {"host", "mep1"}, {"api", "amsi"}, {"status", GetParam()},
                                      {"retry_after_s", 40}, {"count", 1}});
  const auto begin = time.monotonic_now();
  start("");
  time.advance(2min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  std::vector<Way::Passed> first;  // requests like the one that was refused
  for (const auto& each : way.passed) {
    const bool same = first.empty() ? each.status == GetParam() : each.method == first[0].method && each.path == first[0].path;
    if (same) first.push_back(each);
  }
  ASSERT_GE(first.size(), 2u);
  EXPECT_LT(first[0].at, begin + 5s);
  EXPECT_GE(first[1].at, first[0].at + 40s);
  EXPECT_EQ(first[1].status / 100, 2);
}
INSTANTIATE_TEST_SUITE_P(Statuses, ThrottledSandbox, testing::Values(429, 503), testing::PrintToStringParamName());

class EveryEdition : public ApplicationAtSandbox, public testing::WithParamInterface<Edition> {
 protected:
  EveryEdition() : ApplicationAtSandbox(of(GetParam())) {}
  static Sandbox::Options of(Edition edition) {
    Sandbox::Options chosen;
    chosen.edition = edition;
    return chosen;
  }
};

TEST_P(EveryEdition, IsFoundOutByAsking) {
  const bool third = GetParam() == Edition::V3_1_1;
  start(third ? "" : created_instance());
  time.advance(1min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  const auto services = body(call("GET", "/mep1/mec_service_mgmt/v1/services?ser_name=onem2m-cse"));
  ASSERT_EQ(services.size(), 1u);
  EXPECT_EQ(services[0]["state"], "ACTIVE") << "and not suspended for want of heartbeats";
  EXPECT_EQ(services[0].contains("livenessInterval"), GetParam() != Edition::V2_1_1);
  EXPECT_EQ(body(call("GET", "/mep1/amsi/v1/app_mobility_services")).size(), 1u);
  const auto subscriptions = body(call("GET", "/mep1/amsi/v1/subscriptions/"));
  EXPECT_EQ(subscriptions.contains("subscription"), GetParam() == Edition::V2_1_1) << "beside the links in the oldest file";
  // A restart finds what the first life left, whatever the lists look like.
  const std::string id = application->app_instance_id();
  application.reset();
  time.advance(1s);
  start(third ? "" : id);
  time.advance(1min);
  EXPECT_EQ(body(call("GET", "/mep1/mec_service_mgmt/v1/services?ser_name=onem2m-cse")).size(), 1u);
  EXPECT_EQ(body(call("GET", "/mep1/amsi/v1/app_mobility_services")).size(), 1u);
  const auto after = body(call("GET", "/mep1/amsi/v1/subscriptions"));
  EXPECT_EQ((after.contains("subscription") ? after : after["_links"])["subscription"].size(), 2u);
}
INSTANTIATE_TEST_SUITE_P(Editions, EveryEdition, testing::Values(Edition::V2_1_1, Edition::V2_2_1, Edition::V3_1_1),
                         [](const auto& tested) { return std::string{"E"} + std::string{to_text(tested.param)}.substr(0, 1) + to_text(tested.param)[2]; });

TEST_F(SandboxTest, TheOldestEditionHasNoHeartbeatsAndNoSuspension) {
  Sandbox::Options chosen = options;
  chosen.edition = Edition::V2_1_1;
  Sandbox oldest{chosen, time, time, random, callbacks};
  ASSERT_TRUE(oldest.load("dual-mep-short-path"));
  const auto ask = [&](const std::string& method, const std::string& path, const json& content) {
    net::HttpRequest request;
    request.method = method;
    request.path = path;
    request.headers.add("Content-Type", "application/json");
    request.body = content.dump();
    net::HttpResponse got;
    oldest.handle(request, [&](net::HttpResponse response) { got = std::move(response); });
    return got;
  };
  const std::string id = body(ask("POST", "/sandbox/v1/hosts/mep1/applications", {{"name", "edgecse"}})).at("app_instance_id");
  const std::string support = "/mep1/mec_app_support/v1/applications/" + id, management = "/mep1/mec_service_mgmt/v1/applications/" + id;
  EXPECT_EQ(ask("POST", "/mep1/mec_app_support/v1/registrations", json::object()).status, 404);
  ASSERT_EQ(ask("POST", support + "/confirm_ready", {{"indication", "READY"}}).status, 204);
  auto info = service("onem2m-cse");
  info["livenessInterval"] = 10;
  const auto refused = ask("POST", management + "/services", info);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(body(refused).at("detail"), "livenessInterval: edition 2.1.1 has no heartbeats");
  info.erase("livenessInterval");
  info["state"] = "SUSPENDED";
  EXPECT_EQ(ask("POST", management + "/services", info).status, 400);
  info["state"] = "ACTIVE";
  EXPECT_EQ(ask("POST", management + "/services", info).status, 201);
}

TEST_F(ApplicationAtSandbox, IsAnIotPlatformUntilItLeaves) {
  const auto platforms = [&] { return body(call("GET", "/mep1/iots/v1/registered_iot_platforms")); };
  start("");
  ASSERT_EQ(platforms().size(), 1u);
  EXPECT_EQ(platforms()[0]["iotPlatformId"], "onem2m-mn1");
  EXPECT_EQ(platforms()[0]["customServicesTransportInfo"][0]["endpoint"]["uris"][0], "http://127.0.0.3:8080");
  // Somebody else's change is taken back, a loss is made good.
  auto other = platforms()[0];
  other["customServicesTransportInfo"] = json::array();
  EXPECT_EQ(call("PUT", "/mep1/iots/v1/registered_iot_platforms/onem2m-mn1", other).status, 200);
  time.advance(15s);
  EXPECT_EQ(platforms()[0]["customServicesTransportInfo"].size(), 1u);
  call("POST", "/sandbox/v1/hosts/mep1/restart", {{"outage_ms", 3000}});
  time.advance(1min);
  ASSERT_EQ(platforms().size(), 1u);
  // A process that dies leaves its entry; the next life continues it.
  application.reset();
  time.advance(1s);
  start("");
  EXPECT_EQ(platforms().size(), 1u);
  application->stop();
  time.advance(5s);
  EXPECT_EQ(platforms().size(), 0u);
}

TEST_F(ApplicationAtSandbox, ThatTheIotServiceRefusesDoesNotMatter) {
  call("POST", "/sandbox/v1/faults", {{"action", "refuse"}, {"api", "iots"}, {"status", 403}, {"count", 1000}});
  start("");
  time.advance(5min);
  EXPECT_EQ(state, mec::LifeCycleState::Operational);
  EXPECT_EQ(way.statuses("/iots/").size(), 1u) << "not asked again for ten minutes";
  EXPECT_EQ(way.statuses("confirm_ready").size(), 1u);
}

TEST_F(SandboxTest, KeepsIotDevicesWithTheStateOfTheirTransport) {
  const std::string base = "/mep1/iots/v1";
  const json transport = {{"id", "t1"}, {"name", "broker"}, {"type", "MB_TOPIC_BASED"}, {"protocol", "MQTT"}, {"version", "5"},
                          {"endpoint", {{"uris", {"mqtt://127.0.0.1"}}}}, {"security", json::object()},
                          {"implSpecificInfo", {{"uplinkTopics", {"up"}}, {"downlinkTopics", {"down"}}}}};
  const json platform = {{"iotPlatformId", "p1"}, {"userTransportInfo", {transport}}, {"enabled", true}};
  EXPECT_EQ(call("POST", base + "/registered_iot_platforms", {{"iotPlatformId", "p1"}, {"userTransportInfo", json::array()}, {"enabled", true}}).status, 400);
  const auto made = call("POST", base + "/registered_iot_platforms", platform);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.headers.find("Location"), "http://127.0.0.1:8090/mep1/iots/v1/registered_iot_platforms/p1");
  json device = {{"deviceAuthenticationInfo", "none"}, {"deviceId", "d1"}, {"enabled", true}};
  EXPECT_EQ(body(call("POST", base + "/registered_devices", device))["enabled"], false) << "no valid traffic rule";
  EXPECT_EQ(call("POST", base + "/registered_devices", device).status, 400) << "twice";
  device["requestedIotPlatformId"] = "p9";
  EXPECT_EQ(call("PUT", base + "/registered_devices/d1", device).status, 400);
  device["requestedIotPlatformId"] = "p1";
  EXPECT_EQ(body(call("GET", base + "/registered_devices?filter=(eq,enabled,TRUE)")).size(), 0u);
  EXPECT_EQ(body(call("PUT", base + "/registered_devices/d1", device))["enabled"], true);
  EXPECT_EQ(body(call("GET", base + "/registered_devices?filter=(eq,enabled,TRUE)&fields=deviceId")), json::parse(R"([{"deviceId":"d1"}])"));
  EXPECT_EQ(call("PUT", base + "/registered_devices/d1", device, {{"If-Match", "\"old\""}}).status, 412);
  EXPECT_EQ(call("DELETE", base + "/registered_devices/d1").status, 204);
  EXPECT_EQ(call("GET", base + "/registered_devices/d1").status, 404);
}

class CapifOnly : public ApplicationAtSandbox {
 protected:
  CapifOnly() : ApplicationAtSandbox(of()) {}
  static Sandbox::Options of() {
    Sandbox::Options chosen;
    chosen.capif_only = true;
    return chosen;
  }
};

TEST_F(CapifOnly, IsToldFromAPlatformThatForgotUs) {
  start("");
  EXPECT_THAT(way.statuses("/service-apis/v1/allServiceAPIs"), testing::ElementsAre(200)) << "asked once";
  EXPECT_NE(state, mec::LifeCycleState::Operational);
  EXPECT_EQ(body(call("GET", "/mep1/amsi/v1/app_mobility_services")).size(), 1u) << "all else is offered as ever";
}

}  // namespace
}  // namespace edgecse::sandbox
