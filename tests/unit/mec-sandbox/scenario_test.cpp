// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenario/geography.hpp"
#include "support/paths.hpp"

namespace edgecse::sandbox {
namespace {

using testing::HasSubstr;

constexpr const char* kNetwork = R"(network: n
zones:
  - name: z
    access_points:
      - {name: a, type: 4g, lat: 43.0, lon: 7.0, radius_m: 100}
)";
constexpr const char* kScenario = R"(scenario: s
network: network.yaml
hosts:
  - {name: h, id: i, edition: "3.1.1", zones: [z]}
terminals:
  - {address: 10.0.0.1, kind: car, radios: [4g], start: [7.0, 43.0]}
)";

class ScenarioFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  base::Result<Scenario, std::string> read(const std::string& scenario, const std::string& network = kNetwork) {
    std::ofstream(folder_ + "/network.yaml") << network;
    std::ofstream(folder_ + "/scenario.yaml") << scenario;
    return read_scenario(folder_ + "/scenario.yaml");
  }
  static std::string replaced(std::string text, const std::string& what, const std::string& by) {
    return text.replace(text.find(what), what.size(), by);
  }

  const std::string folder_ = testing::TempDir() + "scenario_" + std::to_string(getpid());
};

TEST_F(ScenarioFile, BecomesHostsCellsAndTerminals) {
  const auto scenario = read(kScenario);
  ASSERT_TRUE(scenario) << scenario.error();
  EXPECT_EQ(scenario->hosts.at(0).edition, Edition::V3_1_1);
  EXPECT_EQ(scenario->access_points.at(0).zone, "z");
  EXPECT_EQ(scenario->terminals.at(0).path.size(), 1U);
}

TEST_F(ScenarioFile, RefusesAnUnknownKeyWithItsLine) {
  const auto scenario = read(replaced(kScenario, "kind: car", "kind: car, colour: red"));
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error(), HasSubstr("scenario.yaml:6: unknown key colour"));
}

TEST_F(ScenarioFile, RefusesAZoneThatTheNetworkDoesNotHave) {
  const auto scenario = read(replaced(kScenario, "zones: [z]", "zones: [y]"));
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error(), HasSubstr("the network has no zone y"));
}

TEST_F(ScenarioFile, RefusesAnEditionThatIsNotPlayed) {
  const auto scenario = read(replaced(kScenario, "3.1.1", "1.1.1"));
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error(), HasSubstr("expected 2.1.1, 2.2.1 or 3.1.1, found 1.1.1"));
}

TEST_F(ScenarioFile, RefusesACellWithoutAPosition) {
  const auto scenario = read(kScenario, replaced(kNetwork, "lat: 43.0, ", ""));
  ASSERT_FALSE(scenario);
  EXPECT_THAT(scenario.error(), HasSubstr("network.yaml:5: the key lat is missing"));
}

TEST_F(ScenarioFile, RefusesWhatIsNoYaml) {
  EXPECT_FALSE(read("scenario: [s"));
  EXPECT_FALSE(read("- 1"));
  EXPECT_FALSE(read_scenario(folder_ + "/nowhere.yaml"));
}

TEST(ShippedScenarios, CanAllBeRead) {
  int read_files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(EDGECSE_SOURCE_DIR "/mec-sandbox/scenarios")) {
    if (entry.path().extension() != ".yaml") continue;
    const auto scenario = read_scenario(entry.path().string());
    EXPECT_TRUE(scenario) << scenario.error();
    ++read_files;
  }
  EXPECT_GE(read_files, 2);
}

TEST(Route, TurnsRoundAtTheEndOrBeginsAgain) {
  const std::vector<Position> line{{7.0, 43.0}, {7.01, 43.0}};
  const Route there_and_back(line, PathEnd::Reverse), round(line, PathEnd::Loop);
  const double length = distance_m(line[0], line[1]);
  EXPECT_NEAR(length, 813, 2);
  EXPECT_NEAR(there_and_back.at(length * 1.5).longitude, 7.005, 1e-6);
  EXPECT_NEAR(round.at(length * 1.25).longitude, 7.0025, 1e-6);
  EXPECT_NEAR(there_and_back.round_m(), 2 * length, 1e-6);
}

}  // namespace
}  // namespace edgecse::sandbox
