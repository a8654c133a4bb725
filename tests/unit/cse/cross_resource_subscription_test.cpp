// SPDX-License-Identifier: Apache-2.0
//
// <crossResourceSubscription> as its creator meets it. TS-0001 9.6.58, TS-0004 7.4.58, release4 4.
#include "support/cse_network.hpp"
#include "subscription_fixture.hpp"
#include "support/cse_options.hpp"

namespace edgecse::test {
namespace {

struct CrossResource : Subscriptions {
  std::string other = cse.add_container(ae, "other", "Cdev");

  onem2m::Response cross(Json more) {
    Json crs{{"rn", "crs"}, {"nu", {kSink}}, {"twt", 2}, {"tws", "PT10S"}, {"encs", {{"enc", {{{"net", {3}}}}}}}};
    crs.update(more);
    return cse.create(ae, 48, {{"m2m:crs", crs}}, "Cdev");
  }
  std::string made(Json more) {
    const auto answer = cross(std::move(more));
    EXPECT_EQ(rsc(answer), 2001) << answer.content;
    return rsc(answer) == 2001 ? answer.content["m2m:crs"]["ri"].get<std::string>() : std::string{};
  }
  Json attributes() { return cse.retrieve(ae + "/crs", "Cdev").content.value("m2m:crs", Json{}); }
  /// The notifications of the crossResourceSubscription itself that arrived so far.
  std::size_t fired(const std::string& id) {
    std::size_t count = 0;
    for (const onem2m::Request& sent : notifications()) count += sent.content.value("m2m:sgn", Json{}) == Json{{"sur", "/mn1/" + id}} ? 1 : 0;
    return count;
  }
  std::size_t subscriptions_of(const std::string& container) {
    std::size_t count = 0;
    const Json references = cse.retrieve(container, "Cdev", 6).content["m2m:rrl"]["rrf"];
    for (const Json& child : references) count += child["typ"] == 23 ? 1 : 0;
    return count;
  }
  void happen(const std::string& container) {
    ASSERT_EQ(rsc(cse.add_instance(container, "x", "Cdev")), 2001);
    cse.time.advance(100ms);
  }
};

TEST_F(CrossResource, MembersAreMadeAndFireTogether) {
  const std::string id = made({{"rrat", {data, other}}, {"exc", 2}});
  EXPECT_EQ(attributes()["rrats"].size(), 2U);
  EXPECT_EQ(attributes()["eem"], 1);
  EXPECT_EQ(attributes()["cr"], "Cdev");
  const auto member = cse.retrieve(attributes()["rrats"][0].get<std::string>(), "Cdev").content["m2m:sub"];
  EXPECT_EQ(member["nu"], (Json{"/mn1/" + id}));
  EXPECT_EQ(member["acrs"], (Json{"/mn1/" + id}));
  happen(data);
  happen(data);
  EXPECT_EQ(fired(id), 0U) << "one alone does not suffice";
  happen(other);
  EXPECT_EQ(fired(id), 1U);
  EXPECT_EQ(attributes()["exc"], 1);
  happen(other);
  happen(data);
  EXPECT_EQ(fired(id), 2U);
  EXPECT_TRUE(attributes().is_null()) << "its counter came to zero";
  cse.time.advance(1s);
  EXPECT_EQ(subscriptions_of(data) + subscriptions_of(other), 0U) << "its members go with it";
}

TEST_F(CrossResource, ASlidingWindowForgetsWhatIsTooLongAgo) {
  const std::string id = made({{"rrat", {data, other}}});
  happen(data);
  cse.time.advance(11s);
  happen(other);
  EXPECT_EQ(fired(id), 0U);
  happen(data);
  EXPECT_EQ(fired(id), 1U) << "the second window began with the second event";
}

TEST_F(CrossResource, ThePresentWindowSurvivesARestart) {
  const std::string id = made({{"rrat", {data, other}}});
  happen(data);
  cse.restart();
  happen(other);
  EXPECT_EQ(fired(id), 1U);
}

TEST_F(CrossResource, ExistingSubscriptionsAreMembersToo) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {3}}}}})), 2001);
  const std::string id = made({{"srat", {data + "/sub"}}, {"rrat", {other}}});
  auto member = cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"];
  EXPECT_EQ(member["nu"], (Json{kSink, "/mn1/" + id}));
  EXPECT_EQ(member["acrs"], (Json{"/mn1/" + id}));
  happen(data);
  happen(other);
  EXPECT_EQ(fired(id), 1U);
  ASSERT_EQ(rsc(cse.remove(ae + "/crs", "Cdev")), 2002);
  // With the answer, not some time later: members here are part of the commit.
  member = cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"];
  EXPECT_EQ(member["nu"], (Json{kSink}));
  EXPECT_FALSE(member.contains("acrs"));
  EXPECT_EQ(subscriptions_of(other), 0U);
}

TEST_F(CrossResource, MembersOfWhatACrashPreventedAreReleased) {
  ASSERT_EQ(rsc(subscribe(data, {{"acrs", {"/mn1/neverCommitted", "/elsewhere/crs"}}})), 2001);
  const std::string id = made({{"rrat", {other}}, {"encs", {{"enc", {{{"net", {3}}}}}}}});
  cse.restart();
  cse.time.advance(1s);
  EXPECT_EQ(cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"]["acrs"], (Json{"/elsewhere/crs"}));
  EXPECT_EQ(cse.retrieve(attributes()["rrats"][0].get<std::string>(), "Cdev").content["m2m:sub"]["acrs"], (Json{"/mn1/" + id}));
}

TEST_F(CrossResource, ItEndsWhenAMemberEndsAndTheSubscriberHears) {
  const std::string id = made({{"rrat", {data, other}}, {"su", "http://127.0.0.1:9/end"}});
  ASSERT_EQ(rsc(cse.remove(attributes()["rrats"][0].get<std::string>(), "Cdev")), 2002);
  cse.time.advance(1s);
  EXPECT_TRUE(attributes().is_null());
  EXPECT_EQ(subscriptions_of(other), 0U);
  const auto sent = notifications();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].to, "http://127.0.0.1:9/end");
  EXPECT_EQ(sent[0].content["m2m:sgn"]["sud"], true);
}

TEST_F(CrossResource, NothingStaysWhenAMemberCannotBeHad) {
  ASSERT_EQ(rsc(subscribe(data, {{"enc", {{"net", {3}}}}})), 2001);
  struct Row { Json attributes; int expected; };
  const Row rows[] = {{{{"rrat", {other, "cse-mn/nothing"}}}, 5221},
                      {{{"srat", {data + "/sub"}}, {"rrat", {"cse-mn/nothing"}}}, 5221},
                      {{{"srat", {data + "/sub", "cse-mn/nothing"}}}, 5221},
                      {{{"srat", {data + "/sub", data}}}, 4000}};
  for (const Row& row : rows) {
    EXPECT_EQ(rsc(cross(row.attributes)), row.expected);
    cse.time.advance(1s);
    EXPECT_EQ(subscriptions_of(other), 0U);
    const auto member = cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"];
    EXPECT_EQ(member["nu"], (Json{kSink}));
    EXPECT_FALSE(member.contains("acrs"));
    EXPECT_TRUE(attributes().is_null());
  }
  // Members are there when the job finds the name taken.
  cse.add_container(ae, "crs", "Cdev");
  EXPECT_EQ(rsc(cross({{"rrat", {other}}})), 4105);
  cse.time.advance(1s);
  EXPECT_EQ(subscriptions_of(other), 0U);
}

TEST_F(CrossResource, WhatContradictsIsRefused) {
  const std::vector<std::pair<Json, int>> rows{
      {Json::object(), 4000},
      {{{"rrat", {data, other}}, {"encs", nullptr}}, 4000},
      {{{"rrat", {data}}, {"encs", {{"enc", {{{"net", {3}}}, {{"net", {1}}}}}}}}, 4000},
      {{{"rrat", {data}}, {"eem", 3}}, 4000},
      {{{"rrat", {data}}, {"eem", 4}}, 4000},
      {{{"rrat", {data}}, {"eem", 6}}, 4000},
      {{{"rrat", {data}}, {"tws", "PT0S"}}, 4000},
      {{{"rrat", {data}}, {"rrats", {data}}}, 4000}};
  for (const auto& [more, expected] : rows) {
    Json crs{{"rn", "crs"}, {"nu", {kSink}}, {"twt", 2}, {"tws", "PT10S"}, {"encs", {{"enc", {{{"net", {3}}}}}}}};
    crs.update(more);
    if (crs["encs"].is_null()) crs.erase("encs");
    EXPECT_EQ(rsc(cse.create(ae, 48, {{"m2m:crs", crs}}, "Cdev")), expected) << more;
  }
  made({{"rrat", {data}}});
  for (const char* name : {"rrat", "srat", "encs"})
    EXPECT_EQ(rsc(cse.update(ae + "/crs", {{"m2m:crs", {{name, nullptr}}}}, "Cdev")), 4000) << name;
  EXPECT_EQ(rsc(cse.update(ae + "/crs", {{"m2m:crs", {{"eem", 4}}}}, "Cdev")), 4000);
}

TEST_F(CrossResource, TheEndOfAWindowIsJudgedByItsMode) {
  struct Row { int mode; std::size_t heard; bool fires; };
  const Row rows[] = {{1, 1, false}, {1, 2, true},  {2, 0, false}, {2, 1, true},  {2, 2, true}, {3, 0, true}, {3, 1, true},
                      {3, 2, false}, {4, 0, true},  {4, 1, false}, {5, 0, false}, {5, 1, true}, {5, 2, false}};
  int n = 0;
  for (const Row& row : rows) {
    const auto answer = cross({{"rn", "w" + std::to_string(n++)}, {"rrat", {data, other}}, {"twt", 1}, {"eem", row.mode}});
    ASSERT_EQ(rsc(answer), 2001) << answer.content;
    const std::string id = answer.content["m2m:crs"]["ri"];
    if (row.heard > 0) happen(data);
    if (row.heard > 1) happen(other);
    cse.time.advance(10s);
    EXPECT_EQ(fired(id), row.fires ? 1U : 0U) << "eem " << row.mode << " heard " << row.heard;
    ASSERT_EQ(rsc(cse.remove(ae + "/w" + std::to_string(n - 1), "Cdev")), 2002);
  }
}

TEST_F(CrossResource, APeriodicWindowFollowsTheOtherAndCountsAnew) {
  const std::string id = made({{"rrat", {data, other}}, {"twt", 1}, {"nse", true}});
  happen(data);
  cse.time.advance(10s);
  happen(other);
  EXPECT_EQ(fired(id), 0U);
  happen(data);
  EXPECT_EQ(fired(id), 1U);
  happen(other);
  EXPECT_EQ(fired(id), 1U) << "once a window";
  cse.time.advance(1s);
  EXPECT_EQ(attributes()["nsi"], (Json{{{"tg", kSink}, {"rqs", 1}, {"rsr", 1}, {"noec", 1}}}));
}

TEST_F(CrossResource, AChangedWindowBeginsAnewAndKeepsItsMode) {
  const std::string id = made({{"rrat", {data, other}}, {"twt", 1}, {"eem", 4}});
  cse.time.advance(8s);
  ASSERT_EQ(rsc(cse.update(ae + "/crs", {{"m2m:crs", {{"tws", "PT5S"}}}}, "Cdev")), 2004);
  cse.time.advance(4s);
  EXPECT_EQ(fired(id), 0U);
  cse.time.advance(1s);
  EXPECT_EQ(fired(id), 1U);
}

TEST_F(CrossResource, OutsideItsScheduleItIsSilent) {
  const std::string id = made({{"rrat", {data}}});
  ASSERT_EQ(rsc(cse.create(ae + "/crs", 18, {{"m2m:sch", {{"rn", "notificationSchedule"}, {"se", {{"sce", {"* * 23 * * * *"}}}}}}},
                           "Cdev")),
            2001);
  happen(data);
  EXPECT_EQ(fired(id), 0U);
  cse.time.advance(1h);
  happen(data);
  EXPECT_EQ(fired(id), 1U) << "nothing is kept";
}

TEST_F(CrossResource, StrangersAreNotHeard) {
  const std::string id = made({{"rrat", {data}}});
  EXPECT_EQ(rsc(cse.notify(ae + "/crs", {{"m2m:sgn", {{"sur", "/mn1/unknown"}}}}, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.notify(ae + "/crs", {{"m2m:sgn", {{"sur", "/mn1/unknown"}, {"sud", true}}}}, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.notify(ae + "/crs", {{"m2m:sgn", Json::object()}}, "Cother")), 4000);
  EXPECT_EQ(fired(id), 0U);
  EXPECT_FALSE(attributes().is_null());
}

TEST_F(CrossResource, TargetsAgreeFirst) {
  cse.add_ae("Cother", {{"poa", {"http://127.0.0.1:8"}}});
  cse.sender.answer = [](const auto&, const onem2m::Request& request) {
    return std::optional(onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "no"));
  };
  EXPECT_EQ(rsc(cross({{"rrat", {data}}, {"nu", {"Cother"}}})), 5204);
  EXPECT_EQ(subscriptions_of(data), 0U);
}

// Members at another CSE: made, heard and taken back through ordinary primitives.
TEST(CrossResourceAcrossCses, MembersMayBeElsewhere) {
  CseNetwork network;
  auto& in = network.add(in_cse_options());
  auto& mn = network.add(edge_cse_options());
  network.time.advance(5s);
  ASSERT_EQ(rsc(mn.create("cse-mn", 2, {{"m2m:ae", {{"rn", "dev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}}}}, "Cdev")), 2001);
  ASSERT_EQ(rsc(mn.create("cse-mn/dev", 3, {{"m2m:cnt", {{"rn", "data"}}}}, "Cdev")), 2001);
  const Json everybody{{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}};
  ASSERT_EQ(rsc(in.create("cse-in", 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", everybody}, {"pvs", everybody}}}})), 2001);
  ASSERT_EQ(rsc(in.create("cse-in", 3, {{"m2m:cnt", {{"rn", "far"}, {"acpi", {"cse-in/acp"}}}}})), 2001);
  const auto made = mn.create("cse-mn/dev", 48,
                              {{"m2m:crs", {{"rn", "crs"}, {"nu", {kSink}}, {"twt", 2}, {"tws", "PT10S"},
                                            {"rrat", {"cse-mn/dev/data", "/in/cse-in/far"}},
                                            {"encs", {{"enc", {{{"net", {3}}}}}}}}}},
                              "Cdev");
  ASSERT_EQ(rsc(made), 2001) << made.content;
  const Json crs = made.content["m2m:crs"];
  EXPECT_TRUE(crs["rrats"][1].get<std::string>().starts_with("/in/")) << crs;
  ASSERT_EQ(rsc(in.create("cse-in/far", 4, {{"m2m:cin", {{"con", "1"}}}})), 2001);
  ASSERT_EQ(rsc(mn.create("cse-mn/dev/data", 4, {{"m2m:cin", {{"con", "1"}}}}, "Cdev")), 2001);
  network.time.advance(2s);
  std::size_t fired = 0;
  for (const onem2m::Request& sent : mn.sent)
    fired += sent.content.is_object() && sent.content.value("m2m:sgn", Json{}) == Json{{"sur", "/mn1/" + crs["ri"].get<std::string>()}} ? 1 : 0;
  EXPECT_GE(fired, 1U);
  ASSERT_EQ(rsc(mn.remove("cse-mn/dev/crs", "Cdev")), 2002);
  network.time.advance(2s);
  EXPECT_EQ(rsc(in.retrieve(crs["rrats"][1].get<std::string>().substr(4))), 4004);
}

}  // namespace
}  // namespace edgecse::test
