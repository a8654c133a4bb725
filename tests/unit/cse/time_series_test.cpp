// SPDX-License-Identifier: Apache-2.0
//
// timeSeries, timeSeriesInstance and the monitoring for missing data. TS-0004 7.4.38, 7.4.39.
#include <gtest/gtest.h>

#include "onem2m/timestamp.hpp"
#include "support/test_cse.hpp"

namespace edgecse::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// What the monitoring tells subscriptions.
struct Listener final : cse::ResourceEventListener {
  void on_event(cse::Transaction&, const cse::ResourceEvent&) override {}
  void on_missing_data(cse::Transaction&, const cse::Resource&, const std::vector<std::string>& times) override {
    missing.insert(missing.end(), times.begin(), times.end());
  }
  std::vector<std::string> missing;
};

struct TimeSeries : ::testing::Test {
  TestCse cse;
  std::string ae = cse.add_ae("Cdev");
  std::string series = ae + "/series";

  onem2m::Response add_series(Json more = Json::object()) {
    Json attributes{{"rn", "series"}};
    attributes.update(more);
    return cse.create(ae, 29, {{"m2m:ts", attributes}}, "Cdev");
  }
  std::string at(milliseconds offset = milliseconds{0}) {
    return onem2m::format_timestamp(cse.time.wall_now() + offset);
  }
  onem2m::Response add_point(const std::string& generated, Json content = 1, Json more = Json::object()) {
    Json attributes{{"dgt", generated}, {"con", std::move(content)}};
    attributes.update(more);
    return cse.create(series, 30, {{"m2m:tsi", attributes}}, "Cdev");
  }
  Json show() { return cse.retrieve(series, "Cdev").content["m2m:ts"]; }
};

TEST_F(TimeSeries, KeepsItsInstancesLikeAContainer) {
  const auto made = add_series({{"mni", 2}, {"cnf", "text/plain:0"}});
  ASSERT_EQ(rsc(made), 2001) << made.content.dump();
  EXPECT_EQ(made.content["m2m:ts"]["mdd"], false);
  EXPECT_EQ(made.content["m2m:ts"]["mdc"], 0);
  EXPECT_FALSE(made.content["m2m:ts"].contains("st"));
  for (int i = 1; i <= 3; ++i) ASSERT_EQ(rsc(add_point(at(seconds{i}), "v" + std::to_string(i), {{"snr", i}})), 2001);
  EXPECT_EQ(show()["cni"], 2);
  EXPECT_EQ(show()["cbs"], 4);
  const Json newest = cse.retrieve(series + "/la", "Cdev").content["m2m:tsi"];
  EXPECT_EQ(newest["con"], "v3");
  EXPECT_EQ(newest["snr"], 3);
  EXPECT_EQ(newest["ty"], 30);
  EXPECT_FALSE(newest.contains("st"));
  EXPECT_EQ(cse.retrieve(newest["ri"], "Cdev").content["m2m:tsi"], newest);
  EXPECT_EQ(cse.retrieve(series + "/ol", "Cdev").content["m2m:tsi"]["con"], "v2");
  ASSERT_EQ(rsc(cse.remove(series + "/la", "Cdev")), 2002);
  EXPECT_EQ(cse.retrieve(series + "/la", "Cdev").content["m2m:tsi"]["con"], "v2");
  EXPECT_EQ(rsc(cse.update(series + "/la", {{"m2m:tsi", {{"con", "x"}}}}, "Cdev")), 4005);
  EXPECT_EQ(cse.retrieve(series, "Cdev", 4).content["m2m:ts"]["m2m:tsi"].size(), 1U);
}

TEST_F(TimeSeries, RefusesWhatDoesNotFit) {
  struct Row {
    Json attributes;
    int status;
  };
  const Row rows[] = {
      {{{"pei", 1000}, {"peid", 501}}, 4000},
      {{{"pei", 1000}, {"mdd", true}}, 4000},
      {{{"pei", 1000}, {"peid", 400}, {"mdt", 400}, {"mdd", true}}, 4000},
      {{{"mdlt", {"20261121T120000"}}}, 4000},
      {{{"cnf", "text"}}, 4000},
      {{{"pei", 1000}, {"peid", 500}, {"mdt", 501}, {"mdd", true}}, 2001},
  };
  for (const Row& row : rows) EXPECT_EQ(rsc(add_series(row.attributes)), row.status) << row.attributes.dump();
  EXPECT_EQ(rsc(cse.create(ae, 30, {{"m2m:tsi", {{"dgt", at()}, {"con", 1}}}}, "Cdev")), 4108);
  EXPECT_EQ(rsc(cse.create(series, 30, {{"m2m:tsi", {{"con", 1}}}}, "Cdev")), 4000);
  EXPECT_EQ(rsc(cse.create(series, 30, {{"m2m:tsi", {{"dgt", "soon"}, {"con", 1}}}}, "Cdev")), 4000);
}

TEST_F(TimeSeries, MonitoringIsChangedAloneAndOnlyWhileItIsOff) {
  ASSERT_EQ(rsc(add_series({{"pei", 1000}})), 2001);
  EXPECT_EQ(show()["peid"], 500);
  const auto change = [&](const Json& attributes) { return rsc(cse.update(series, {{"m2m:ts", attributes}}, "Cdev")); };
  EXPECT_EQ(change({{"mdd", true}}), 4000);
  EXPECT_EQ(change({{"mdt", 2000}}), 2004);
  EXPECT_EQ(change({{"mdd", true}, {"mdn", 3}}), 4000);
  EXPECT_EQ(change({{"pei", 500}, {"peid", 300}}), 4000);
  EXPECT_EQ(change({{"pei", 600}}), 2004);
  EXPECT_EQ(show()["peid"], 300);
  EXPECT_EQ(change({{"mdd", true}}), 2004);
  for (const char* name : {"mdt", "mdn", "pei", "peid"}) EXPECT_EQ(change({{name, 5}}), 4000) << name;
  EXPECT_EQ(change({{"cnf", "text/plain:0"}}), 4000);
}

TEST_F(TimeSeries, OneInstanceForEachGenerationTime) {
  ASSERT_EQ(rsc(add_series({{"mni", 1}})), 2001);
  const std::string first = at();
  ASSERT_EQ(rsc(add_point(first)), 2001);
  EXPECT_EQ(rsc(add_point(first)), 4105);
  EXPECT_EQ(rsc(add_point(first + ",000000")), 4105);
  const auto relative = add_point("-5000");
  ASSERT_EQ(rsc(relative), 2001);
  EXPECT_EQ(relative.content["m2m:tsi"]["dgt"], at(seconds{-5}));
  cse.restart();
  EXPECT_EQ(rsc(add_point(at(seconds{-5}))), 4105);
  EXPECT_EQ(rsc(add_point(first)), 2001) << "its instance was evicted";
  EXPECT_EQ(rsc(add_point(at(seconds{1}), 1, {{"rn", "~dgt.1"}})), 4105);
  ASSERT_EQ(rsc(cse.remove(series + "/la", "Cdev")), 2002);
  EXPECT_EQ(rsc(add_point(first)), 2001);
}

TEST_F(TimeSeries, LargeContentIsRefused) {
  ASSERT_EQ(rsc(add_series({{"mbs", 3}})), 2001);
  EXPECT_EQ(rsc(add_point(at(), "1234")), 5207);
  EXPECT_EQ(rsc(add_point(at(), "123")), 2001);
}

TEST_F(TimeSeries, PointsThatDoNotComeAreListedAndTold) {
  Listener listener;
  cse.cse().core().listeners.push_back(&listener);
  ASSERT_EQ(rsc(add_series({{"pei", 10'000}, {"peid", 1'000}, {"mdt", 2'000}, {"mdn", 2}, {"mdd", true}})), 2001);
  cse.time.advance(seconds{60});
  EXPECT_EQ(show()["mdc"], 0) << "monitoring begins with the first instance";

  const auto start = cse.time.wall_now();
  const auto point = [&](milliseconds offset) { return onem2m::format_timestamp(start + offset); };
  ASSERT_EQ(rsc(add_point(point(seconds{0}))), 2001);
  cse.time.advance(seconds{10});
  ASSERT_EQ(rsc(add_point(point(seconds{11}))), 2001);  // the last moment that still fits
  cse.time.advance(seconds{10});
  ASSERT_EQ(rsc(add_point(point(seconds{22}))), 2001);  // too late for 20
  cse.time.advance(seconds{3});
  EXPECT_EQ(show()["mdlt"], Json({point(seconds{20})}));
  EXPECT_EQ(show()["mdc"], 1);
  cse.time.advance(seconds{20});  // 30 and 40
  EXPECT_EQ(show()["mdlt"], Json({point(seconds{30}), point(seconds{40})}));
  EXPECT_EQ(show()["mdc"], 2);
  EXPECT_EQ(listener.missing, (std::vector{point(seconds{20}), point(seconds{30}), point(seconds{40})}));

  ASSERT_EQ(rsc(cse.update(series, {{"m2m:ts", {{"mdd", false}}}}, "Cdev")), 2004);
  cse.time.advance(seconds{60});
  EXPECT_EQ(show()["mdc"], 2) << "the list stays";
  ASSERT_EQ(rsc(cse.update(series, {{"m2m:ts", {{"mdn", 5}}}}, "Cdev")), 2004);
  EXPECT_EQ(show()["mdc"], 0);
  EXPECT_FALSE(show().contains("mdlt"));
  ASSERT_EQ(rsc(cse.update(series, {{"m2m:ts", {{"mdd", true}}}}, "Cdev")), 2004);
  cse.time.advance(seconds{60});
  EXPECT_EQ(show()["mdc"], 0) << "it waits for an instance again";
}

TEST_F(TimeSeries, SubscribersHearOfEnoughMissingPoints) {
  ASSERT_EQ(rsc(add_series({{"pei", 1'000}, {"peid", 100}, {"mdt", 300}, {"mdd", true}})), 2001);
  const Json criteria{{"net", {8}}, {"md", {{"num", 2}, {"dur", "PT60S"}}}};
  ASSERT_EQ(rsc(cse.create(series, 23, {{"m2m:sub", {{"nu", {"http://listener"}}, {"enc", criteria}}}}, "Cdev")), 2001);
  const auto start = cse.time.wall_now();
  ASSERT_EQ(rsc(add_point(at())), 2001);
  cse.time.advance(seconds{3});
  ASSERT_EQ(cse.sender.sent.size(), 1U);
  const Json told = cse.sender.sent[0].request.content["m2m:sgn"]["nev"];
  EXPECT_EQ(told["net"], 8);
  EXPECT_EQ(
      told["rep"]["m2m:tsn"],
      Json({{"mdlt", {onem2m::format_timestamp(start + seconds{1}), onem2m::format_timestamp(start + seconds{2})}},
            {"mdc", 2}}));
}

TEST_F(TimeSeries, MonitoringGoesOnAfterARestart) {
  ASSERT_EQ(rsc(add_series({{"pei", 1'000}, {"mdt", 600}, {"mdd", true}, {"mni", 1}})), 2001);
  const auto start = cse.time.wall_now();
  ASSERT_EQ(rsc(add_point(at())), 2001);
  ASSERT_EQ(rsc(add_point(onem2m::format_timestamp(start + seconds{2}))), 2001);  // early, and evicted by the next
  ASSERT_EQ(rsc(add_point(onem2m::format_timestamp(start + seconds{1}))), 2001);
  cse.restart();
  cse.time.advance(seconds{3});
  EXPECT_EQ(show()["mdc"], 0);
  cse.time.advance(seconds{1});
  EXPECT_EQ(show()["mdlt"], Json({onem2m::format_timestamp(start + seconds{3})}));
}

TEST_F(TimeSeries, LongAbsenceListsAsManyAsFit) {
  ASSERT_EQ(rsc(add_series({{"pei", 1}, {"peid", 0}, {"mdt", 1}, {"mdn", 3}, {"mdd", true}})), 2001);
  ASSERT_EQ(rsc(add_point(at())), 2001);
  cse.cse().core().loop->set_wake([] {});
  cse.restart();
  cse.time.advance(milliseconds{20});
  EXPECT_EQ(show()["mdc"], 3);
  EXPECT_EQ(rsc(cse.remove(series, "Cdev")), 2002);
  cse.time.advance(seconds{1});
}

}  // namespace
}  // namespace edgecse::test
