// SPDX-License-Identifier: Apache-2.0
//
// The terminals (UEs) of a scenario on their way: one step is one second of scenario time. Knows no clock; whoever
// calls step decides how fast time runs. Single-threaded.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "scenario/geography.hpp"
#include "scenario/scenario.hpp"

namespace edgecse::sandbox {

struct Terminal {
  TerminalPlan plan;
  Position position;
  const AccessPoint* access_point = nullptr;  // null while no cell is heard
  std::string host;                           // that serves it; keeps its value while no cell is heard
  double travelled_m = 0;
  bool held = false;  // put somewhere by hand: stays until released
  [[nodiscard]] std::string zone() const { return access_point ? access_point->zone : ""; }
};

/// What a step changed for one terminal. Before the first step everything before is empty.
struct Movement {
  const Terminal* terminal = nullptr;
  std::string access_point_before;
  std::string zone_before;
  std::string host_before;
  [[nodiscard]] bool changed_access_point() const;
  [[nodiscard]] bool changed_zone() const { return zone_before != terminal->zone(); }
  [[nodiscard]] bool changed_host() const { return host_before != terminal->host; }
};

class Terminals {
 public:
  /// The scenario must outlive it.
  explicit Terminals(const Scenario& scenario);

  /// One second passes. The movements in the order of the scenario file, only of terminals whose cell changed.
  std::vector<Movement> step();
  /// Puts a terminal on an access point (by its name), or on the first access point of a zone, and holds it there.
  /// Nothing when the terminal or the place is unknown.
  std::optional<Movement> place(const std::string& address, const std::string& access_point_or_zone);
  /// Lets a held terminal go on where it was on its path.
  bool release(const std::string& address);

  [[nodiscard]] std::uint64_t seconds() const { return seconds_; }
  [[nodiscard]] const std::vector<Terminal>& all() const { return terminals_; }
  [[nodiscard]] const Terminal* find(const std::string& address) const;

 private:
  /// The Sandbox's own rule: keep the cell while it is heard, leave it for a type that the terminal prefers, else the
  /// nearest of the best type heard.
  [[nodiscard]] const AccessPoint* select(const Terminal& terminal) const;
  [[nodiscard]] Movement attach(Terminal& terminal, const AccessPoint* point);

  const Scenario& scenario_;
  std::map<std::string, std::string> host_of_zone_;
  std::vector<Terminal> terminals_;
  std::vector<Route> routes_;
  std::uint64_t seconds_ = 0;
};

}  // namespace edgecse::sandbox
