// SPDX-License-Identifier: Apache-2.0
//
// What a scenario file says: cells in zones, MEC hosts that serve zones, terminals that move along paths. Values only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace edgecse::sandbox {

/// WGS84 degrees.
struct Position {
  double longitude = 0;
  double latitude = 0;
};

struct AccessPoint {
  std::string name;
  std::string type;  // 4g, 5g, wifi
  Position position;
  double radius_m = 0;
  std::string zone;
};

/// Which edition of the MEC APIs a host plays.
enum class Edition { V2_1_1, V2_2_1, V3_1_1 };
[[nodiscard]] const char* to_text(Edition edition);
/// 2.1.1, 2.2.1 or 3.1.1.
[[nodiscard]] std::optional<Edition> edition_of(std::string_view text);

struct HostPlan {
  std::string name;  // its path on the wire: /{name}/...
  std::string id;
  Edition edition = Edition::V3_1_1;
  std::vector<std::string> zones;
};

enum class PathEnd { Reverse, Loop };

struct TerminalPlan {
  std::string address;  // its IPv4 address, which is its name in every API
  std::string kind;
  std::vector<std::string> radios;  // access point types in order of preference
  std::vector<Position> path;       // one point: it stays there
  double speed_mps = 0;
  PathEnd at_end = PathEnd::Loop;
};

struct Scenario {
  std::string name;
  std::vector<AccessPoint> access_points;
  std::vector<HostPlan> hosts;
  std::vector<TerminalPlan> terminals;
};

/// Reads a scenario file and the network file that it names (relative to it). Strict: an unknown or missing key, a zone
/// without a cell, a host twice is a fault; the sentence names file, line, key and what was expected.
[[nodiscard]] base::Result<Scenario, std::string> read_scenario(const std::string& file);

}  // namespace edgecse::sandbox
