// SPDX-License-Identifier: Apache-2.0
// The control API.
#include "sandbox_fixture.hpp"

namespace edgecse::sandbox {
namespace {

using testing::HasSubstr;

class ControlTest : public SandboxTest {
 protected:
  json state() { return body(call("GET", "/sandbox/v1/state")); }
};

TEST_F(ControlTest, PlaysPausesAndSpeedsUp) {
  const auto begun = state().at("scenario_s").get<int>();
  call("POST", "/sandbox/v1/scenario/start");
  time.advance(std::chrono::seconds{10});
  EXPECT_EQ(state().at("scenario_s"), begun + 10);
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario/speed", {{"speed", 10}}).status, 204);
  time.advance(
      std::chrono::seconds{11});  // the second that was under way when the speed changed, then ten times as fast
  EXPECT_GE(state().at("scenario_s"), begun + 110);
  call("POST", "/sandbox/v1/scenario/pause");
  const auto paused = state().at("scenario_s");
  time.advance(std::chrono::seconds{10});
  EXPECT_EQ(state().at("scenario_s"), paused);
}

TEST_F(ControlTest, RefusesSpeedsThatAreNone) {
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario/speed", {{"speed", 0}}).status, 400);
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario/speed", {{"speed", "fast"}}).status, 400);
}

TEST_F(ControlTest, LoadsAnotherScenarioWithEmptyPlatforms) {
  publish("mep1", ready_application("mep1"), service("onem2m-cse"));
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario", {{"name", "dual-mep-4g-5g-wifi-macro"}}).status, 200);
  EXPECT_EQ(state().at("scenario"), "dual-mep-4g-5g-wifi-macro");
  EXPECT_TRUE(body(call("GET", "/mep1/mec_service_mgmt/v1/services")).empty());
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario", {{"name", "../secret"}}).status, 400);
  EXPECT_EQ(call("PUT", "/sandbox/v1/scenario", {{"name", "nothing"}}).status, 404);
}

TEST_F(ControlTest, TimersOfAScenarioThatWasReplacedDoNothing) {
  auto info = service("beating");
  info["livenessInterval"] = 5;
  publish("mep1", ready_application("mep1"), info);
  call("PUT", "/sandbox/v1/scenario", {{"name", "dual-mep-short-path"}});
  const auto last = state().at("last_event");
  time.advance(std::chrono::seconds{60});
  EXPECT_EQ(state().at("last_event"), last);
}

TEST_F(ControlTest, StreamsEventsFromANumberOn) {
  const auto all = body(call("GET", "/sandbox/v1/events?after=0"));
  EXPECT_EQ(all.at("events").at(0).at("event"), "scenario_loaded");
  EXPECT_EQ(all.at("next"), all.at("events").size());
}

TEST_F(ControlTest, WaitsForTheNextEvent) {
  const auto last = state().at("last_event").get<int>();
  net::HttpRequest request;
  request.method = "GET";
  request.path = "/sandbox/v1/events";
  request.query = {{"after", std::to_string(last)}, {"wait", "20"}};
  std::optional<net::HttpResponse> answer;
  sandbox.handle(request, [&](net::HttpResponse response) { answer = std::move(response); });
  time.advance(std::chrono::seconds{5});
  EXPECT_FALSE(answer);
  place("10.100.0.1", "zone04");
  ASSERT_TRUE(answer);
  EXPECT_EQ(body(*answer).at("events").at(0).at("event"), "ue_access_point");
}

TEST_F(ControlTest, AnswersAWaitThatNothingEnds) {
  const auto last = state().at("last_event").get<int>();
  const auto answer = body(call("GET", "/sandbox/v1/events?after=" + std::to_string(last) + "&wait=2"));
  EXPECT_TRUE(answer.at("events").empty());
  EXPECT_EQ(answer.at("next"), last);
}

TEST_F(ControlTest, TellsZoneAndHostChangesOfTheTerminals) {
  place("10.100.0.1", "zone04");
  std::vector<std::string> told;
  const auto all = body(call("GET", "/sandbox/v1/events?after=0"));
  for (const auto& event : all.at("events"))
    if (event.value("ue", "") == "10.100.0.1" && event.value("host", "") == "mep2") told.push_back(event.at("event"));
  EXPECT_EQ(told, (std::vector<std::string>{"ue_access_point", "ue_zone", "ue_host"}));
}

TEST_F(ControlTest, SaysWhenTheNameLeadsNowhereYet) {
  EXPECT_EQ(call("GET", "/sandbox/v1/dns?ue=10.100.0.1").status, 404);
  EXPECT_EQ(call("GET", "/sandbox/v1/dns?ue=10.0.0.99").status, 404);
  EXPECT_EQ(call("GET", "/sandbox/v1/dns").status, 400);
}

TEST_F(ControlTest, LeadsToTheOtherHostWhileTheServingOneHasNoCse) {
  publish("mep2", ready_application("mep2"), service("onem2m-cse", "http://127.0.0.4:8080"));
  EXPECT_EQ(body(call("GET", "/sandbox/v1/dns?ue=10.100.0.1")).at("host"), "mep2");
  publish("mep1", ready_application("mep1"), service("onem2m-cse", "http://127.0.0.3:8080"));
  EXPECT_EQ(body(call("GET", "/sandbox/v1/dns?ue=10.100.0.1")).at("host"), "mep1");
}

TEST_F(ControlTest, RefusesHostsAndPathsThatDoNotExist) {
  EXPECT_EQ(call("GET", "/mep9/amsi/v1/subscriptions").status, 404);
  EXPECT_EQ(call("GET", "/mep1/rni/v2/queries").status, 404);
  EXPECT_EQ(call("POST", "/sandbox/v1/state").status, 405);
  EXPECT_THAT(detail(call("GET", "/nowhere")), HasSubstr("no MEC host"));
}

}  // namespace
}  // namespace edgecse::sandbox
