// SPDX-License-Identifier: Apache-2.0
//
// eventConfig and statsCollect at an IN-CSE. TS-0001 9.6.24 to 9.6.26.
#include <gtest/gtest.h>

#include "support/cse_options.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

struct Statistics : ::testing::Test {
  TestCse cse{in_cse_options()};
  onem2m::Response add_event(Json attributes) {
    return cse.create("cse-in/stats", 7, {{"m2m:evcg", std::move(attributes)}});
  }
  onem2m::Response collect(Json attributes) { return cse.create("cse-in", 21, {{"m2m:stcl", std::move(attributes)}}); }
  double counted() {
    const std::string text = cse.telemetry.text();
    const auto at = text.find("\nedgecse_statistics_events_total ");
    return at == std::string::npos ? -1 : std::stod(text.substr(text.find(' ', at + 1)));
  }
};

TEST_F(Statistics, EventsAndRulesAreChecked) {
  ASSERT_EQ(rsc(cse.create("cse-in", 22, {{"m2m:stcg", {{"rn", "stats"}}}})), 2001);
  EXPECT_EQ(rsc(add_event({{"evt", 1}})), 4000) << "which operations?";
  EXPECT_EQ(rsc(add_event({{"evt", 2}})), 4000) << "how much?";
  EXPECT_EQ(rsc(add_event({{"evt", 3}, {"evs", "20990101T000000"}})), 4000) << "until when?";
  const auto event = add_event({{"evt", 1}, {"opt", {1}}});
  ASSERT_EQ(rsc(event), 2001) << event.content.dump();
  EXPECT_EQ(event.content["m2m:evcg"]["evi"], event.content["m2m:evcg"]["ri"]);
  EXPECT_EQ(rsc(collect({{"cei", "CAdmin"}, {"srs", 1}, {"sm", 1}, {"evi", "nothing"}})), 4000);
  EXPECT_EQ(rsc(cse.update(event.content["m2m:evcg"]["ri"], {{"m2m:evcg", {{"opt", nullptr}}}})), 4000);
}

TEST_F(Statistics, OperationsOfWhoeverIsAskedForAreCounted) {
  ASSERT_EQ(rsc(cse.create("cse-in", 22, {{"m2m:stcg", {{"rn", "stats"}}}})), 2001);
  const std::string event = add_event({{"evt", 1}, {"opt", {1, 4}}, {"erts", {3}}}).content["m2m:evcg"]["evi"];
  const auto rule = collect({{"cei", "CAdmin"}, {"cdi", {"Cone"}}, {"srs", 1}, {"sm", 1}, {"evi", event}});
  ASSERT_EQ(rsc(rule), 2001) << rule.content.dump();
  const std::string one = cse.add_ae("Cone"), two = cse.add_ae("Ctwo");
  const std::string data = cse.add_container(one, "data", "Cone");
  cse.add_container(two, "data", "Ctwo");
  cse.update(data, {{"m2m:cnt", {{"mni", 3}}}}, "Cone");
  EXPECT_EQ(counted(), 1);
  cse.restart();
  cse.remove(data, "Cone");
  EXPECT_EQ(counted(), 2);
  ASSERT_EQ(rsc(cse.update(rule.content["m2m:stcl"]["ri"], {{"m2m:stcl", {{"srs", 2}}}})), 2004);
  cse.add_container(one, "more", "Cone");
  EXPECT_EQ(counted(), 2);
}

}  // namespace
}  // namespace edgecse::test
