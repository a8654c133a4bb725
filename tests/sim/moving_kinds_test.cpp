// SPDX-License-Identifier: Apache-2.0
//
// What an AE can hold moves with it: every kind of resource, with its instances, its names and what its procedures keep.
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "cse/rows.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"
#include "sim/sim_world.hpp"
#include "support/cse_options.hpp"

namespace edgecse::sim {
namespace {

using namespace std::chrono_literals;
using cse::handover::Role;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using store::Table;

const std::string kUnit = "CCar7";
const std::string kAe = "cse-mn/car7";

class MovingKinds : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { base::log::set_level(base::log::Level::Error); }
  MovingKinds() {
    world.add(test::in_cse_options());
    for (const std::string id : {"/mn1", "/mn2"}) {
      auto edge = test::edge_cse_options(id);
      edge.mobility.peers = {id == "/mn1" ? "/mn2" : "/mn1"};
      world.add(edge);
    }
    world.sinks["dev"] = [this](const Request& request) {
      told.push_back(request.content);
      return Response{};
    };
    world.run_for(3s);
    EXPECT_EQ(create("cse-mn", 2,
                     {{"m2m:ae",
                       {{"rn", "car7"}, {"api", "Ncar"}, {"rr", true}, {"srv", {"3"}}, {"poa", {"sim:dev"}}}}}),
              2001);
  }

  Response ask(Request request, const std::string& at) {
    request.from = request.from.empty() ? kUnit : request.from;
    request.request_identifier = "r" + std::to_string(++requests);
    request.release_version = "3";
    Response answer;
    bool answered = false;
    world.transmit("dev", at, std::move(request), [&](const Response& response) {
      answer = response;
      answered = true;
    });
    while (!answered && world.step()) {
    }
    return answer;
  }
  int create(const std::string& parent, int type, Json content, const std::string& at = "/mn1") {
    Request request;
    request.operation = Operation::Create;
    request.to = parent;
    request.resource_type = type;
    request.content = std::move(content);
    last = ask(std::move(request), at);
    return onem2m::to_number(last.status);
  }
  int update(const std::string& to, Json content, const std::string& at = "/mn1") {
    Request request;
    request.operation = Operation::Update;
    request.to = to;
    request.content = std::move(content);
    return onem2m::to_number(ask(std::move(request), at).status);
  }
  Json retrieve(const std::string& to, const std::string& at) {
    Request request;
    request.operation = Operation::Retrieve;
    request.to = to;
    return ask(std::move(request), at).content;
  }
  std::string at(std::chrono::milliseconds offset) {
    return onem2m::format_timestamp(world.time.wall_now() + offset);
  }

  void move() {
    world.node("/mn1").mobility->trigger_move(kUnit, "/mn2", "ams");
    world.run_for(5s);
    const auto row = world.node("/mn2").row(kUnit);
    ASSERT_TRUE(row && row->role == Role::Owner);
  }
  /// What the unit is, without what tells where it is.
  std::map<std::string, Json> resources(const std::string& node) {
    std::map<std::string, Json> found;
    for (const auto& [id, text] : world.node(node).disk->tables[static_cast<std::size_t>(Table::Tree)]) {
      auto resource = cse::rows::decode_resource(text);
      if (!resource || resource->unit != kUnit) continue;
      if (resource->id == kUnit) resource->attributes.erase("pi");
      if (resource->type == onem2m::type::kTimeSeries) {  // goes on missing data meanwhile
        for (const char* counted : {"mdc", "mdlt"}) resource->attributes.erase(counted);
        resource->internal.clear();
      }
      found[resource->id] = {{"rn", resource->name},
                             {"attributes", resource->attributes},
                             {"internal", resource->internal},
                             {"first", resource->first_sequence},
                             {"next", resource->next_sequence},
                             {"notification", resource->next_notification}};
    }
    return found;
  }
  std::map<std::string, std::string> rows(const std::string& node, Table table, const std::string& prefix) {
    std::map<std::string, std::string> found;
    for (const auto& [key, value] : world.node(node).disk->tables[static_cast<std::size_t>(table)])
      if (std::string(key).starts_with(prefix)) found.emplace(key, value);
    return found;
  }

  World world{1};
  Response last;
  int requests = 0;
  std::vector<Json> told;
};

TEST_F(MovingKinds, ComeAsTheyWere) {
  struct Row {
    std::string parent;
    int type;
    Json content;
  };
  const Json acr = {{"acr", {{{"acor", {kUnit}}, {"acop", 63}}}}};
  const Row rows_to_make[] = {
      {kAe, 1, {{"m2m:acp", {{"rn", "acp"}, {"pv", acr}, {"pvs", acr}}}}},
      {kAe, 3, {{"m2m:cnt", {{"rn", "data"}, {"mni", 3}, {"lbl", {"x"}}}}}},
      {kAe + "/data", 4, {{"m2m:cin", {{"rn", "chosen"}, {"con", "1"}}}}},
      {kAe + "/data", 4, {{"m2m:cin", {{"con", {{"a", 1}}}, {"et", at(1h)}}}}},
      {kAe + "/data", 23,
       {{"m2m:sub", {{"rn", "sub"}, {"nu", {kUnit}}, {"enc", {{"net", {3}}}}, {"bn", {{"num", 3}}}}}}},
      {kAe, 28, {{"cod:bat", {{"rn", "flex"}, {"cnd", "org.onem2m.common.moduleclass.battery"}, {"lvl", 50}, {"fcied", true}}}}},
      {kAe, 29, {{"m2m:ts", {{"rn", "series"}, {"pei", 1000}, {"peid", 100}, {"mdd", true}, {"mdn", 10}, {"mdt", 200}}}}},
      {kAe + "/series", 30, {{"m2m:tsi", {{"dgt", at(0s)}, {"con", 1}}}}},
      {kAe, 9, {{"m2m:grp", {{"rn", "group"}, {"mnm", 5}, {"mid", {kAe + "/data"}}}}}},
      {kAe, 48, {{"m2m:crs", {{"rn", "crs"}, {"nu", {kUnit}}, {"twt", 1}, {"tws", "PT10S"}, {"rrat", {kAe + "/data"}},
                              {"encs", {{"enc", {{{"net", {3}}}}}}}}}}},
      {kAe, 15, {{"m2m:pch", {{"rn", "pch"}}}}},
  };
  for (const Row& row : rows_to_make)
    EXPECT_EQ(create(row.parent, row.type, row.content), 2001) << row.content.dump() << last.content.dump();
  EXPECT_EQ(update(kAe + "/flex", {{"cod:bat", {{"lvl", 40}}}}), 2004);
  const auto before = resources("/mn1");
  const auto instances = rows("/mn1", Table::Instances, "");
  const auto names = rows("/mn1", Table::Meta, "name/"), ends = rows("/mn1", Table::Meta, "end/");
  EXPECT_EQ(before.size(), 10U);
  EXPECT_FALSE(instances.empty() || names.empty() || ends.empty());
  move();
  const auto after = resources("/mn2");
  for (const auto& [id, resource] : before) {
    ASSERT_TRUE(after.contains(id)) << resource.dump();
    EXPECT_EQ(after.at(id), resource);
  }
  EXPECT_EQ(rows("/mn2", Table::Instances, ""), instances);
  EXPECT_EQ(rows("/mn2", Table::Meta, "name/"), names);
  EXPECT_EQ(rows("/mn2", Table::Meta, "end/"), ends);
}

TEST_F(MovingKinds, GoOnWithTimeSeries) {
  ASSERT_EQ(create(kAe, 29, {{"m2m:ts", {{"rn", "series"}, {"pei", 1000}, {"peid", 100}, {"mdd", true}, {"mdn", 10}, {"mdt", 200}}}}), 2001);
  const std::string taken = at(0s);
  ASSERT_EQ(create(kAe + "/series", 30, {{"m2m:tsi", {{"dgt", taken}, {"con", 1}}}}), 2001);
  move();
  EXPECT_EQ(create(kAe + "/series", 30, {{"m2m:tsi", {{"dgt", taken}, {"con", 2}}}}, "/mn2"), 4105);
  const Json series = retrieve(kAe + "/series", "/mn2")["m2m:ts"];
  EXPECT_GE(series.value("mdc", 0), 2) << series.dump();
  world.run_for(5s);
  EXPECT_GT(retrieve(kAe + "/series", "/mn2")["m2m:ts"].value("mdc", 0), series.value("mdc", 0));
}

TEST_F(MovingKinds, FillABatchThatBeganElsewhere) {
  ASSERT_EQ(create(kAe, 3, {{"m2m:cnt", {{"rn", "data"}}}}), 2001);
  ASSERT_EQ(create(kAe + "/data", 23,
                   {{"m2m:sub", {{"rn", "sub"}, {"nu", {kUnit}}, {"enc", {{"net", {3}}}}, {"bn", {{"num", 3}}}}}}),
            2001);
  EXPECT_EQ(create(kAe + "/data", 4, {{"m2m:cin", {{"con", "1"}}}}), 2001);
  EXPECT_EQ(create(kAe + "/data", 4, {{"m2m:cin", {{"con", "2"}}}}), 2001);
  move();
  told.clear();
  EXPECT_EQ(create(kAe + "/data", 4, {{"m2m:cin", {{"con", "3"}}}}, "/mn2"), 2001);
  world.run_for(2s);
  EXPECT_NE(Json(told).dump().find("\"con\":\"1\""), std::string::npos) << Json(told).dump();
}

TEST_F(MovingKinds, FanOutToMembersThatMovedAlong) {
  ASSERT_EQ(create(kAe, 3, {{"m2m:cnt", {{"rn", "data"}}}}), 2001);
  ASSERT_EQ(create(kAe, 9, {{"m2m:grp", {{"rn", "group"}, {"mnm", 5}, {"mid", {kAe + "/data"}}}}}), 2001);
  move();
  EXPECT_EQ(create(kAe + "/group/fopt", 4, {{"m2m:cin", {{"con", "1"}}}}, "/mn2") / 1000, 2);
  EXPECT_EQ(retrieve(kAe + "/data/la", "/mn2")["m2m:cin"]["con"], "1");
}

}  // namespace
}  // namespace edgecse::sim
