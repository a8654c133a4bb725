// SPDX-License-Identifier: Apache-2.0
//
// Who may do what. TS-0004 7.3.3.15, TS-0001 9.6.2; the conditions of a rule by themselves.
#include <gtest/gtest.h>

#include "cse/access_conditions.hpp"
#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

Json rule(std::vector<std::string> originators, int operations, Json more = Json::object()) {
  Json made{{"acor", originators}, {"acop", operations}};
  made.update(more);
  return made;
}

struct AccessControl : ::testing::Test {
  AccessControl() {
    owner = cse.add_ae("Cowner");
    cse.add_ae("Cother");
    data = cse.add_container(owner, "data", "Cowner");
  }
  int protect(const Json& rules, const Json& own = Json::array({rule({"Cowner"}, 63)})) {
    const auto made = cse.create(owner, 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", {{"acr", rules}}}, {"pvs", {{"acr", own}}}}}}, "Cowner");
    if (rsc(made) != 2001) return rsc(made);
    return rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {made.content["m2m:acp"]["ri"]}}}}}, "Cowner"));
  }
  TestCse cse;
  std::string owner, data;
};

TEST_F(AccessControl, WithoutPoliciesOnlyTheCreatorHasAccess) {
  EXPECT_EQ(rsc(cse.retrieve(data, "Cowner")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.retrieve(data, "/mn1/Cowner")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "/mn2/Cowner")), 4103);
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cother")), 4103);
  EXPECT_EQ(rsc(cse.remove(data, "Cother")), 4103);
}

TEST_F(AccessControl, CreatorOfAChildIsItsOwnEvenBelowAnother) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 1), rule({"Cowner"}, 63)})), 2004);
  ASSERT_EQ(rsc(cse.create(data, 3, {{"m2m:cnt", {{"rn", "mine"}}}}, "Cother")), 2001);
  EXPECT_EQ(rsc(cse.retrieve(data + "/mine", "Cother")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data + "/mine", "Cowner")), 4103);
}

TEST_F(AccessControl, AdminAndTheCseItselfHaveFullAccess) {
  EXPECT_EQ(rsc(cse.retrieve(data, "CAdmin")), 2000);
  auto own = cse.request(onem2m::Operation::Retrieve, data, "/mn1");
  own.peer.internal = true;
  EXPECT_EQ(rsc(cse.ask(own)), 2000);
  own.peer.internal = false;
  EXPECT_EQ(rsc(cse.ask(own)), 4103) << "anybody can write the CSE-ID into From";
}

TEST_F(AccessControl, EachOperationHasItsBit) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 2)})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 2000);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"x"}}}}}, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cother")), 4103);
  EXPECT_EQ(rsc(cse.remove(data, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cowner")), 4103) << "the policy took the creator's place";
}

TEST_F(AccessControl, InstancesFollowTheirContainer) {
  cse.add_instance(data, "1", "Cowner");
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 2)})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data + "/la", "Cother")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data + "/la", "Cowner")), 4103);
  EXPECT_EQ(rsc(cse.remove(data + "/la", "Cother")), 4103);
}

struct OriginatorRow {
  const char* pattern;
  const char* from;
  bool granted;
};
void PrintTo(const OriginatorRow& row, std::ostream* out) { *out << row.pattern << " for " << row.from; }
struct Originators : AccessControl, ::testing::WithParamInterface<OriginatorRow> {};

TEST_P(Originators, AreMatchedInAllTheirForms) {
  ASSERT_EQ(protect(Json::array({rule({GetParam().pattern}, 2)})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data, GetParam().from)), GetParam().granted ? 2000 : 4103);
}
INSTANTIATE_TEST_SUITE_P(
    Acor, Originators,
    ::testing::Values(OriginatorRow{"all", "Cwhoever", true}, OriginatorRow{"C*", "Cwhoever", true},
                      OriginatorRow{"C*r", "Cother", true}, OriginatorRow{"C*x", "Cother", false},
                      OriginatorRow{"/mn1/Cother", "Cother", true}, OriginatorRow{"Cother", "/mn1/Cother", true},
                      OriginatorRow{"Cother", "/mn2/Cother", false}, OriginatorRow{"/mn2/*", "/mn2/Cother", true},
                      OriginatorRow{"/mn2", "/mn2", true}, OriginatorRow{"/mn2", "/mn2/Cx", false},
                      OriginatorRow{"//mec.example.org/*", "Cother", true},
                      OriginatorRow{"//mec.example.org/*", "//else.org/in/Cx", false},
                      OriginatorRow{"bob", "bob", true}, OriginatorRow{"bob", "alice", false},
                      OriginatorRow{"Sdev", "/Sdev", true}, OriginatorRow{"/Sdev", "Sdev", true}));

TEST_F(AccessControl, PolicyItselfIsGuardedByItsOwnPrivileges) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 63)}), Json::array({rule({"Cowner"}, 63)})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(owner + "/acp", "Cother")), 4103);
  EXPECT_EQ(rsc(cse.retrieve(owner + "/acp", "Cowner")), 2000);
}

TEST_F(AccessControl, PoliciesAreChangedByWhoHasUpdateInTheirSelfPrivileges) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 63)}), Json::array({rule({"Cowner"}, 63)})), 2004);
  const Json policies = cse.retrieve(data, "Cother").content["m2m:cnt"]["acpi"];
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", policies}}}}, "Cother")), 4103);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", policies}, {"lbl", {"x"}}}}}, "Cother")), 4000);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", policies}}}}, "Cowner")), 2004);
}

TEST_F(AccessControl, PoliciesMustBeThere) {
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {"nobody"}}}}}, "Cowner")), 4000);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", Json::array()}}}}, "Cowner")), 4000);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"acpi", {data}}}}}, "Cowner")), 4000);
}

TEST_F(AccessControl, SelfPrivilegesWithoutRulesAreRefused) {
  EXPECT_EQ(protect(Json::array(), Json::array()), 4000);
}

TEST_F(AccessControl, DeletedPolicyLeavesTheLists) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 63)})), 2004);
  ASSERT_EQ(rsc(cse.remove(owner + "/acp", "Cowner")), 2002);
  EXPECT_FALSE(cse.retrieve(data, "CAdmin").content["m2m:cnt"].contains("acpi"));
  EXPECT_EQ(rsc(cse.retrieve(data, "Cowner")), 2000);
}

TEST_F(AccessControl, ContextsLimitRules) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 2, {{"acco", {{{"acip", {{"ipv4", {"10.0.0.0/8"}}}}}}}})})), 2004);
  auto asked = cse.request(onem2m::Operation::Retrieve, data, "Cother");
  asked.peer.address = "10.1.2.3";
  EXPECT_EQ(rsc(cse.ask(asked)), 2000);
  asked.peer.address = "192.168.1.1";
  EXPECT_EQ(rsc(cse.ask(asked)), 4103);
}

TEST_F(AccessControl, ObjectDetailsLimitChildTypes) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 1, {{"acod", {{{"chty", {4}}}}}})})), 2004);
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cother")), 2001);
  EXPECT_EQ(rsc(cse.create(data, 3, {{"m2m:cnt", Json::object()}}, "Cother")), 4103);
}

// accessControlAttributes: release4 14.
TEST_F(AccessControl, RulesForAttributesGrantWhatTouchesNothingElse) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 2, {{"aca", {"lbl", "rn"}}}), rule({"Cother"}, 4, {{"aca", {"lbl"}}})})), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cother")), 4103) << "shows more than lbl and rn";
  auto part = cse.request(onem2m::Operation::Retrieve, data, "Cother");
  part.attribute_list = {"rn"};
  EXPECT_EQ(rsc(cse.ask(part)), 2000);
  part.attribute_list = {"rn", "cni"};
  EXPECT_EQ(rsc(cse.ask(part)), 4103);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"mni", 3}}}}, "Cother")), 4103);
  EXPECT_EQ(cse.update(data, {{"m2m:cnt", {{"lbl", {"x"}}}}}, "Cother").content, Json({{"m2m:cnt", {{"lbl", {"x"}}}}}))
      << "the answer shows no other attribute";
}

TEST_F(AccessControl, RulesForAttributesLimitAnswersToCreates) {
  ASSERT_EQ(protect(Json::array({rule({"Cother"}, 1, {{"aca", {"con", "rn"}}})})), 2004);
  EXPECT_EQ(cse.add_instance(data, "1", "Cother").content, Json({{"m2m:cin", {{"con", "1"}, {"rn", "i.1"}}}}));
  EXPECT_EQ(rsc(cse.add_instance(data, "1", "Cother", {{"lbl", {"x"}}})), 4103);
}

TEST_F(AccessControl, RulesForAttributesAreForTheirOriginatorsOnly) {
  ASSERT_EQ(protect(Json::array({rule({"Celse"}, 63, {{"aca", {"lbl"}}}), rule({"Cother"}, 1)})), 2004);
  EXPECT_EQ(rsc(cse.update(data, {{"m2m:cnt", {{"lbl", {"x"}}}}}, "Cother")), 4103);
}

TEST_F(AccessControl, OpenTypesAreCreatedBelowTheCseBaseByEverybody) {
  const Json policy = {{"pv", {{"acr", Json::array()}}}, {"pvs", {{"acr", Json::array({rule({"Cstranger"}, 63)})}}}};
  const auto made = cse.create("cse-mn", 1, {{"m2m:acp", policy}}, "Cstranger");
  ASSERT_EQ(rsc(made), 2001);
  EXPECT_EQ(rsc(cse.remove("cse-mn/" + made.content["m2m:acp"]["rn"].get<std::string>(), "Cstranger")), 2002);
  cse::CseOptions closed;
  closed.access.open_types.clear();
  TestCse other(closed);
  EXPECT_EQ(rsc(other.create("cse-mn", 1, {{"m2m:acp", policy}}, "Cstranger")), 4103);
}

TEST_F(AccessControl, PolicyOfManyRulesIsJudgedAlike) {
  Json rules = Json::array();
  for (int i = 0; i < 1000; ++i) rules.push_back(rule({"Cdev" + std::to_string(i), "/mn2/Cdev" + std::to_string(i)}, i % 2 == 0 ? 2 : 4));
  ASSERT_EQ(protect(rules), 2004);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev998")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "/mn2/Cdev998")), 2000);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev999")), 4103);
  EXPECT_EQ(rsc(cse.retrieve(data, "Cdev1000")), 4103);
}

TEST_F(AccessControl, CseBaseIsReadByRegisteredEntities) {
  EXPECT_EQ(rsc(cse.retrieve("cse-mn", "Cother")), 2000);
  EXPECT_EQ(rsc(cse.retrieve("cse-mn", "Cstranger")), 4103);
  EXPECT_EQ(rsc(cse.create("cse-mn", 3, {{"m2m:cnt", Json::object()}}, "Cother")), 4103);
}

struct WildcardRow {
  const char* pattern;
  const char* text;
  bool matches;
};
void PrintTo(const WildcardRow& row, std::ostream* out) { *out << row.pattern << " " << row.text; }
struct Wildcards : ::testing::TestWithParam<WildcardRow> {};
TEST_P(Wildcards, StandForAnyText) {
  EXPECT_EQ(cse::matches_wildcard(GetParam().pattern, GetParam().text), GetParam().matches)
      << GetParam().pattern << " " << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(Rows, Wildcards,
                         ::testing::Values(WildcardRow{"", "", true}, WildcardRow{"*", "", true}, WildcardRow{"*", "abc", true},
                                           WildcardRow{"a*c", "abbc", true}, WildcardRow{"a*c", "ab", false},
                                           WildcardRow{"*b*b*", "abab", true}, WildcardRow{"*b*b*", "abaa", false},
                                           WildcardRow{"a**", "a", true}, WildcardRow{"a", "ab", false}));

struct ScheduleRow {
  const char* entry;
  bool covers;
};
void PrintTo(const ScheduleRow& row, std::ostream* out) { *out << row.entry; }
struct Schedules : ::testing::TestWithParam<ScheduleRow> {};
TEST_P(Schedules, CoverTheTime) {  // Saturday 2026-11-21 14:05:30
  EXPECT_EQ(cse::covers(GetParam().entry, *onem2m::parse_timestamp("20261121T140530")), GetParam().covers) << GetParam().entry;
}
INSTANTIATE_TEST_SUITE_P(Rows, Schedules,
                         ::testing::Values(ScheduleRow{"* * * * * * *", true}, ScheduleRow{"30 5 14 21 11 6 2026", true},
                                           ScheduleRow{"* * 8-16 * * * *", true}, ScheduleRow{"* * 8-13 * * * *", false},
                                           ScheduleRow{"* */5 * * * * *", true}, ScheduleRow{"* 1-59/2 * * * * *", true},
                                           ScheduleRow{"* * * * * 1-5 *", false}, ScheduleRow{"0,30 * * * * * *", true},
                                           ScheduleRow{"* * * * * *", false}, ScheduleRow{"x * * * * * *", false},
                                           ScheduleRow{"* * * * * * * *", false}, ScheduleRow{"", false}));

struct BlockRow {
  const char* block;
  const char* address;
  bool in;
};
void PrintTo(const BlockRow& row, std::ostream* out) { *out << row.block << " " << row.address; }
struct Blocks : ::testing::TestWithParam<BlockRow> {};
TEST_P(Blocks, HoldAddresses) {
  EXPECT_EQ(cse::is_in_block(GetParam().block, GetParam().address), GetParam().in) << GetParam().block << " " << GetParam().address;
}
INSTANTIATE_TEST_SUITE_P(Rows, Blocks,
                         ::testing::Values(BlockRow{"10.0.0.1", "10.0.0.1", true}, BlockRow{"10.0.0.0/30", "10.0.0.3", true},
                                           BlockRow{"10.0.0.0/30", "10.0.0.4", false}, BlockRow{"0.0.0.0/0", "1.2.3.4", true},
                                           BlockRow{"2001:db8::/32", "2001:db8:1::1", true},
                                           BlockRow{"2001:db8::/32", "10.0.0.1", false}, BlockRow{"10.0.0.0/33", "10.0.0.1", false},
                                           BlockRow{"10.0.0.0/8", "", false}, BlockRow{"nonsense", "10.0.0.1", false}));

}  // namespace
}  // namespace edgecse::test
