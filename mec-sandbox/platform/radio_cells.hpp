// SPDX-License-Identifier: Apache-2.0
//
// The radio of a host as MEC 012 writes it: its cells, the users in them, their one bearer each, and figures that
// follow from the scenario alone (who is attached, how far from the cell). A cell is an access point of type 4g or 5g;
// users of Wi-Fi have no radio bearer (MEC 028 would tell of them). Values only, the same every time.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

constexpr int kDefaultBearer = 5;  // E-RAB identity of the first bearer of a user
constexpr int kBestEffort = 9;     // its QCI

[[nodiscard]] nlohmann::json plmn();
[[nodiscard]] nlohmann::json ecgi(const std::string& cell);
[[nodiscard]] nlohmann::json nrcgi(const std::string& cell);
[[nodiscard]] nlohmann::json associate_id(const std::string& ipv4_address);
/// S-TMSI of the user as {mmec, mtmsi}, derived from its address.
[[nodiscard]] nlohmann::json temporary_id(const std::string& ipv4_address);
/// erabQosParameters of the default bearer in this kind of cell; bits per second, nothing is guaranteed.
[[nodiscard]] nlohmann::json bearer_quality(const AccessPoint& cell);

/// How well a place hears a cell: 1 right below it, falling to 0.3 at its edge.
[[nodiscard]] double hearing(const Position& place, const AccessPoint& cell);
/// Timing advance in steps of 16 Ts (TS 36.211 clause 8: about 78 m of distance each).
[[nodiscard]] int timing_advance(const Position& place, const AccessPoint& cell);

/// The members of a CellInfo of L2Meas but its ecgi: the load of a cell with so many users, none of them guaranteed
/// anything.
[[nodiscard]] nlohmann::json load_figures(std::size_t users);
/// The members of a CellUEInfo of L2Meas but who and where, of one of so many users that could get so much alone: delay
/// in ms, throughput in kbit/s, volume of a second in kbit.
[[nodiscard]] nlohmann::json traffic_figures(std::size_t users, double kbits_alone);

class RadioCells {
 public:
  /// All of them outlive it.
  RadioCells(const HostPlan& host, const Scenario& scenario, const Terminals& terminals)
      : host_(host), scenario_(scenario), terminals_(terminals) {}

  /// A cell of any host; null when no access point of this name is a cell.
  [[nodiscard]] const AccessPoint* find(const std::string& name) const;
  /// Whether the host serves the cell's zone.
  [[nodiscard]] bool serves(const AccessPoint& cell) const;
  /// The host's cells, in the order of the scenario.
  [[nodiscard]] std::vector<const AccessPoint*> all() const;
  /// The users in the host's cells.
  [[nodiscard]] std::vector<const Terminal*> users() const;
  [[nodiscard]] std::size_t users_in(const AccessPoint& cell) const;
  /// Other cells of the same type that a user hears, the nearest first.
  [[nodiscard]] std::vector<const AccessPoint*> neighbours(const Terminal& user) const;
  /// {erabId, enbInfo, sGwInfo}: the bearer's tunnel between the cell and the serving gateway.
  [[nodiscard]] nlohmann::json s1_bearer(const Terminal& user, const AccessPoint& cell) const;
  [[nodiscard]] nlohmann::json load_of(const AccessPoint& cell) const { return load_figures(users_in(cell)); }
  [[nodiscard]] nlohmann::json traffic_of(const Terminal& user) const;

 private:
  const HostPlan& host_;
  const Scenario& scenario_;
  const Terminals& terminals_;
};

}  // namespace edgecse::sandbox
