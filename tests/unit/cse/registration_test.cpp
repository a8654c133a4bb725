// SPDX-License-Identifier: Apache-2.0
//
// CSEs that register at each other, and what travels between them. TS-0001 10.2.2.7, TS-0004 7.3.2.6, 7.4.4.
#include <gtest/gtest.h>

#include "cse/registrar_link.hpp"
#include "cse/reset.hpp"
#include "support/cse_network.hpp"
#include "support/cse_options.hpp"

namespace edgecse::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

int rsc(const onem2m::Response& response) { return onem2m::to_number(response.status); }

cse::CseOptions an_mn_cse(const std::string& id, const std::string& registrar = "/in") {
  cse::CseOptions options;
  options.id = id;
  options.registrar = cse::RegistrarOptions{registrar, registrar == "/in" ? "cse-in" : "cse-mn", {}};
  options.mobility.peers = {"/mn1", "/mn2"};
  std::erase(options.mobility.peers, id);
  options.allowed_registrees = std::vector<std::string>{"/mn3"};
  return options;
}
Json an_ae(const std::string& name, Json more = Json::object()) {
  Json ae{{"rn", name}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}};
  ae.update(more);
  return {{"m2m:ae", ae}};
}

struct Registration : ::testing::Test {
  CseNetwork network;
  CseNetwork::Node& in = network.add(in_cse_options());
  CseNetwork::Node& mn1 = network.add(an_mn_cse("/mn1"));

  void SetUp() override { ASSERT_TRUE(network.run_until([&] { return mn1.cse().registrar_up(); })); network.advance(1s); }
  Json registration() { return in.retrieve("mn1").content.value("m2m:csr", Json{}); }
};

TEST_F(Registration, MakesTheResourceAndItsMirror) {
  const Json made = registration();
  EXPECT_EQ(made["csi"], "/mn1");
  EXPECT_EQ(made["cb"], "/mn1/cse-mn");
  EXPECT_EQ(made["poa"], Json({"mem://mn1"}));
  EXPECT_EQ(made["rr"], true);
  const Json mirror = mn1.retrieve("in").content["m2m:csr"];
  EXPECT_EQ(mirror["csi"], "/in");
  EXPECT_EQ(mirror["cst"], 1);
}

TEST_F(Registration, IsRefreshedBeforeItExpires) {
  const std::string first = registration()["et"];
  network.advance(1h);
  EXPECT_GT(registration()["et"].get<std::string>(), first);
  EXPECT_TRUE(mn1.cse().registrar_up());
}

TEST_F(Registration, IsMadeAnewWhenTheRegistrarForgot) {
  ASSERT_EQ(rsc(in.remove("mn1")), 2002);
  EXPECT_TRUE(network.run_until([&] { return !registration().is_null(); }));
}

TEST_F(Registration, IsTakenOverAfterARestart) {
  mn1.restart();
  EXPECT_FALSE(mn1.cse().registrar_up());
  EXPECT_TRUE(network.run_until([&] { return mn1.cse().registrar_up(); }));
}

TEST_F(Registration, SurvivesARegistrarThatIsAway) {
  in.crash();
  EXPECT_TRUE(network.run_until([&] { return !mn1.cse().registrar_up(); }));
  in.restart();
  EXPECT_TRUE(network.run_until([&] { return mn1.cse().registrar_up(); }));
}

TEST_F(Registration, IsRefusedToWhomIsNotAllowed) {
  auto stranger = an_mn_cse("/mn9", "/mn1");
  CseNetwork::Node& mn9 = network.add(stranger);
  network.advance(10s);
  EXPECT_FALSE(mn9.cse().registrar_up());
  EXPECT_EQ(rsc(mn1.retrieve("mn9")), 4004);
}

TEST_F(Registration, RequestsTravelBothWays) {
  ASSERT_EQ(rsc(mn1.create("cse-mn", 2, an_ae("dev"), "Cdev")), 2001);
  ASSERT_EQ(rsc(in.create("cse-in", 2, an_ae("app"), "Capp")), 2001);
  // Up: an AE at the MN-CSE reads the registrar; From names it and its CSE.
  const auto up = mn1.retrieve("/in/cse-in/app", "Cdev");
  EXPECT_EQ(rsc(up), 4103) << up.content;
  EXPECT_EQ(mn1.sent.back().from, "/mn1/Cdev");
  // Down, as the administrator of the other side.
  ASSERT_EQ(rsc(mn1.create("cse-mn", 1, {{"m2m:acp", {{"rn", "open"}, {"pv", {{"acr", {{{"acor", {"/in/Capp"}}, {"acop", 63}}}}}}, {"pvs", {{"acr", {{{"acor", {"Cdev"}}, {"acop", 63}}}}}}}}}, "CAdmin")), 2001);
  const auto container = mn1.create("cse-mn/dev", 3, {{"m2m:cnt", {{"rn", "data"}, {"acpi", {"cse-mn/open"}}}}}, "CAdmin");
  ASSERT_EQ(rsc(container), 2001) << container.content;
  const auto made = in.create("/mn1/cse-mn/dev/data", 4, {{"m2m:cin", {{"con", "down"}}}}, "Capp");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  EXPECT_EQ(in.retrieve("/mn1/cse-mn/dev/data/la", "Capp").content["m2m:cin"]["con"], "down");
}

TEST_F(Registration, StaysWhenTheCseIsEmptied) {
  ASSERT_EQ(rsc(mn1.create("cse-mn", 2, an_ae("dev"), "Cdev")), 2001);
  bool done = false;
  cse::reset(mn1.cse().core(), [&](const onem2m::Result<>& emptied) { done = emptied.has_value(); });
  ASSERT_TRUE(network.run_until([&] { return done; }));
  EXPECT_EQ(rsc(mn1.retrieve("cse-mn/dev")), 4004);
  EXPECT_EQ(rsc(mn1.retrieve("cse-mn/in")), 2000);
}

TEST_F(Registration, TargetsThatNobodyKnowsAreNotFoundAndNotSentInCircles) {
  EXPECT_EQ(rsc(mn1.retrieve("/nowhere/x")), 4004);
  EXPECT_EQ(rsc(in.retrieve("/nowhere/x")), 4004);
}

TEST_F(Registration, ANextHopThatIsAwayIsNotReachable) {
  mn1.crash();
  EXPECT_EQ(rsc(in.retrieve("/mn1/cse-mn")), 5103);
}

TEST_F(Registration, DescendantsAreReachedThroughTheirRegistrar) {
  CseNetwork::Node& mn3 = network.add(an_mn_cse("/mn3", "/mn1"));
  ASSERT_TRUE(network.run_until([&] { return mn3.cse().registrar_up(); }));
  ASSERT_TRUE(network.run_until([&] { return registration().contains("dcse"); }));
  EXPECT_EQ(registration()["dcse"], Json({"/mn3"}));
  EXPECT_EQ(rsc(in.retrieve("/mn3/cse-mn", "CAdmin")), 4103) << "it came there, and CAdmin of another CSE is nobody";
  ASSERT_EQ(rsc(mn1.remove("mn3")), 2002);
  EXPECT_TRUE(network.run_until([&] { return !registration().contains("dcse"); }));
}

TEST_F(Registration, NotificationsReachAnAeAtTheRegistrar) {
  std::vector<Json> heard;
  network.add_sink("mem://app", [&](const onem2m::Request& request) {
    if (!request.content["m2m:sgn"].contains("vrq")) heard.push_back(request.content);
    onem2m::Response ok;
    ok.request_identifier = request.request_identifier;
    return ok;
  });
  ASSERT_EQ(rsc(in.create("cse-in", 2, an_ae("app", {{"poa", {"mem://app"}}}), "Capp")), 2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn", 2, an_ae("dev"), "Cdev")), 2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn/dev", 3, {{"m2m:cnt", {{"rn", "data"}}}}, "Cdev")), 2001);
  const auto made = mn1.create("cse-mn/dev/data", 23, {{"m2m:sub", {{"nu", {"/in/Capp"}}, {"enc", {{"net", {3}}}}}}}, "Cdev");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  network.cut("/mn1", "/in");
  for (const char* content : {"1", "2", "3"})
    ASSERT_EQ(rsc(mn1.create("cse-mn/dev/data", 4, {{"m2m:cin", {{"con", content}}}}, "Cdev")), 2001);
  network.advance(20s);
  EXPECT_TRUE(heard.empty());
  network.join("/mn1", "/in");
  ASSERT_TRUE(network.run_until([&] { return heard.size() == 3; }));
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(heard[i]["m2m:sgn"]["nev"]["rep"]["m2m:cin"]["con"], std::to_string(i + 1));
}

TEST_F(Registration, PeersOfTheHandoverAreReachedDirectlyAndElseThroughTheRegistrar) {
  CseNetwork::Node& mn2 = network.add(an_mn_cse("/mn2"));
  ASSERT_TRUE(network.run_until([&] { return mn2.cse().registrar_up(); }));
  network.advance(1s);
  in.sent.clear();
  EXPECT_EQ(rsc(mn1.retrieve("/mn2/cse-mn")), 4103) << "it came there, and CAdmin of another CSE is nobody";
  EXPECT_TRUE(in.sent.empty());
  network.cut("/mn1", "/mn2");
  EXPECT_EQ(rsc(mn1.retrieve("/mn2/cse-mn")), 4103);
  EXPECT_EQ(in.sent.size(), 1U);
}

TEST_F(Registration, ReferencesToAnAeFollowItToItsNewRegistrar) {
  CseNetwork::Node& mn2 = network.add(an_mn_cse("/mn2"));
  ASSERT_TRUE(network.run_until([&] { return mn2.cse().registrar_up(); }));
  network.add_sink("mem://dev", [&](const onem2m::Request&) { return onem2m::Response{}; });
  ASSERT_EQ(rsc(mn1.create("cse-mn", 2, an_ae("dev", {{"poa", {"mem://dev"}}}), "Cdev")), 2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn", 3, {{"m2m:cnt", {{"rn", "shared"}}}})), 2001);
  ASSERT_EQ(rsc(mn1.create("cse-mn/shared", 23, {{"m2m:sub", {{"rn", "s"}, {"nu", {"/mn1/Cdev"}}}}})), 2001);
  ASSERT_EQ(rsc(in.create("cse-in", 1, {{"m2m:acp", {{"rn", "p"}, {"pv", {{"acr", {{{"acor", {"/mn1/Cdev", "/mn1/Cdevil"}}, {"acop", 2}}}}}}, {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}}}})), 2001);
  auto told = onem2m::Request{};
  told.operation = onem2m::Operation::Notify;
  told.to = "/in";
  told.from = "/mn2";
  told.request_identifier = "moved-1";
  told.release_version = "3";
  told.content = {{"m2m:sgn", {{"aerp", true}, {"tid1", "/mn1/Cdev"}, {"tid2", "/mn2/Cdev"}}}};
  std::optional<onem2m::Response> answer;
  mn2.send({{CseNetwork::address_of("/in")}, false}, told, [&](onem2m::Response response) { answer = std::move(response); });
  ASSERT_TRUE(network.run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(rsc(*answer), 2000) << answer->content;
  EXPECT_EQ(in.retrieve("cse-in/p").content["m2m:acp"]["pv"]["acr"][0]["acor"], Json({"/mn2/Cdev", "/mn1/Cdevil"}));
  EXPECT_TRUE(network.run_until(
      [&] { return mn1.retrieve("cse-mn/shared/s").content["m2m:sub"]["nu"] == Json({"/mn2/Cdev"}); }));
}

// --- the machine alone -------------------------------------------------------------------------------------------------

struct Link : ::testing::Test {
  cse::CseOptions options = an_mn_cse("/mn1");
  cse::RegistrarLink link{options};
  base::WallTime now{1'700'000'000s};

  static onem2m::Response an_answer(int status, Json content = {}) {
    onem2m::Response response;
    response.status = static_cast<onem2m::ResponseStatus>(status);
    response.content = std::move(content);
    return response;
  }
  void register_it() {
    static_cast<void>(link.proceed(now));
    static_cast<void>(link.answered(an_answer(2001, {{"m2m:csr", {{"ri", "x7"}}}}), now, 0));
    static_cast<void>(link.answered(an_answer(2000, {{"m2m:cb", {{"srv", {"3"}}}}}), now, 0));
  }
};

TEST_F(Link, RegistersThenReadsTheRegistrarThenRefreshesWhatItGot) {
  auto command = link.proceed(now);
  ASSERT_TRUE(command.request);
  EXPECT_EQ(command.request->operation, onem2m::Operation::Create);
  EXPECT_EQ(command.request->to, "/in/cse-in");
  EXPECT_FALSE(link.up());
  command = link.answered(an_answer(2001, {{"m2m:csr", {{"ri", "x7"}}}}), now, 0);
  EXPECT_TRUE(link.up());
  ASSERT_TRUE(command.request);
  EXPECT_EQ(command.request->operation, onem2m::Operation::Retrieve);
  command = link.answered(an_answer(2000, {{"m2m:cb", {{"cst", 1}}}}), now, 0);
  EXPECT_EQ(link.take_registrar_base(), Json({{"cst", 1}}));
  EXPECT_FALSE(link.take_registrar_base());
  EXPECT_FALSE(command.request);
  EXPECT_EQ(command.delay, 60s);
  command = link.proceed(now + 60s);
  EXPECT_EQ(command.request->operation, onem2m::Operation::Update);
  EXPECT_EQ(command.request->to, "/in/x7");
  EXPECT_EQ(command.request->content["m2m:csr"].size(), 1U) << "et alone";
}

TEST_F(Link, BacksOffLongerAndLongerWhileNobodyAnswers) {
  static_cast<void>(link.proceed(now));
  base::Duration before{0};
  for (int i = 0; i < 4; ++i) {
    const auto command = link.answered(an_answer(5103), now, 0);
    ASSERT_FALSE(command.request);
    EXPECT_GT(command.delay, before);
    before = command.delay;
    EXPECT_TRUE(link.proceed(now).request);
  }
  for (int i = 0; i < 20; ++i) before = link.answered(an_answer(5103), now, 0).delay;
  EXPECT_EQ(before, 30s);
  EXPECT_EQ(link.answered(an_answer(5103), now, 1).delay, 15s) << "jitter takes half of it away at most";
}

TEST_F(Link, AdoptsARegistrationThatIsThere) {
  static_cast<void>(link.proceed(now));
  const auto command = link.answered(an_answer(4117), now, 0);
  ASSERT_TRUE(command.request);
  EXPECT_EQ(command.request->operation, onem2m::Operation::Update);
  EXPECT_EQ(command.request->to, "/in/mn1");
  EXPECT_TRUE(command.request->content["m2m:csr"].contains("poa"));
  static_cast<void>(link.answered(an_answer(2004), now, 0));
  EXPECT_TRUE(link.up());
}

TEST_F(Link, RegistersAnewWhenTheRegistrarForgot) {
  register_it();
  static_cast<void>(link.proceed(now));
  const auto command = link.answered(an_answer(4004), now, 0);
  EXPECT_FALSE(link.up());
  ASSERT_TRUE(command.request);
  EXPECT_EQ(command.request->operation, onem2m::Operation::Create);
}

TEST_F(Link, ARegistrarInTroubleIsNotRegisteredAtAgainButRefreshedLater) {
  register_it();
  static_cast<void>(link.proceed(now));
  EXPECT_FALSE(link.answered(an_answer(5103), now, 0).request);
  EXPECT_FALSE(link.up());
  EXPECT_EQ(link.proceed(now).request->operation, onem2m::Operation::Update);
  static_cast<void>(link.answered(an_answer(2004), now, 0));
  EXPECT_TRUE(link.up());
}

TEST_F(Link, TellsDescendantsWhenTheyChangeAndNotOtherwise) {
  register_it();
  EXPECT_TRUE(link.set_descendants({"/b", "/a"}));
  const auto command = link.proceed(now);
  EXPECT_EQ(command.request->content["m2m:csr"]["dcse"], Json({"/a", "/b"}));
  EXPECT_FALSE(link.set_descendants({"/a"})) << "a request is under way";
  const auto next = link.answered(an_answer(2004), now, 0);
  ASSERT_TRUE(next.request) << "what changed meanwhile follows";
  EXPECT_EQ(next.request->content["m2m:csr"]["dcse"], Json({"/a"}));
  static_cast<void>(link.answered(an_answer(2004), now, 0));
  EXPECT_FALSE(link.set_descendants({"/a"}));
  EXPECT_TRUE(link.set_descendants({}));
  EXPECT_TRUE(link.proceed(now).request->content["m2m:csr"]["dcse"].is_null());
}

}  // namespace
}  // namespace edgecse::test
