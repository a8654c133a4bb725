// SPDX-License-Identifier: Apache-2.0
//
// A notification target takes itself out of a subscription. TS-0001 9.6.28 to 9.6.31, 10.2.10, release4 6.
#include "cse/subscription/target_removal.hpp"
#include "subscription_fixture.hpp"

namespace edgecse::test {
namespace {

struct TargetRemoval : Subscriptions {
  TargetRemoval() {
    cse.add_ae("Ctarget", {{"poa", {"http://127.0.0.1:8"}}});
    EXPECT_EQ(rsc(subscribe(data, {{"nu", {kSink, "Ctarget"}}})), 2001);
    cse.sender.sent.clear();
  }
  std::string policy(int action, Json more = Json::object(), const std::string& from = "CAdmin") {
    Json given{{"acn", action}, {"plbl", "p" + std::to_string(++policies)}};
    given.update(more);
    const auto made = cse.create("cse-mn", 26, {{"m2m:ntp", given}}, from);
    EXPECT_EQ(rsc(made), 2001) << made.content;
    return made.content["m2m:ntp"].value("ri", "");
  }
  onem2m::Response refer(const std::string& policy_id, const std::string& target = "Ctarget") {
    return cse.create(data + "/sub", 25, {{"m2m:ntpr", {{"ntu", {target}}, {"npi", policy_id}}}}, "Cdev");
  }
  int leave(const std::string& from = "Ctarget") { return rsc(cse.remove(data + "/sub/ntsr", from)); }
  Json targets() { return cse.retrieve(data + "/sub", "Cdev").content["m2m:sub"]["nu"]; }
  int policies = 0;
};

TEST_F(TargetRemoval, WithoutAPolicyTargetsStay) {
  EXPECT_EQ(leave(), 4103);
  EXPECT_EQ(targets().size(), 2U);
}

TEST_F(TargetRemoval, TheAdministratorsDefaultIsForAll) {
  policy(1, {{"plbl", "Default"}});
  EXPECT_EQ(leave(), 2002);
}

TEST_F(TargetRemoval, TheSystemsDefaultLetsNobodyGoAndStays) {
  for (int again = 0; again < 2; ++again) cse::make_default_target_policy(cse.cse().core());
  cse.time.advance(1ms);
  const Json found = cse.retrieve("cse-mn/defaultNTP").content["m2m:ntp"];
  EXPECT_EQ(found["acn"], 2);
  EXPECT_EQ(found["plbl"], "Default");
  EXPECT_EQ(leave(), 4103);
  EXPECT_EQ(rsc(cse.remove("cse-mn/defaultNTP")), 4000);
  EXPECT_EQ(rsc(cse.retrieve("defaultNTP")), 2000);
  policy(1, {{"plbl", "Default"}});
  EXPECT_EQ(leave(), 2002) << "the administrator's comes first";
}

TEST_F(TargetRemoval, OnlyDeleteAndOnlyByATarget) {
  EXPECT_EQ(rsc(cse.retrieve(data + "/sub/ntsr", "Ctarget")), 4005);
  ASSERT_EQ(rsc(refer(policy(1))), 2001);
  EXPECT_EQ(leave("Cdev"), 4103);
}

TEST_F(TargetRemoval, APolicyMayAccept) {
  ASSERT_EQ(rsc(refer(policy(1))), 2001);
  EXPECT_EQ(leave(), 2002);
  EXPECT_EQ(targets(), (Json{kSink}));
}

TEST_F(TargetRemoval, TheCreatorsDefaultCountsWithoutAReference) {
  policy(1, {{"plbl", "Default"}}, "Cdev");
  EXPECT_EQ(leave(), 2002);
}

TEST_F(TargetRemoval, TheCreatorMayBeAsked) {
  ASSERT_EQ(rsc(refer(policy(3))), 2001);
  cse.sender.answer = [](const auto&, const onem2m::Request& request) {
    return std::optional(onem2m::make_error_response(request, onem2m::ResponseStatus::OriginatorHasNoPrivilege, "no"));
  };
  EXPECT_EQ(leave(), 4103);
  cse.sender.answer = FakeSender{cse.time}.answer;
  EXPECT_EQ(leave(), 2002);
  const Json& asked = cse.sender.sent.back().request.content["m2m:sgn"];
  EXPECT_EQ(asked["trr"], true);
  EXPECT_EQ(asked["ntt"], "Ctarget");
  EXPECT_EQ(cse.sender.sent.back().next_hop.points_of_access, std::vector<std::string>{"http://127.0.0.1:7"});
}

TEST_F(TargetRemoval, TheCreatorMayBeInformedOnly) {
  ASSERT_EQ(rsc(refer(policy(4))), 2001);
  EXPECT_EQ(leave(), 4103);
  ASSERT_EQ(notifications().size(), 1U);
  EXPECT_EQ(notifications()[0].content["m2m:sgn"]["trr"], true);
  EXPECT_EQ(targets().size(), 2U);
}

TEST_F(TargetRemoval, RulesLimitWhenThePolicyCounts) {
  // The simulation begins at 22:13 UTC.
  constexpr const char *kNow = "* * 22 * * * *", *kLater = "* * 23 * * * *";
  struct Row { std::vector<std::vector<std::string>> rules; int relation; int inner; int expected; };
  const Row rows[] = {{{{kNow}}, 1, 2, 2002},          {{{kLater}}, 1, 2, 4103},         {{{kNow}, {kLater}}, 1, 2, 4103},
                      {{{kNow}, {kLater}}, 2, 2, 2002}, {{{kNow, kLater}}, 1, 2, 2002},  {{{kNow, kLater}}, 1, 1, 4103}};
  for (const Row& row : rows) {
    const std::string id = policy(1, {{"rrs", row.relation}});
    for (const auto& times : row.rules)
      ASSERT_EQ(rsc(cse.create(id, 27, {{"m2m:pdr", {{"dr", {{"tod", times}}}, {"drr", row.inner}}}})), 2001);
    const auto reference = refer(id);
    ASSERT_EQ(rsc(reference), 2001) << reference.content;
    EXPECT_EQ(leave(), row.expected);
    cse.remove(reference.content["m2m:ntpr"]["ri"].get<std::string>(), "Cdev");
    cse.update(data + "/sub", {{"m2m:sub", {{"nu", {kSink, "Ctarget"}}}}}, "Cdev");
  }
}

TEST_F(TargetRemoval, WhatWouldBeAmbiguousIsRefused) {
  const std::string id = policy(1, {{"plbl", "one"}});
  EXPECT_EQ(rsc(cse.create("cse-mn", 26, {{"m2m:ntp", {{"plbl", "one"}}}})), 4000);
  for (const int expected : {2001, 2001, 4105}) EXPECT_EQ(rsc(cse.create(id, 27, {{"m2m:pdr", {{"drr", 1}}}})), expected);
  ASSERT_EQ(rsc(refer(id)), 2001);
  EXPECT_EQ(rsc(refer(id)), 4105);
  EXPECT_EQ(rsc(refer(id, "Cother")), 2001);
}

}  // namespace
}  // namespace edgecse::test
