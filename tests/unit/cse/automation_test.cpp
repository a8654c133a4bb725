// SPDX-License-Identifier: Apache-2.0
//
// action, dependency, processManagement, state: what is refused, what runs when. TS-0001 9.6.59 to 9.6.62 (Release 4).
#include <gtest/gtest.h>

#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using std::chrono::seconds;

struct Automation : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  std::string watched = cse.add_container(ae, "watched", "Cdev");
  std::string result = cse.add_container(ae, "result", "Cdev");

  static Json criteria(int how, const std::string& attribute, Json threshold) {
    return {{"optr", how}, {"sbjt", attribute}, {"thld", std::move(threshold)}};
  }
  /// An action that writes an instance into `result` when a watched instance says "go".
  Json action(Json more = Json::object()) {
    Json attributes{{"rn", "act"},
                    {"sri", watched + "/la"},
                    {"evc", criteria(1, "con", "go")},
                    {"evm", 3},
                    {"orc", result},
                    {"apv",
                     {{"op", 1},
                      {"to", "anywhere"},
                      {"fr", "Cdev"},
                      {"rqi", "a1"},
                      {"rvi", "4"},
                      {"ty", 4},
                      {"pc", {{"m2m:cin", {{"con", "done"}}}}}}}};
    for (const auto& [name, value] : more.items()) {
      if (value.is_null())
        attributes.erase(name);
      else
        attributes[name] = value;
    }
    return attributes;
  }
  onem2m::Response add_action(Json more = Json::object(), const std::string& from = "Cdev") {
    return cse.create(ae, 65, {{"m2m:actr", action(std::move(more))}}, from);
  }
  int change(const Json& attributes, const std::string& name = "act") {
    return rsc(cse.update(ae + "/" + name, {{"m2m:actr", attributes}}, "Cdev"));
  }
  void say(const std::string& what) {
    ASSERT_EQ(rsc(cse.add_instance(watched, what, "Cdev")), 2001);
    cse.time.advance(seconds{1});
  }
  int runs() { return cse.retrieve(result, "Cdev").content["m2m:cnt"]["cni"]; }
};

TEST_F(Automation, ActionsThatCannotWorkAreRefused) {
  cse.add_ae("Cother");
  const std::string foreign = cse.add_container("cse-mn/Cother", "private", "Cother");
  struct Row {
    const char* name;
    Json change;
  };
  const Row rows[] = {
      {"subject is not there", {{"sri", ae + "/nothing"}}},
      {"subject may not be read", {{"sri", foreign}}},
      {"object is not there", {{"orc", ae + "/nothing"}}},
      {"object may not be changed", {{"orc", foreign}}},
      {"acts as somebody else", {{"apv", {{"op", 1}, {"to", "x"}, {"fr", "Cother"}, {"rqi", "a"}, {"ty", 4}}}}},
      {"primitive without rqi", {{"apv", {{"op", 1}, {"to", "x"}, {"fr", "Cdev"}, {"ty", 4}}}}},
      {"primitive without operation", {{"apv", {{"to", "x"}, {"fr", "Cdev"}, {"rqi", "a"}}}}},
      {"parameter in mode 1", {{"evm", 1}, {"ecp", 5}}},
      {"parameter in mode 0", {{"evm", 0}, {"ecp", 5}}},
      {"attribute unknown to the subject", {{"evc", criteria(1, "mni", 5)}}},
      {"threshold of another type", {{"sri", watched}, {"evc", criteria(1, "mni", "many")}}},
      {"operator for what has no order", {{"sri", watched}, {"evc", criteria(3, "disr", true)}}},
      {"operator unknown", {{"evc", criteria(7, "con", "go")}}},
      {"dependencies at CREATE", {{"dep", {"x"}}}},
      {"no criteria", {{"evc", nullptr}}},
  };
  for (const Row& row : rows) EXPECT_EQ(rsc(add_action(row.change)), 4000) << row.name;
  EXPECT_EQ(rsc(add_action({{"evm", 2}, {"ecp", 5}})), 2001);
  EXPECT_EQ(change({{"orc", nullptr}}), 4000);
  EXPECT_EQ(change({{"dep", {watched}}}), 4000);
  EXPECT_EQ(change({{"evm", 1}}), 4000) << "ecp is still there";
  EXPECT_EQ(change({{"ecp", nullptr}}), 2004);
  EXPECT_EQ(change({{"evm", 1}}), 2004);
  EXPECT_EQ(change({{"evc", criteria(1, "cni", 5)}}), 4000) << "no attribute of an instance";
  EXPECT_EQ(change({{"evc", criteria(5, "cni", 5)}, {"sri", watched}}), 2004);
}

TEST_F(Automation, OnceRunsOnceAndKeepsTheAnswer) {
  ASSERT_EQ(rsc(add_action({{"evm", 1}})), 2001);
  say("wait");
  EXPECT_EQ(runs(), 0);
  say("go");
  EXPECT_EQ(runs(), 1);
  const Json shown = cse.retrieve(ae + "/act", "Cdev").content["m2m:actr"];
  EXPECT_EQ(shown["air"]["rsc"], 2001);
  EXPECT_EQ(shown["air"]["pc"]["m2m:cin"]["con"], "done");
  EXPECT_EQ(shown["air"]["fr"], "/mn1");
  EXPECT_EQ(shown["air"]["to"], "Cdev");
  EXPECT_EQ(shown["evm"], 1);
  say("go");
  EXPECT_EQ(runs(), 1);
  ASSERT_EQ(change({{"evm", 1}}), 2004);  // armed again
  cse.restart();
  say("go");
  EXPECT_EQ(runs(), 2);
}

TEST_F(Automation, ModesCountPeriodsAndRuns) {
  ASSERT_EQ(rsc(add_action({{"evm", 3}, {"ecp", 2}})), 2001);
  for (int i = 0; i < 4; ++i) say("go");
  EXPECT_EQ(runs(), 2);
  ASSERT_EQ(change({{"evm", 2}, {"ecp", 5'000}}), 2004);
  say("go");
  say("go");
  EXPECT_EQ(runs(), 3);
  cse.time.advance(seconds{5});
  say("wait");  // does not use the period
  say("go");
  EXPECT_EQ(runs(), 4);
  ASSERT_EQ(change({{"ecp", nullptr}}), 2004);
  ASSERT_EQ(change({{"evm", 0}}), 2004);
  cse.time.advance(seconds{60});
  say("go");
  EXPECT_EQ(runs(), 4);
}

TEST_F(Automation, OldestChangesWhenAnotherTakesItsPlace) {
  ASSERT_EQ(rsc(cse.update(watched, {{"m2m:cnt", {{"mni", 2}}}}, "Cdev")), 2004);
  say("wait");
  ASSERT_EQ(rsc(add_action({{"sri", watched + "/ol"}})), 2001);
  say("go");
  EXPECT_EQ(runs(), 0);
  say("wait");
  EXPECT_EQ(runs(), 1) << "the first went";
  ASSERT_EQ(rsc(cse.remove(watched + "/la", "Cdev")), 2002);
  cse.time.advance(seconds{1});
  EXPECT_EQ(runs(), 1) << "the oldest is the same";
}

TEST_F(Automation, ActionIsNotRunTwiceAtOnce) {
  ASSERT_EQ(rsc(cse.update(ae, {{"m2m:ae", {{"poa", {"http://device"}}}}}, "Cdev")), 2004);
  ASSERT_EQ(
      rsc(add_action(
          {{"orc", ae},
           {"apv", {{"op", 5}, {"to", "x"}, {"fr", "Cdev"}, {"rqi", "a"}, {"pc", {{"m2m:sgn", {{"sur", "x"}}}}}}}})),
      2001);
  cse.sender.answer = [](const onem2m::NextHop&, const onem2m::Request&) { return std::optional<onem2m::Response>{}; };
  for (int i = 0; i < 3; ++i) ASSERT_EQ(rsc(cse.add_instance(watched, "go", "Cdev")), 2001);
  cse.time.advance(seconds{1});
  EXPECT_EQ(cse.sender.sent.size(), 1U) << "the others wait for the first one's answer";
}

TEST_F(Automation, FailedRunsLeaveTheirAnswerToo) {
  ASSERT_EQ(rsc(add_action()), 2001);
  ASSERT_EQ(rsc(cse.remove(result, "Cdev")), 2002);
  say("go");
  EXPECT_EQ(cse.retrieve(ae + "/act", "Cdev").content["m2m:actr"]["air"]["rsc"], 4004);
}

TEST_F(Automation, ActionsOfOneSubjectRunByPriority) {
  const auto writes = [&](const std::string& name, Json more) {
    more.update(
        {{"rn", name},
         {"apv",
          {{"op", 1}, {"to", "x"}, {"fr", "Cdev"}, {"rqi", name}, {"ty", 4}, {"pc", {{"m2m:cin", {{"con", name}}}}}}}});
    return rsc(add_action(more));
  };
  ASSERT_EQ(writes("last", {}), 2001);
  ASSERT_EQ(writes("second", {{"apy", 7}}), 2001);
  ASSERT_EQ(writes("first", {{"apy", 2}}), 2001);
  say("go");
  const Json children = cse.retrieve(result, "Cdev", 4).content["m2m:cnt"]["m2m:cin"];
  ASSERT_EQ(children.size(), 3U);
  EXPECT_EQ(children[0]["con"], "first");
  EXPECT_EQ(children[1]["con"], "second");
  EXPECT_EQ(children[2]["con"], "last");
}

TEST_F(Automation, DependenciesDecideInTheirOrder) {
  ASSERT_EQ(rsc(add_action()), 2001);
  const std::string first = cse.add_container(ae, "first", "Cdev"), second = cse.add_container(ae, "second", "Cdev");
  const auto depends = [&](const std::string& name, const std::string& on, bool sufficient) {
    return cse.create(ae + "/act", 66,
                      {{"m2m:depr", {{"rn", name}, {"sfc", sufficient}, {"rri", on}, {"evc", criteria(1, "mni", 1)}}}},
                      "Cdev");
  };
  EXPECT_EQ(rsc(depends("d0", ae + "/nothing", true)), 4000);
  ASSERT_EQ(rsc(depends("d1", first, true)), 2001);
  ASSERT_EQ(rsc(depends("d2", second, false)), 2001);
  EXPECT_EQ(rsc(cse.update(ae + "/act/d1", {{"m2m:depr", {{"evc", criteria(1, "con", 1)}}}}, "Cdev")), 4000);
  ASSERT_EQ(change({{"dep", {ae + "/act/d1", ae + "/act/d2"}}}), 2004);
  const auto set = [&](const std::string& container, int value) {
    ASSERT_EQ(rsc(cse.update(container, {{"m2m:cnt", {{"mni", value}}}}, "Cdev")), 2004);
  };
  say("go");
  EXPECT_EQ(runs(), 0) << "neither";
  set(second, 1);
  say("go");
  EXPECT_EQ(runs(), 1) << "the one that is needed";
  set(second, 2);
  set(first, 1);
  say("go");
  EXPECT_EQ(runs(), 2) << "the one that is enough";
  ASSERT_EQ(rsc(cse.remove(second, "Cdev")), 2002);
  set(first, 2);
  say("go");
  EXPECT_EQ(runs(), 2) << "gone is not true";
  ASSERT_EQ(change({{"dep", nullptr}}), 2004);
  say("go");
  EXPECT_EQ(runs(), 3);
}

TEST_F(Automation, WhatWasDecidedIsDoneAfterARestart) {
  ASSERT_EQ(rsc(add_action({{"evm", 1}})), 2001);
  bool done = false;
  auto request = cse.request(onem2m::Operation::Create, watched, "Cdev");
  request.resource_type = 4;
  request.content = {{"m2m:cin", {{"con", "go"}}}};
  request.request_identifier = "r";
  request.release_version = "3";
  cse.cse().handle(std::move(request), [&done](const onem2m::Response&) { done = true; });
  while (!done && cse.time.run_one()) {
  }
  ASSERT_EQ(runs(), 0);
  cse.restart();
  cse.time.advance(seconds{1});
  EXPECT_EQ(runs(), 1);
}

struct Process : Automation {
  std::string process = ae + "/process";

  void SetUp() override {
    const auto made = cse.create(ae, 63, {{"m2m:prmr", {{"rn", "process"}}}}, "Cdev");
    ASSERT_EQ(rsc(made), 2001) << made.content.dump();
    EXPECT_EQ(made.content["m2m:prmr"]["prst"], 1);
    EXPECT_EQ(made.content["m2m:prmr"]["prct"], 2);
  }
  int add_state(const std::string& name, Json more = Json::object()) {
    Json attributes{{"rn", name}};
    attributes.update(more);
    return rsc(cse.create(process, 64, {{"m2m:stte", attributes}}, "Cdev"));
  }
  int change_state(const std::string& name, const Json& attributes) {
    return rsc(cse.update(process + "/" + name, {{"m2m:stte", attributes}}, "Cdev"));
  }
  int control(const Json& attributes) { return rsc(cse.update(process, {{"m2m:prmr", attributes}}, "Cdev")); }
  Json show() { return cse.retrieve(process, "Cdev").content["m2m:prmr"]; }
  std::string id(const std::string& address) { return cse.retrieve(address, "Cdev").content.begin()->at("ri"); }
  Json when(const std::string& what) { return {{"sri", watched + "/la"}, {"evc", criteria(1, "con", what)}}; }
  Json leads_to(const std::string& state, const std::string& what) {
    Json transition = when(what);
    transition["nxst"] = process + "/" + state;
    return transition;
  }
};

TEST_F(Process, ConfigurationMustBeRight) {
  EXPECT_EQ(rsc(cse.create(ae, 63, {{"m2m:prmr", {{"prct", 1}}}}, "Cdev")), 4000);
  EXPECT_EQ(control({{"prct", 1}}), 4142) << "no initialState";
  for (int value : {2, 3, 4}) EXPECT_EQ(control({{"prct", value}}), 4005) << value;
  EXPECT_EQ(control({{"inst", process + "/nothing"}}), 4142);
  EXPECT_EQ(control({{"inst", watched}}), 4142);
  EXPECT_EQ(control({{"atcos", {{{"sri", ae + "/nothing"}, {"evc", criteria(1, "con", "x")}}}}}), 4142);
  EXPECT_EQ(control({{"encos", {{{"sri", watched}, {"evc", criteria(1, "con", "x")}}}}}), 4142);
  EXPECT_EQ(add_state("s1", {{"sttrs", {leads_to("nothing", "x")}}}), 4142);
  EXPECT_EQ(add_state("s1", {{"stac", ae}}), 4000);
  ASSERT_EQ(add_state("s1"), 2001);
  EXPECT_EQ(change_state("s1", {{"stac", watched}}), 4142);
  ASSERT_EQ(control({{"inst", process + "/s1"}, {"atcos", {when("never")}}}), 2004);
  ASSERT_EQ(control({{"prct", 1}}), 2004);
  EXPECT_EQ(show()["prst"], 2);
  EXPECT_EQ(control({{"inst", process + "/s1"}}), 4005);
  EXPECT_EQ(control({{"prct", 1}}), 4005);
  EXPECT_EQ(add_state("s2"), 4005);
  EXPECT_EQ(change_state("s1", {{"lbl", {"x"}}}), 4005);
  EXPECT_EQ(rsc(cse.remove(process + "/s1", "Cdev")), 4005);
  EXPECT_EQ(rsc(cse.remove(process, "Cdev")), 2002);
}

TEST_F(Process, GoesFromStateToStateAndActs) {
  ASSERT_EQ(add_state("on"), 2001);
  ASSERT_EQ(add_state("off", {{"sttrs", {leads_to("on", "start")}}}), 2001);
  ASSERT_EQ(rsc(cse.create(process + "/on", 65, {{"m2m:actr", action({{"evm", 0}})}}, "Cdev")), 2001);
  ASSERT_EQ(change_state("on", {{"stac", process + "/on/act"}, {"sttrs", {leads_to("off", "stop")}}}), 2004);
  ASSERT_EQ(control({{"inst", process + "/off"}, {"atcos", {when("awake")}}, {"encos", {when("over")}}}), 2004);
  ASSERT_EQ(control({{"prct", 1}}), 2004);
  say("start");
  EXPECT_EQ(show()["prst"], 2);
  say("awake");
  EXPECT_EQ(show()["prst"], 3);
  EXPECT_EQ(show()["cust"], id(process + "/off"));
  EXPECT_EQ(rsc(cse.remove(process + "/off", "Cdev")), 4005);

  say("start");
  EXPECT_EQ(show()["cust"], id(process + "/on"));
  EXPECT_EQ(cse.retrieve(process + "/on", "Cdev").content["m2m:stte"]["sact"], true);
  EXPECT_EQ(cse.retrieve(process + "/off", "Cdev").content["m2m:stte"]["sact"], false);
  EXPECT_EQ(runs(), 1);

  ASSERT_EQ(control({{"prct", 3}}), 2004);
  say("stop");
  EXPECT_EQ(show()["cust"], id(process + "/on")) << "paused";
  cse.restart();
  ASSERT_EQ(control({{"prct", 4}}), 2004);
  EXPECT_EQ(show()["cust"], id(process + "/off")) << "the condition holds still";
  say("over");
  EXPECT_EQ(show()["prst"], 5);
  ASSERT_EQ(control({{"prct", 2}}), 2004);
  EXPECT_EQ(show()["prst"], 1);
  EXPECT_FALSE(show().contains("cust"));
  EXPECT_EQ(rsc(cse.remove(process + "/off", "Cdev")), 2002);
}

TEST_F(Process, EndsWhereNoTransitionLeadsOnAndInCirclesOnlySlowly) {
  ASSERT_EQ(add_state("end"), 2001);
  ASSERT_EQ(control({{"inst", process + "/end"}}), 2004);
  ASSERT_EQ(control({{"prct", 1}}), 2004);
  EXPECT_EQ(show()["prst"], 5);
  ASSERT_EQ(control({{"prct", 2}}), 2004);
  ASSERT_EQ(add_state("a"), 2001);
  ASSERT_EQ(add_state("b", {{"sttrs", {leads_to("a", "x")}}}), 2001);
  ASSERT_EQ(change_state("a", {{"sttrs", {leads_to("b", "x")}}}), 2004);
  ASSERT_EQ(control({{"inst", process + "/a"}}), 2004);
  say("x");
  ASSERT_EQ(control({{"prct", 1}}), 2004);
  EXPECT_EQ(show()["prst"], 3);
}

}  // namespace
}  // namespace edgecse::test
