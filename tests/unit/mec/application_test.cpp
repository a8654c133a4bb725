// SPDX-License-Identifier: Apache-2.0
//
// The life of a MEC application against a platform in memory, on simulated time.
#include "mec/application.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "support/fake_mec_platform.hpp"

namespace edgecse::mec {
namespace {

using namespace std::chrono_literals;

const AssociateId kCar{"UE_IPv4_ADDRESS", "10.100.0.1"};

ServiceInfo a_service(const std::string& name) {
  ServiceInfo service;
  service.name = name;
  service.category = {"catalogue1", "oneM2M", "oneM2M", "v1"};
  service.version = "1.0";
  service.transport.id = name;
  service.transport.name = "REST";
  service.transport.uris = {"http://10.0.0.5:8080"};
  return service;
}

class MecApplication : public testing::Test {
 protected:
  void SetUp() override {
    platform.host("mep1").known_instances = {"a"};
    platform.host("mep2").known_instances = {"a"};
    options.platforms = {make_platform_address("http://mep1/")};
    options.life_cycle.app_instance_id = "a";
    options.life_cycle.callback = "http://10.0.0.5:8080/mec";
  }

  void start() {
    application = std::make_unique<Application>(options, platform, time, time, random);
    ApplicationListener listener;
    listener.on_state = [this](LifeCycleState now, const std::string&) { state = now; };
    listener.on_mobility = [this](const auto& notification) { moves.push_back(notification); };
    listener.on_termination = [this](OperationAction, std::chrono::seconds graceful) { graceful_timeout = graceful; };
    listener.on_required_service = [this](const ServiceInfo& service) { found.push_back(service.name); };
    listener.on_ended = [this] { ended = true; };
    application->start(listener);
  }
  void start_with_service_and_device() {
    start();
    application->offer(a_service("onem2m-cse"));
    application->track({kCar});
    time.advance(2s);
  }
  std::string callback(const std::string& kind, const std::string& host = "mep1") {
    auto& where = platform.host(host);
    for (auto* entries : {&where.app_subscriptions, &where.mobility_subscriptions}) {
      for (const auto& [id, entry] : *entries) {
        const std::string url = entry.value("callbackReference", "");
        if (url.find("/mec/" + kind + "/") != std::string::npos) return url.substr(url.find("/mec") + 4);
      }
    }
    return {};
  }
  int post(const std::string& path, const std::string& body, const std::string& method = "POST") {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    int status = 0;
    application->handle_callback(request, path, [&](const net::HttpResponse& response) { status = response.status; });
    time.advance(1ms);
    return status;
  }

  base::SimulatedTime time;
  base::SeededRandom random{7};
  test::FakeMecPlatform platform{time};
  ApplicationOptions options;
  std::unique_ptr<Application> application;
  LifeCycleState state = LifeCycleState::Starting;
  std::vector<MobilityProcedureNotification> moves;
  std::vector<std::string> found;
  std::chrono::seconds graceful_timeout{0};
  bool ended = false;
};

const std::string kTriggered =
    R"({"notificationType":"MobilityProcedureNotification","associateId":[{"type":"UE_IPv4_ADDRESS","value":"10.100.0.1"}],
    "mobilityStatus":"INTERHOST_MOVEOUT_TRIGGERED","targetAppInfo":{"appInstanceId":"b"},"_links":null})";

TEST_F(MecApplication, EstablishesEverythingInOrder) {
  start_with_service_and_device();
  auto& host = platform.host("mep1");
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_TRUE(host.ready.contains("a"));
  EXPECT_EQ(platform.seen.front().path, "/mec_app_support/v1/applications/a/confirm_ready");
  EXPECT_EQ(host.app_subscriptions.size(), 1u);
  ASSERT_EQ(host.services.size(), 1u);
  EXPECT_EQ(host.services.begin()->second["serCategory"]["id"], "oneM2M");
  EXPECT_EQ(host.mobility_subscriptions.size(), 2u);
  ASSERT_EQ(host.registrations.size(), 1u);
  const auto& device = host.registrations.begin()->second["deviceInformation"][0];
  EXPECT_EQ(device["associateId"]["value"], "10.100.0.1");
  EXPECT_EQ(device["contextTransferState"], "NOT_TRANSFERRED");
}

TEST_F(MecApplication, AsksAPlatformOfEdition3ForItsInstanceId) {
  options.life_cycle.app_instance_id.clear();
  platform.host("mep1").offers_registration = true;
  start_with_service_and_device();
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(application->app_instance_id().substr(0, 3), "app");
  EXPECT_TRUE(platform.host("mep1").ready.contains(application->app_instance_id()));
}

TEST_F(MecApplication, IsOperationalWithoutTheRadioNetworkThatItWasToldToAsk) {
  options.life_cycle.cell_changes = true;
  start_with_service_and_device();
  time.advance(10min);
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(platform.count("POST", "/confirm_ready"), 1u) << "it doubts nothing else";
  EXPECT_GE(platform.count("POST", "/rni/v2/subscriptions"), 2u);
  EXPECT_LE(platform.count("POST", "/rni/v2/subscriptions"), 30u);
}

TEST_F(MecApplication, SaysThatItIsRefusedWhenItHasNoIdAndThePlatformGivesNone) {
  options.life_cycle.app_instance_id.clear();
  start();
  time.advance(30s);
  EXPECT_EQ(state, LifeCycleState::Refused);
  EXPECT_LT(platform.seen.size(), 10u) << "a refusal is not answered by hammering";
}

TEST_F(MecApplication, RegistersEveryDeviceAtEveryAms) {
  options.platforms.push_back(make_platform_address("http://mep2"));
  options.life_cycle.ams_count = 2;
  start_with_service_and_device();
  EXPECT_EQ(platform.host("mep1").registrations.size(), 1u);
  ASSERT_EQ(platform.host("mep2").registrations.size(), 1u);
  EXPECT_EQ(platform.host("mep2").registrations.begin()->second["deviceInformation"].size(), 1u);
  EXPECT_EQ(platform.host("mep2").mobility_subscriptions.size(), 0u) << "one trigger, from the own platform";

  application->track({kCar, MobilityServiceLevel::WithoutConfirmation, ContextTransferState::Completed});
  time.advance(1s);
  for (const auto* name : {"mep1", "mep2"}) {
    EXPECT_EQ(platform.host(name).registrations.begin()->second["deviceInformation"][0]["contextTransferState"],
              "USER_CONTEXT_TRANSFER_COMPLETED");
  }
  application->untrack(kCar);
  time.advance(1s);
  EXPECT_EQ(platform.host("mep2").registrations.begin()->second["deviceInformation"].size(), 0u);
}

TEST_F(MecApplication, BeatsAsOftenAsThePlatformWants) {
  platform.host("mep1").liveness_interval_s = 4;
  start_with_service_and_device();
  const auto& id = platform.host("mep1").services.begin()->first;
  time.advance(40s);
  EXPECT_GE(platform.host("mep1").beats[id], 10);
  EXPECT_LE(platform.host("mep1").beats[id], 45);
}

TEST_F(MecApplication, RevivesAServiceThatThePlatformSuspended) {
  start_with_service_and_device();
  auto& entry = platform.host("mep1").services.begin()->second;
  entry["state"] = "SUSPENDED";
  time.advance(15s);
  EXPECT_EQ(platform.host("mep1").services.begin()->second["state"], "ACTIVE");
}

TEST_F(MecApplication, ComesBackAfterThePlatformRestarted) {
  start_with_service_and_device();
  platform.restart("mep1");
  time.advance(30s);
  auto& host = platform.host("mep1");
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_TRUE(host.ready.contains("a"));
  EXPECT_EQ(host.app_subscriptions.size(), 1u);
  EXPECT_EQ(host.services.size(), 1u);
  EXPECT_EQ(host.mobility_subscriptions.size(), 2u);
  ASSERT_EQ(host.registrations.size(), 1u);
  EXPECT_EQ(host.registrations.begin()->second["deviceInformation"].size(), 1u);
}

TEST_F(MecApplication, RegistersAnewWhenARestartedPlatformForgotItsInstanceId) {
  options.life_cycle.app_instance_id.clear();
  platform.host("mep1").offers_registration = true;
  start_with_service_and_device();
  const std::string before = application->app_instance_id();
  platform.restart("mep1");
  time.advance(30s);
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_NE(application->app_instance_id(), before);
  EXPECT_EQ(platform.host("mep1").services.size(), 1u);
}

TEST_F(MecApplication, LeavesNoEarlierInstanceAtOtherPlatformsWhenItRegistersAnew) {
  options.platforms.push_back(make_platform_address("http://mep2"));
  options.life_cycle.ams_count = 2;
  options.life_cycle.app_instance_id.clear();
  platform.host("mep1").offers_registration = true;
  start_with_service_and_device();
  platform.restart("mep1");
  time.advance(30s);
  ASSERT_EQ(platform.host("mep2").registrations.size(), 1u);
  EXPECT_EQ(platform.host("mep2").registrations.begin()->second["serviceConsumerId"]["appInstanceId"],
            application->app_instance_id());
}

TEST_F(MecApplication, WaitsLongerAndLongerForAPlatformThatIsDownAndRecoversAlone) {
  platform.host("mep1").down = true;
  start_with_service_and_device();
  time.advance(600s);
  EXPECT_EQ(state, LifeCycleState::Unreachable);
  EXPECT_LT(platform.seen.size(), 40u);
  platform.host("mep1").down = false;
  time.advance(100s);
  EXPECT_EQ(state, LifeCycleState::Operational);
}

TEST_F(MecApplication, HonoursRetryAfter) {
  for (const int status : {429, 503}) {
    platform.seen.clear();
    platform.host("mep1").refuse_with = status;
    platform.host("mep1").retry_after_s = 100;
    start();
    time.advance(99s);
    EXPECT_EQ(platform.seen.size(), 1u) << status;
    time.advance(60s);
    EXPECT_GE(platform.seen.size(), 2u) << status;
  }
}

TEST_F(MecApplication, HonoursRetryAfterThatIsADate) {
  platform.others = [](const net::HttpCall&) {
    net::HttpResponse busy;
    busy.status = 503;
    busy.headers.add("Retry-After", "Fri, 31 Dec 2100 23:59:59 GMT");
    return std::optional{busy};
  };
  start();
  time.advance(290s);  // no platform makes us wait for more than five minutes
  EXPECT_EQ(platform.seen.size(), 1u);
  time.advance(60s);
  EXPECT_GE(platform.seen.size(), 2u);
}

class MecApplicationNonsense : public MecApplication, public testing::WithParamInterface<const char*> {};

TEST_P(MecApplicationNonsense, NeverWedgesIt) {
  platform.host("mep1").nonsense = GetParam();
  start_with_service_and_device();
  time.advance(120s);
  EXPECT_LT(platform.seen.size(), 800u);
  platform.host("mep1").nonsense.clear();
  time.advance(300s);
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(platform.host("mep1").services.size(), 1u);
  EXPECT_EQ(platform.host("mep1").registrations.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Bodies, MecApplicationNonsense,
                         testing::Values("<html>welcome</html>", "[]", "{}", "null", "17", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                         R"({"_links":{"self":{"href":"/x/1"}},"state":17,"livenessInterval":-1})"));

TEST_F(MecApplication, ReplacesTheRegistrationOfAnEarlierLifeAndClearsTheRest) {
  start_with_service_and_device();
  application.reset();
  time.advance(1s);
  auto& host = platform.host("mep1");
  const std::string registration = host.registrations.begin()->first;
  const std::string old_callback = callback("termination");
  start_with_service_and_device();
  time.advance(5s);
  EXPECT_EQ(host.services.size(), 1u);
  EXPECT_EQ(host.app_subscriptions.size(), 1u);
  EXPECT_EQ(host.mobility_subscriptions.size(), 2u);
  EXPECT_NE(callback("termination"), old_callback);
  ASSERT_EQ(host.registrations.size(), 1u);
  EXPECT_NE(host.registrations.begin()->first, registration) << "a move that it had begun would not be told again";
}

TEST_F(MecApplication, GoesOnWithTheRegistrationOfAnEarlierLifeWhereASecondOneIsRefused) {
  start_with_service_and_device();
  application.reset();
  time.advance(1s);
  auto& host = platform.host("mep1");
  const std::string registration = host.registrations.begin()->first;
  host.one_registration_each = true;
  start_with_service_and_device();
  time.advance(5s);
  ASSERT_EQ(host.registrations.size(), 1u);
  EXPECT_EQ(host.registrations.begin()->first, registration);
  EXPECT_GE(platform.count("PUT", "/amsi/v1/app_mobility_services/" + registration), 1u);
}

TEST_F(MecApplication, ChangesTheStateOfAServiceWhereNothingElseMayChange) {
  platform.host("mep1").put_changes_only_state = true;
  platform.host("mep1").offers_liveness = false;
  start_with_service_and_device();
  auto paused = a_service("onem2m-cse");
  paused.state = ServiceState::Inactive;
  application->offer(paused);
  time.advance(1s);
  auto& host = platform.host("mep1");
  ASSERT_EQ(host.services.size(), 1u);
  const std::string id = host.services.begin()->first;
  EXPECT_EQ(host.services.begin()->second["state"], "INACTIVE");

  auto moved = a_service("onem2m-cse");
  moved.transport.uris = {"http://10.0.0.6:8080"};
  application->offer(moved);
  time.advance(1s);
  ASSERT_EQ(host.services.size(), 1u);
  EXPECT_NE(host.services.begin()->first, id) << "offered anew";
  EXPECT_EQ(host.services.begin()->second["transportInfo"]["endpoint"]["uris"][0], "http://10.0.0.6:8080");

  application->withdraw("onem2m-cse");
  time.advance(1s);
  EXPECT_EQ(host.services.size(), 0u);
}

TEST_F(MecApplication, SpeaksIntegersWithAnAmsThatRefusesStrings) {
  platform.host("mep1").integer_enumerations = true;
  platform.host("mep1").location_header = false;
  start_with_service_and_device();
  time.advance(10s);
  auto& host = platform.host("mep1");
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(host.registrations.begin()->second["deviceInformation"][0]["contextTransferState"], 0);
  EXPECT_EQ(host.mobility_subscriptions.size(), 2u);
}

TEST_F(MecApplication, RenewsBeforeAnythingExpires) {
  options.life_cycle.registration_expiry = 60s;
  options.life_cycle.subscription_expiry = 120s;
  start_with_service_and_device();
  const auto puts = platform.count("PUT", "/amsi/");
  time.advance(61s);
  EXPECT_GE(platform.count("PUT", "/amsi/v1/app_mobility_services"), 1u);
  EXPECT_EQ(platform.count("PUT", "/amsi/v1/subscriptions"), 2u) << puts;
  const auto deadline = platform.host("mep1").mobility_subscriptions.begin()->second["expiryDeadline"]["seconds"].get<std::int64_t>();
  EXPECT_GT(deadline, std::chrono::duration_cast<std::chrono::seconds>(time.wall_now().time_since_epoch()).count() + 60);
}

TEST_F(MecApplication, WritesARegistrationAgainThatLostADevice) {
  start_with_service_and_device();
  platform.host("mep1").registrations.begin()->second["deviceInformation"] = nlohmann::json::array();
  time.advance(15s);
  EXPECT_EQ(platform.host("mep1").registrations.begin()->second["deviceInformation"].size(), 1u);
}

TEST_F(MecApplication, FindsRequiredServicesWhenTheyAppear) {
  options.life_cycle.required_services = {"rnis"};
  start_with_service_and_device();
  EXPECT_EQ(state, LifeCycleState::Degraded);
  EXPECT_TRUE(found.empty());
  platform.host("mep1").services["r"] = {{"serName", "rnis"}, {"state", "ACTIVE"}, {"_links", {{"self", {{"href", "/r"}}}}}};
  EXPECT_EQ(post(callback("availability"), R"({"notificationType":"SerAvailabilityNotification","serviceReferences":[
    {"serName":"rnis","serInstanceId":"r","state":"ACTIVE","changeType":"ADDED"}],"_links":null})"), 204);
  time.advance(1s);
  EXPECT_EQ(found, std::vector<std::string>{"rnis"});
  EXPECT_EQ(state, LifeCycleState::Operational);
}

TEST_F(MecApplication, ActivatesItsDnsRules) {
  platform.host("mep1").dns_rules["d1"] = {{"dnsRuleId", "d1"}, {"domainName", "cse.example.org"}, {"state", "INACTIVE"}};
  start_with_service_and_device();
  EXPECT_EQ(platform.host("mep1").dns_rules["d1"]["state"], "ACTIVE");
  EXPECT_EQ(platform.host("mep1").dns_rules["d1"]["domainName"], "cse.example.org");
}

TEST_F(MecApplication, ActivatesItsTrafficRules) {
  platform.host("mep1").traffic_rules["t1"] = {{"trafficRuleId", "t1"}, {"priority", 3}, {"state", "INACTIVE"}};
  platform.host("mep1").traffic_rules["t2"] = {{"trafficRuleId", "t2"}, {"priority", 4}, {"state", "INACTIVE"}};
  start_with_service_and_device();
  EXPECT_EQ(platform.host("mep1").traffic_rules["t1"]["state"], "ACTIVE");
  EXPECT_EQ(platform.host("mep1").traffic_rules["t2"]["state"], "ACTIVE");
}

TEST_F(MecApplication, ReadsARuleAgainThatChangedMeanwhile) {
  platform.host("mep1").dns_rules["d1"] = {{"dnsRuleId", "d1"}, {"ttl", 10}, {"state", "INACTIVE"}};
  bool changed = false;
  platform.others = [&](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
    if (call.method == "PUT" && call.url.find("/dns_rules/") != std::string::npos && !std::exchange(changed, true)) {
      ++platform.host("mep1").rule_version;
      platform.host("mep1").dns_rules["d1"]["ttl"] = 20;
    }
    return std::nullopt;
  };
  start_with_service_and_device();
  time.advance(5s);
  EXPECT_TRUE(changed);
  EXPECT_EQ(platform.host("mep1").dns_rules["d1"]["state"], "ACTIVE");
  EXPECT_EQ(platform.host("mep1").dns_rules["d1"]["ttl"], 20) << "the other's change stays";
}

TEST_F(MecApplication, OffersServicesToAStrictPlatformOfTheFirstEdition) {
  platform.host("mep1").refuses_liveness_interval = true;
  platform.host("mep1").offers_liveness = false;
  start_with_service_and_device();
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(platform.host("mep1").services.size(), 1u);
  time.advance(60s);
  EXPECT_EQ(platform.count("PATCH", "/liveness/"), 0u);
}

TEST_F(MecApplication, LooksOnceWhetherServiceManagementIsThereInTheCapifProfileOnly) {
  platform.host("mep1").only_capif = true;
  testing::internal::CaptureStdout();
  start_with_service_and_device();
  time.advance(30s);
  const auto log = testing::internal::GetCapturedStdout();
  EXPECT_EQ(platform.count("GET", "/service-apis/v1/allServiceAPIs"), 1u);
  EXPECT_NE(log.find("CAPIF profile of MEC 011 only"), std::string::npos) << log;
}

TEST_F(MecApplication, TriesOneFreshTokenPerRequestAndThenWaits) {
  platform.required_token = "right";
  platform.others = [](const net::HttpCall& call) -> std::optional<net::HttpResponse> {
    if (call.url.find("//auth/") == std::string::npos) return net::HttpResponse{401, {}, {}};
    return std::nullopt;
  };
  options.oauth2 = {"http://auth/token", "edgecse", "secret"};
  start();
  time.advance(400ms);  // before the first repetition
  EXPECT_EQ(platform.count("POST", "/confirm_ready"), 2u);
  EXPECT_EQ(platform.tokens_handed_out, 2);
  EXPECT_EQ(state, LifeCycleState::Refused);
}

TEST_F(MecApplication, UsesATokenAndFetchesAnotherWhenItIsRefused) {
  platform.required_token = "first";
  options.oauth2 = {"http://auth/token", "edgecse", "secret"};
  start_with_service_and_device();
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(platform.tokens_handed_out, 1);
  platform.required_token = "second";
  time.advance(15s);
  EXPECT_EQ(state, LifeCycleState::Operational);
  EXPECT_EQ(platform.tokens_handed_out, 2);
  time.advance(60s);
  EXPECT_GE(platform.tokens_handed_out, 3) << "renewed before its 60 s are over";
}

TEST_F(MecApplication, LetsInOnlyCallbacksThatKnowTheSecret) {
  start_with_service_and_device();
  const std::string path = callback("mobility");
  ASSERT_TRUE(std::regex_match(path, std::regex{"/mobility/[0-9a-f]{32}"})) << path;
  std::string forged = path;
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(post(forged, kTriggered), 404);
  EXPECT_EQ(post("/mobility/", kTriggered), 404);
  EXPECT_EQ(post("/mobility", kTriggered), 404);
  EXPECT_EQ(post("/termination" + path.substr(9), kTriggered), 404);
  EXPECT_EQ(post(path + "/x", kTriggered), 404);
  EXPECT_EQ(post(path, "{"), 400);
  EXPECT_EQ(post(path, R"({"notificationType":""})"), 400);
  EXPECT_EQ(post(path, std::string(100'000, '[')), 413);
  EXPECT_EQ(post(path, std::string(60'000, '[')), 400);
  EXPECT_EQ(post(path, kTriggered, "GET"), 405);
  EXPECT_TRUE(moves.empty());
  EXPECT_EQ(post(path, kTriggered), 204);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].target_app_instance_id, "b");
}

TEST_F(MecApplication, DoesNotTakeAMoveOnACallbackOfAnotherKind) {
  start_with_service_and_device();
  EXPECT_EQ(post(callback("termination"), kTriggered), 204);
  EXPECT_TRUE(moves.empty());
}

const std::string kTerminate =
    R"({"notificationType":"AppTerminationNotification","operationAction":"TERMINATING","maxGracefulTimeout":10,"_links":null})";

TEST_F(MecApplication, LeavesInOrderWhenThePlatformTerminatesIt) {
  start_with_service_and_device();
  ASSERT_EQ(post(callback("termination"), kTerminate), 204);
  EXPECT_EQ(state, LifeCycleState::Terminating);
  EXPECT_EQ(graceful_timeout, 10s);
  time.advance(2s);
  EXPECT_FALSE(ended);
  application->evacuation_finished();
  time.advance(1s);
  auto& host = platform.host("mep1");
  EXPECT_TRUE(ended);
  EXPECT_EQ(state, LifeCycleState::Terminated);
  EXPECT_EQ(host.terminated, std::vector<std::string>{"TERMINATING"});
  EXPECT_EQ(host.services.size() + host.app_subscriptions.size() + host.mobility_subscriptions.size() + host.registrations.size(), 0u);
}

TEST_F(MecApplication, ConfirmsItsTerminationInTimeEvenWhenTheEvacuationDoesNotEnd) {
  start_with_service_and_device();
  ASSERT_EQ(post(callback("termination"), kTerminate), 204);
  time.advance(9500ms);
  EXPECT_TRUE(ended);
  EXPECT_EQ(platform.host("mep1").terminated.size(), 1u);
}

TEST_F(MecApplication, EndsInBoundedTimeWhenThePlatformIsGone) {
  start_with_service_and_device();
  platform.host("mep1").down = true;
  application->stop();
  time.advance(7s);
  EXPECT_TRUE(ended);
}

TEST_F(MecApplication, SaysThatItHasEndedToWhoeverAsksLater) {
  start_with_service_and_device();
  ASSERT_EQ(post(callback("termination"), kTerminate), 204);
  application->evacuation_finished();
  time.advance(1s);
  ASSERT_TRUE(ended);
  ended = false;
  application->stop();
  time.advance(1s);
  EXPECT_TRUE(ended);
}

TEST_F(MecApplication, FollowsNoLinkToAnotherHost) {
  start_with_service_and_device();
  auto& host = platform.host("mep1");
  host.services.clear();
  host.offers_liveness = true;
  ServiceInfo service = a_service("x");
  Call beat{1, Api::ServiceManagement, 0, "PATCH", "http://victim/liveness", true, encode_liveness_update()};
  int status = -1;
  application->api().send(beat, [&](const Answered& answer) { status = answer.status; });
  time.advance(1s);
  EXPECT_EQ(status, 0);
  for (const auto& call : platform.seen) EXPECT_NE(call.host, "victim");
}

}  // namespace
}  // namespace edgecse::mec
