// SPDX-License-Identifier: Apache-2.0
//
// triggerRequest at an IN-CSE: whom it may wake, what it sends, how it ends. TS-0004 7.4.57.
#include <gtest/gtest.h>

#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using std::chrono::seconds;

struct Trigger : ::testing::Test {
  TestCse cse{in_cse_options()};
  std::string ae = cse.add_ae("Cboss");
  std::string device = cse.add_ae("Cmeter", {{"poa", {"http://meter"}}, {"tren", true}, {"mei", "meter@example.org"}});
  int count = 0;

  onem2m::Response add(Json more = Json::object()) {
    Json attributes{
        {"rn", "t" + std::to_string(++count)}, {"mei", "meter@example.org"}, {"tri", "4711"}, {"tvt", "PT60S"}};
    attributes.update(more);
    return cse.create(ae, 47, {{"m2m:tgr", attributes}}, "Cboss");
  }
  int status(int number = 1) {
    return cse.retrieve(ae + "/t" + std::to_string(number), "Cboss").content["m2m:tgr"]["tst"];
  }
  std::vector<Json> sent() {
    std::vector<Json> payloads;
    for (const auto& one : cse.sender.sent)
      if (one.request.content.contains("m2m:sgn"))
        payloads.push_back(one.request.content["m2m:sgn"]["nev"]["rep"]["m2m:tgp"]);
    return payloads;
  }
};

TEST_F(Trigger, RefusesWhatCannotBeTriggered) {
  cse.add_ae("Cdeaf", {{"mei", "deaf@example.org"}});
  struct Row {
    Json attributes;
    int status;
  };
  const Row rows[] = {
      {{{"mei", "nobody@example.org"}}, 4122},
      {{{"mei", "deaf@example.org"}}, 5218},
      {{{"tpe", 2}}, 4122},
      {{{"tpe", 3}, {"tiae", "Cmeter"}}, 4000},
      {{{"tpe", 9}}, 4000},
      {{{"tst", 1}}, 4000},
  };
  for (const Row& row : rows) EXPECT_EQ(rsc(add(row.attributes)), row.status) << row.attributes.dump();
  EXPECT_TRUE(sent().empty());
  TestCse edge;
  const std::string there = edge.add_ae("Cboss");
  EXPECT_EQ(rsc(edge.create(there, 47, {{"m2m:tgr", {{"mei", "x"}, {"tri", "y"}, {"tvt", "PT1S"}}}}, "Cboss")), 4005);
}

TEST_F(Trigger, ReachesTheDeviceAndSaysSo) {
  const auto made = add();
  ASSERT_EQ(rsc(made), 2001) << made.content.dump();
  EXPECT_EQ(made.content["m2m:tgr"]["tst"], 1);
  EXPECT_EQ(made.content["m2m:tgr"]["tpe"], 1);
  cse.time.advance(seconds{1});
  EXPECT_EQ(status(), 4);
  ASSERT_EQ(sent(), std::vector<Json>{Json({{"tpe", 1}})});
  EXPECT_EQ(cse.sender.sent.back().next_hop.points_of_access, std::vector<std::string>{"http://meter"});
  EXPECT_EQ(rsc(cse.update(ae + "/t1", {{"m2m:tgr", {{"tvt", "PT5S"}}}}, "Cboss")), 5219);
  EXPECT_EQ(rsc(cse.remove(ae + "/t1", "Cboss")), 5220);
}

TEST_F(Trigger, RegistrationGoesToAUrlWhenNobodyIsRegistered) {
  ASSERT_EQ(rsc(add({{"mei", "new@example.org"}, {"tri", "http://new"}, {"tpe", 2}, {"tia", "/mn1/cse-mn"}})), 2001);
  cse.time.advance(seconds{1});
  EXPECT_EQ(status(), 4);
  EXPECT_EQ(sent(), std::vector<Json>{Json({{"tpe", 2}, {"tia", "/mn1/cse-mn"}})});
  ASSERT_EQ(rsc(add({{"mei", "new@example.org"}, {"tpe", 2}})), 2001);
  EXPECT_EQ(status(2), 2) << "no way leads there";
}

TEST_F(Trigger, ReRegistrationTellsWhere) {
  auto registration = cse.request(onem2m::Operation::Create, "cse-in", "/mn2");
  registration.resource_type = 16;
  registration.content = {
      {"m2m:csr", {{"cb", "/mn2/cse-mn"}, {"csi", "/mn2"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"http://mn2"}}}}};
  ASSERT_EQ(rsc(cse.ask(registration)), 2001);
  ASSERT_EQ(rsc(add({{"tri", "Cmeter"}, {"mei", "x"}, {"tpe", 5}, {"tia", "/mn2/cse-mn"}})), 2001);
  cse.time.advance(seconds{1});
  EXPECT_EQ(sent(), std::vector<Json>{Json({{"tpe", 5}, {"tia", "/mn2/cse-mn"}, {"poa", {"http://mn2"}}})});
}

TEST_F(Trigger, RepeatsUntilItsTimeIsOver) {
  cse.sender.answer = [](const onem2m::NextHop&, const onem2m::Request& request) {
    return onem2m::make_error_response(request, onem2m::ResponseStatus::TargetNotReachable, "asleep");
  };
  ASSERT_EQ(rsc(add()), 2001);
  cse.time.advance(seconds{10});
  EXPECT_GE(sent().size(), 3U);
  EXPECT_EQ(status(), 1);
  ASSERT_EQ(
      rsc(cse.update(ae + "/t1", {{"m2m:tgr", {{"tpe", 3}, {"tiae", "Cmeter"}, {"tia", "x"}, {"tio", 2}, {"tirt", 3}}}},
                     "Cboss")),
      2004);
  cse.restart();
  cse.time.advance(seconds{1});
  EXPECT_EQ(sent().back()["tpe"], 3);
  cse.time.advance(seconds{60});
  EXPECT_EQ(status(), 5);
  ASSERT_EQ(rsc(add()), 2001);
  EXPECT_EQ(rsc(cse.remove(ae + "/t2", "Cboss")), 2002) << "recalled";
}

TEST_F(Trigger, RefusalIsFailure) {
  cse.sender.answer = [](const onem2m::NextHop&, const onem2m::Request& request) {
    return onem2m::make_error_response(request, onem2m::ResponseStatus::BadRequest, "no");
  };
  ASSERT_EQ(rsc(add()), 2001);
  cse.time.advance(seconds{1});
  EXPECT_EQ(status(), 6);
}

}  // namespace
}  // namespace edgecse::test
