// SPDX-License-Identifier: Apache-2.0
#include "scenario/terminals.hpp"

#include <gtest/gtest.h>

#include "support/paths.hpp"

namespace edgecse::sandbox {
namespace {

/// What one terminal does on average in one round of its path, as measured from the same facts by other code (README.md
/// of the scenarios names the source).
struct Round {
  const char* address;
  double seconds, access_points, zones, hosts;
  int shortest_stay;  // seconds between two changes of the host; 0: it never changes
  friend std::ostream& operator<<(std::ostream& out, const Round& round) { return out << round.address; }
};

struct Counts {
  int access_points = 0, zones = 0, hosts = 0, shortest_stay = 0, last_change = 0;
  void add(const Movement& movement, int second) {
    access_points += movement.changed_access_point();
    zones += movement.changed_zone();
    if (!movement.changed_host()) return;
    ++hosts;
    const int stay = second - last_change;
    if (hosts > 1 && (shortest_stay == 0 || stay < shortest_stay)) shortest_stay = stay;
    last_change = second;
  }
};

Scenario short_path() {
  auto scenario = read_scenario(EDGECSE_SOURCE_DIR "/mec-sandbox/scenarios/dual-mep-short-path.yaml");
  EXPECT_TRUE(scenario) << scenario.error();
  return scenario.value_or(Scenario{});
}

class RoundOfTheShortPath : public testing::TestWithParam<Round> {};

TEST_P(RoundOfTheShortPath, ChangesCellsZonesAndHostsAsOftenAsTheSandboxDoes) {
  const auto round = GetParam();
  const auto scenario = short_path();
  Terminals terminals(scenario);
  constexpr int kRounds = 10;
  const auto warm_up = static_cast<int>(round.seconds) + 1;
  const auto measured = static_cast<int>(round.seconds * kRounds);
  for (int second = 0; second < warm_up; ++second) static_cast<void>(terminals.step());

  Counts counts;
  for (int second = 0; second < measured; ++second)
    for (const auto& movement : terminals.step())
      if (movement.terminal->plan.address == round.address) counts.add(movement, second);

  EXPECT_NEAR(counts.access_points / double{kRounds}, round.access_points, 0.35);
  EXPECT_NEAR(counts.zones / double{kRounds}, round.zones, 0.15);
  EXPECT_NEAR(counts.hosts / double{kRounds}, round.hosts, 0.15);
  EXPECT_NEAR(counts.shortest_stay, round.shortest_stay, 1);
}

INSTANTIATE_TEST_SUITE_P(, RoundOfTheShortPath,
                         testing::Values(Round{"10.10.0.1", 824, 48.5, 16, 0, 0},
                                         Round{"10.10.0.2", 387, 26.3, 4, 2, 106}, Round{"10.10.0.3", 116, 6, 0, 0, 0},
                                         Round{"10.10.0.4", 210, 11, 2, 0, 0}, Round{"10.100.0.1", 63, 2, 2, 2, 29},
                                         Round{"10.100.0.2", 72, 3, 2, 2, 30}, Round{"10.100.0.3", 62.3, 5.7, 2, 2, 22},
                                         Round{"10.100.0.4", 72.5, 5, 2, 2, 35}));

TEST(Terminals, StayWhereTheyArePlacedUntilTheyAreReleased) {
  const auto scenario = short_path();
  Terminals terminals(scenario);
  static_cast<void>(terminals.step());

  const auto movement = terminals.place("10.100.0.1", "zone04");
  ASSERT_TRUE(movement);
  EXPECT_EQ(movement->terminal->host, "mep2");
  for (int second = 0; second < 100; ++second) static_cast<void>(terminals.step());
  EXPECT_EQ(terminals.find("10.100.0.1")->zone(), "zone04");

  ASSERT_TRUE(terminals.release("10.100.0.1"));
  static_cast<void>(terminals.step());
  EXPECT_EQ(terminals.find("10.100.0.1")->host, "mep1");
}

TEST(Terminals, CannotBePlacedWhereNothingIs) {
  const auto scenario = short_path();
  Terminals terminals(scenario);
  EXPECT_FALSE(terminals.place("10.100.0.1", "zone99"));
  EXPECT_FALSE(terminals.place("10.100.0.99", "zone04"));
}

TEST(Terminals, KeepTheirCellWhileItIsHeardAndPreferTheRadioNamedFirst) {
  // Two 4g cells 100 m apart and a wifi cell in the second one; the terminal walks from the first towards the wifi.
  Scenario scenario;
  scenario.access_points = {{"far", "4g", {7.0, 43.0}, 150, "a"},
                            {"near", "4g", {7.00123, 43.0}, 150, "a"},
                            {"wifi", "wifi", {7.0018, 43.0}, 20, "b"}};
  scenario.hosts = {{"h", "id", Edition::V3_1_1, {"a", "b"}}};
  scenario.terminals = {{"10.0.0.1", "car", {"wifi", "4g"}, {{7.0, 43.0}, {7.0018, 43.0}}, 10, PathEnd::Reverse}};
  Terminals terminals(scenario);

  std::vector<std::string> visited;
  for (int second = 0; second < 16; ++second)
    for (const auto& movement : terminals.step()) visited.push_back(movement.terminal->access_point->name);

  EXPECT_EQ(visited,
            (std::vector<std::string>{"far", "wifi"}));  // "near" was nearer on the way, but "far" was still heard
}

}  // namespace
}  // namespace edgecse::sandbox
