// SPDX-License-Identifier: Apache-2.0
//
// A device that writes faster than its unit can be copied: it is slowed down, so that the last step is short.
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "sim/sim_world.hpp"
#include "support/cse_options.hpp"

namespace edgecse::sim {
namespace {

using namespace std::chrono_literals;
using cse::handover::Role;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;

const std::string kUnit = "CCar7";

class FastDevice : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { base::log::set_level(base::log::Level::Error); }

  void build(const cse::handover::TestFaults& faults) {
    world.add(test::in_cse_options());
    for (const std::string id : {"/mn1", "/mn2"}) {
      auto edge = test::edge_cse_options(id);
      edge.mobility.peers = {id == "/mn1" ? "/mn2" : "/mn1"};
      world.add(edge, faults);
    }
    world.run_for(3s);
    create("cse-mn", 2, {{"m2m:ae", {{"rn", "car7"}, {"api", "Ncar"}, {"rr", true}, {"srv", {"3"}}}}});
    create("cse-mn/car7", 3, {{"m2m:cnt", {{"rn", "log"}, {"mni", 50}}}});
    world.run_for(1s);
  }
  void create(const std::string& parent, int type, Json content) {
    Request request;
    request.operation = Operation::Create;
    request.to = parent;
    request.from = kUnit;
    request.resource_type = type;
    request.request_identifier = "r" + std::to_string(++requests);
    request.release_version = "3";
    request.content = std::move(content);
    world.transmit("dev", "/mn1", std::move(request), [this, type](const Response& response) {
      if (!onem2m::is_success(response.status)) return;
      if (type == 4 && flooding) write();
    });
  }
  void write() { create("cse-mn/car7/log", 4, {{"m2m:cin", {{"con", std::string(4'000, 'x')}}}}); }

  /// Milliseconds from the freeze until the new owner has said so.
  std::int64_t move(const cse::handover::TestFaults& faults = {}) {
    build(faults);
    for (int i = 0; i < 24; ++i) write();
    world.run_for(200ms);
    world.node("/mn1").mobility->trigger_move(kUnit, "/mn2", "ams");
    const auto moved = [this] {
      const auto row = world.node("/mn2").row(kUnit);
      return row && row->role == Role::Owner;
    };
    for (int i = 0; i < 100 && !moved(); ++i) world.run_for(100ms);
    EXPECT_TRUE(moved());
    flooding = false;
    world.run_for(1s);
    const auto tree = world.node("/mn1").cse->loop().snapshot()->tree;
    const auto context = tree.child(tree.child("mn1", "mobility")->id, kUnit + "-0-1");
    if (!context) return -1;
    rounds = context->number("rounds");
    return context->number("interruption", -1);
  }

  World world{1};
  int requests = 0;
  std::int64_t rounds = 0;
  bool flooding = true;
};

TEST_F(FastDevice, IsSlowedDownAfterFiveRounds) {
  const auto interruption = move();
  EXPECT_GT(rounds, 5);
  EXPECT_GE(interruption, 0);
  EXPECT_LT(interruption, 60);
}

TEST_F(FastDevice, WouldWaitLongerOtherwise) {
  world.limits.throttled_rounds = 2;  // it would not come to an end in any of them
  const auto interruption = move({.no_throttle = true});
  EXPECT_GT(rounds, 5);
  EXPECT_GT(interruption, 60);
}

}  // namespace
}  // namespace edgecse::sim
