// SPDX-License-Identifier: Apache-2.0
//
// transactionMgmt and transaction: all requests or none, and who else asks meanwhile waits. TS-0001 10.2.18 (R3).
#include <gtest/gtest.h>

#include "onem2m/timestamp.hpp"
#include "support/cse_network.hpp"
#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using std::chrono::seconds;

Json update_of(const std::string& to, int value, const char* from = "Cdev") {
  return {{"op", 3},    {"to", to},
          {"fr", from}, {"rqi", "u" + std::to_string(value)},
          {"rvi", "3"}, {"pc", {{"m2m:cnt", {{"mni", value}}}}}};
}

struct Transactions : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  std::string first = cse.add_container(ae, "first", "Cdev"), second = cse.add_container(ae, "second", "Cdev");

  onem2m::Response add(const std::string& below, Json more = Json::object()) {
    Json attributes{{"rn", "t"}, {"tid", "x"}, {"rqp", update_of(below, 7)}};
    attributes.update(more);
    return cse.create(below, 51, {{"m2m:trac", attributes}}, "Cdev");
  }
  int control(const std::string& address, int what) {
    return rsc(cse.update(address, {{"m2m:trac", {{"tctl", what}}}}, "Cdev"));
  }
  onem2m::Response manage(const Json& requests, Json more = Json::object()) {
    Json attributes{{"rn", "all"}, {"rqps", requests}, {"tmh", 2}};
    attributes.update(more);
    return cse.create(ae, 50, {{"m2m:tram", attributes}}, "Cdev");
  }
  Json managed() { return cse.retrieve(ae + "/all", "Cdev").content["m2m:tram"]; }
  int limit(const std::string& container) { return cse.retrieve(container, "Cdev").content["m2m:cnt"].value("mni", 0); }
};

TEST_F(Transactions, LockKeepsOthersAwayUntilTheEnd) {
  ASSERT_EQ(rsc(add(first, {{"tltp", 2}})), 2001);
  const std::string transaction = first + "/t";
  EXPECT_EQ(cse.retrieve(transaction, "Cdev").content["m2m:trac"]["trst"], 2);
  EXPECT_EQ(rsc(cse.update(first, {{"m2m:cnt", {{"mni", 1}}}}, "Cdev")), 5222);
  EXPECT_EQ(rsc(cse.add_instance(first, "x", "Cdev")), 5222);
  EXPECT_EQ(rsc(cse.retrieve(first, "Cdev")), 2000);
  EXPECT_EQ(rsc(cse.remove(transaction, "Cdev")), 5222);
  EXPECT_EQ(control(transaction, 4), 4123);
  ASSERT_EQ(control(transaction, 3), 2004);
  EXPECT_EQ(limit(first), 0);
  ASSERT_EQ(control(transaction, 4), 2004);
  EXPECT_EQ(limit(first), 7);
  const Json done = cse.retrieve(transaction, "Cdev").content["m2m:trac"];
  EXPECT_EQ(done["trst"], 4);
  EXPECT_EQ(done["rsp"]["rsc"], 2004);
  EXPECT_EQ(control(transaction, 5), 4123);
  EXPECT_EQ(rsc(cse.add_instance(first, "x", "Cdev")), 2001);
  EXPECT_EQ(rsc(cse.remove(transaction, "Cdev")), 2002);
}

TEST_F(Transactions, BlockAllBlocksReadersAndAbortLetsGo) {
  ASSERT_EQ(rsc(add(first)), 2001);
  EXPECT_EQ(rsc(cse.retrieve(first, "Cdev")), 5222);
  cse.restart();
  EXPECT_EQ(rsc(cse.retrieve(first, "Cdev")), 5222);
  ASSERT_EQ(control(first + "/t", 5), 2004);
  EXPECT_EQ(limit(first), 0);
}

TEST_F(Transactions, WhatCannotBeDoneEndsInError) {
  EXPECT_EQ(rsc(add(first, {{"rqp", update_of(second, 7)}})), 4000) << "of another resource";
  EXPECT_EQ(rsc(add(first, {{"rqp", update_of(first, 7, "Cother")}})), 4000) << "in another's name";
  EXPECT_EQ(rsc(add(first, {{"rqp", {{"op", 9}, {"to", first}, {"fr", "Cdev"}, {"rqi", "r"}}}})), 4000);
  ASSERT_EQ(rsc(add(first, {{"rqp", update_of(first, -7)}})), 2001);
  ASSERT_EQ(control(first + "/t", 3), 2004);
  const Json failed = cse.retrieve(first + "/t", "Cdev").content["m2m:trac"];
  EXPECT_EQ(failed["trst"], 5);
  EXPECT_EQ(failed["rsp"]["rsc"], 4000);
  EXPECT_EQ(control(first + "/t", 4), 4123);
  EXPECT_EQ(control(first + "/t", 5), 2004);
}

TEST_F(Transactions, StepsComeAtTheirTimes) {
  const auto at = [&](int offset) { return onem2m::format_timestamp(cse.time.wall_now() + seconds{offset}); };
  ASSERT_EQ(rsc(add(first, {{"tltm", at(10)}, {"text", at(20)}, {"tct", at(30)}})), 2001);
  EXPECT_EQ(limit(first), 0);
  cse.time.advance(seconds{15});
  EXPECT_EQ(rsc(cse.retrieve(first, "Cdev")), 5222);
  cse.restart();
  cse.time.advance(seconds{20});
  EXPECT_EQ(limit(first), 7);
}

TEST_F(Transactions, CseCarriesOutAllOfThem) {
  ASSERT_EQ(rsc(manage({update_of(first, 7), update_of(second, 8)})), 2001);
  cse.time.advance(seconds{2});
  EXPECT_EQ(managed()["trst"], 4);
  ASSERT_EQ(managed()["rsps"].size(), 2U);
  EXPECT_EQ(managed()["rsps"][1]["rsc"], 2004);
  EXPECT_EQ(limit(first), 7);
  EXPECT_EQ(limit(second), 8);
  EXPECT_EQ(cse.tree().child_count(cse.retrieve(first, "Cdev").content["m2m:cnt"]["ri"].get<std::string>()), 0U);
}

TEST_F(Transactions, OneThatCannotAbortsAll) {
  ASSERT_EQ(rsc(manage({update_of(first, 7), update_of(second, -8)}, {{"tmr", 2}})), 2001);
  cse.time.advance(seconds{10});
  EXPECT_EQ(managed()["trst"], 6);
  EXPECT_EQ(limit(first), 0);
  EXPECT_EQ(rsc(cse.add_instance(first, "free again", "Cdev")), 2001);
  EXPECT_EQ(rsc(manage(Json::array({update_of(first, 7, "Cother")}), {{"rn", "b"}})), 4000);
  EXPECT_EQ(rsc(manage(Json::array(), {{"rn", "b"}})), 4000);
}

TEST_F(Transactions, CreatorMayControlItAndDeletionWaits) {
  ASSERT_EQ(rsc(manage({update_of(first, 7), {{"op", 4}, {"to", second}, {"fr", "Cdev"}, {"rqi", "d"}}}, {{"tmd", 2}})),
            2001);
  const auto step = [&](int what) { return rsc(cse.update(ae + "/all", {{"m2m:tram", {{"tctl", what}}}}, "Cdev")); };
  EXPECT_EQ(step(4), 4123);
  ASSERT_EQ(step(2), 2004);
  cse.time.advance(seconds{1});
  EXPECT_EQ(managed()["trst"], 2);
  EXPECT_EQ(rsc(cse.remove(ae + "/all", "Cdev")), 5222);
  ASSERT_EQ(step(3), 2004);
  cse.time.advance(seconds{1});
  cse.restart();
  ASSERT_EQ(step(4), 2004);
  cse.time.advance(seconds{1});
  EXPECT_EQ(managed()["trst"], 4);
  EXPECT_EQ(limit(first), 7);
  EXPECT_EQ(rsc(cse.retrieve(second, "Cdev")), 4004);
}

TEST_F(Transactions, GoAwayWhenTheyAreOverUnlessTheyPersist) {
  ASSERT_EQ(rsc(manage(Json::array({update_of(first, 7)}), {{"tmh", 1}})), 2001);
  cse.time.advance(seconds{2});
  EXPECT_EQ(limit(first), 7);
  EXPECT_EQ(rsc(cse.retrieve(ae + "/all", "Cdev")), 4004);
}

TEST(TransactionsOfTwoCses, AllOrNothingAcrossMcc) {
  CseNetwork network;
  auto& in = network.add(in_cse_options());
  auto& edge = network.add(edge_cse_options());
  network.advance(seconds{5});
  ASSERT_EQ(rsc(edge.create("cse-mn", 2, {{"m2m:ae", {{"rn", "Cdev"}, {"api", "Ntest"}, {"rr", true}, {"srv", {"3"}}}}},
                            "Cdev")),
            2001);
  ASSERT_EQ(rsc(edge.create("cse-mn/Cdev", 3, {{"m2m:cnt", {{"rn", "near"}}}}, "Cdev")), 2001);
  const Json rules{{"acr", {{{"acor", {"/mn1/Cdev"}}, {"acop", 63}}}}};
  const auto policy = in.create("cse-in", 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", rules}, {"pvs", rules}}}});
  ASSERT_EQ(rsc(policy), 2001) << policy.content.dump();
  ASSERT_EQ(rsc(in.create("cse-in", 3, {{"m2m:cnt", {{"rn", "far"}, {"acpi", {policy.content["m2m:acp"]["ri"]}}}}})),
            2001);
  const auto manage = [&](const char* name, int value) {
    const Json requests = Json::array({update_of("cse-mn/Cdev/near", value), update_of("/in/cse-in/far", value)});
    ASSERT_EQ(
        rsc(edge.create("cse-mn/Cdev", 50, {{"m2m:tram", {{"rn", name}, {"rqps", requests}, {"tmh", 2}}}}, "Cdev")),
        2001);
    network.advance(seconds{60});
  };
  const auto limit = [](CseNetwork::Node& node, const char* container) {
    return node.retrieve(container).content["m2m:cnt"].value("mni", 0);
  };
  manage("first", 7);
  EXPECT_EQ(edge.retrieve("cse-mn/Cdev/first").content["m2m:tram"]["trst"], 4);
  EXPECT_EQ(limit(edge, "cse-mn/Cdev/near"), 7);
  EXPECT_EQ(limit(in, "cse-in/far"), 7);
  network.cut("/in", "/mn1");
  manage("second", 8);
  EXPECT_EQ(edge.retrieve("cse-mn/Cdev/second").content["m2m:tram"]["trst"], 6);
  EXPECT_EQ(limit(edge, "cse-mn/Cdev/near"), 7);
}

}  // namespace
}  // namespace edgecse::test
