// SPDX-License-Identifier: Apache-2.0
//
// How many resources one AE may keep: cse.limits.resources.
#include <gtest/gtest.h>

#include "cse/handover/handover.hpp"
#include "cse/rows.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

cse::CseOptions with_limit(std::size_t most) {
  cse::CseOptions options;
  options.resources_per_originator = most;
  options.mobility.peers = {"/mn2"};
  options.allowed_registrees = {"/mn2"};
  return options;
}

struct ResourceLimitTest : ::testing::Test {
  TestCse cse{with_limit(3)};
  onem2m::Response make(const std::string& parent, const std::string& name, const std::string& from) {
    return cse.create(parent, 3, {{"m2m:cnt", {{"rn", name}}}}, from);
  }
};

TEST_F(ResourceLimitTest, TheOneTooManyIsRefusedWithASentenceAndCounted) {
  const std::string ae = cse.add_ae("CBusy");
  ASSERT_EQ(rsc(make(ae, "a", "CBusy")), 2001);
  ASSERT_EQ(rsc(make(ae + "/a", "b", "CBusy")), 2001);
  const auto refused = make(ae, "c", "CBusy");
  EXPECT_EQ(rsc(refused), 4141);
  EXPECT_EQ(refused.content["m2m:dbg"], "CBusy keeps 3 resources here, as many as one originator may (cse.limits.resources)");
  EXPECT_NE(cse.telemetry.text().find("\nedgecse_resources_limited_total 1\n"), std::string::npos);
  EXPECT_EQ(rsc(make(ae, "a", "CBusy")), 4105) << "what is wrong for another reason hears that";
}

TEST_F(ResourceLimitTest, InstancesAreTheirContainersBusinessAndOthersAreServed) {
  const std::string ae = cse.add_ae("CBusy"), data = cse.add_container(ae, "a", "CBusy");
  cse.add_container(ae, "b", "CBusy");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rsc(cse.add_instance(data, "x", "CBusy")), 2001);
  EXPECT_EQ(rsc(make(cse.add_ae("CCalm"), "a", "CCalm")), 2001);
  for (const char* name : {"c", "d", "e"}) EXPECT_EQ(rsc(make(ae, name, "CAdmin")), 2001) << "the administrator's";
  EXPECT_EQ(rsc(make(ae, "f", "CBusy")), 4141);
}

TEST_F(ResourceLimitTest, WhatIsDeletedMakesRoomAndARestartForgetsNothing) {
  const std::string ae = cse.add_ae("CBusy"), data = cse.add_container(ae, "a", "CBusy");
  cse.add_container(data, "b", "CBusy");
  cse.restart();
  EXPECT_EQ(rsc(make(ae, "c", "CBusy")), 4141);
  ASSERT_EQ(rsc(cse.remove(data, "CBusy")), 2002);
  EXPECT_EQ(rsc(make(ae, "c", "CBusy")), 2001);
  EXPECT_EQ(rsc(make(ae, "d", "CBusy")), 2001);
  EXPECT_EQ(rsc(make(ae, "e", "CBusy")), 4141);
}

TEST_F(ResourceLimitTest, CreatesThatMeetInOneCommitAreCountedAndFailedOnesAreNot) {
  const std::string ae = cse.add_ae("CBusy");
  std::vector<int> answers;
  const auto ask = [&](const char* name) {
    auto request = cse.request(onem2m::Operation::Create, ae, "CBusy");
    request.request_identifier = name;
    request.release_version = "3";
    request.resource_type = 3;
    request.content = {{"m2m:cnt", {{"rn", name}}}};
    cse.cse().handle(request, [&](const onem2m::Response& response) { answers.push_back(rsc(response)); });
  };
  for (const char* name : {"a", "a", "b", "c", "d"}) ask(name);
  cse.time.advance(std::chrono::seconds{1});
  EXPECT_EQ(answers, (std::vector<int>{2001, 4105, 2001, 4141, 4141}));
}

TEST_F(ResourceLimitTest, AesAreCountedByTheirNameWhoeverChoseIt) {
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(rsc(cse.create("cse-mn", 2, {{"m2m:ae", {{"api", "Ntest"}, {"rr", false}, {"srv", {"3"}}}}}, "C")), 2001);
}

TEST_F(ResourceLimitTest, AnAeOfAnotherCseIsLimitedTheCseItselfIsNot) {
  ASSERT_EQ(rsc(cse.create("cse-mn", 1, {{"m2m:acp", {{"rn", "open"}, {"pv", {{"acr", {{{"acor", {"all"}}, {"acop", 63}}}}}},
                                                      {"pvs", {{"acr", {{{"acor", {"CAdmin"}}, {"acop", 63}}}}}}}}})), 2001);
  ASSERT_EQ(rsc(cse.create("cse-mn", 3, {{"m2m:cnt", {{"rn", "shared"}, {"acpi", {"cse-mn/open"}}}}})), 2001);
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(rsc(make("cse-mn/shared", name, "/mn2/CFar")), 2001);
  EXPECT_EQ(rsc(make("cse-mn/shared", "d", "/mn2/CFar")), 4141);
  for (const char* name : {"e", "f", "g", "h"}) EXPECT_EQ(rsc(make("cse-mn/shared", name, "/mn2")), 2001);
}

TEST_F(ResourceLimitTest, WhatCameWithADeviceCounts) {
  const auto handover = std::move(*cse::Handover::attach(cse.cse()));
  cse.time.advance(std::chrono::seconds{1});
  cse.create("cse-mn/mobility", 28, {{"edg:handoverContext", {{"contextID", "CCar-0-1"}, {"unit", "CCar"}, {"source", "/mn2"},
             {"target", "/mn1"}, {"format", 1}, {"epoch", 0}, {"phase", "PREPARING"}, {"name", "car"}, {"aliases", {"/mn2/CCar"}}}}}, "/mn2");
  Json rows = Json::array();
  for (const std::string id : {"CCar", "x1", "x2", "x3"}) {
    cse::Resource made;
    const bool is_ae = id == "CCar";
    made.id = id, made.parent = is_ae ? "mn2" : "CCar", made.name = id, made.unit = made.creator = "CCar";
    made.type = is_ae ? 2 : 3, made.member_name = is_ae ? "m2m:ae" : "m2m:cnt", made.created = rows.size() + 1;
    made.attributes = {{"ri", id}, {"pi", made.parent}, {"rn", id}, {"ty", made.type}, {"et", "20350101T000000"},
                       {"ct", "20260101T000000"}, {"lt", "20260101T000000"}};
    if (is_ae) made.attributes.update({{"aei", "CCar"}, {"api", "Ncar"}, {"rr", true}, {"srv", {"3"}}});
    else made.attributes.update({{"st", 0}, {"cni", 0}, {"cbs", 0}});
    rows.push_back({"t", id, cse::rows::encode(made)});
  }
  cse.create("cse-mn/mobility/CCar-0-1/batches", 4, {{"m2m:cin", {{"con", Json{{"number", 1}, {"final", true}, {"rows", rows}}.dump()}}}}, "/mn2");
  ASSERT_EQ(rsc(cse.update("cse-mn/mobility/CCar-0-1", {{"edg:handoverContext", {{"phase", "GRANTED"}}}}, "/mn2")), 2004);
  EXPECT_EQ(rsc(make("cse-mn/CCar", "one-more", "CCar")), 4141) << "it came with four, and was not refused for that";
}

}  // namespace
}  // namespace edgecse::test
