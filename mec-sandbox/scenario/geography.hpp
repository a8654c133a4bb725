// SPDX-License-Identifier: Apache-2.0
//
// Distances on the globe and positions on a path. Pure.
#pragma once

#include <vector>

#include "scenario/scenario.hpp"

namespace edgecse::sandbox {

/// Great-circle distance in metres.
[[nodiscard]] double distance_m(const Position& a, const Position& b);

/// A terminal's way: where it is after so many metres, for ever (there and back, or round and round).
class Route {
 public:
  Route(std::vector<Position> points, PathEnd end);

  [[nodiscard]] Position at(double metres) const;
  /// Length of one round: back at the first point, heading the same way. 0 for a terminal that stays.
  [[nodiscard]] double round_m() const { return end_ == PathEnd::Loop ? length_ : 2 * length_; }

 private:
  std::vector<Position> points_;
  std::vector<double> reached_;  // metres from the first point to each point
  double length_ = 0;
  PathEnd end_;
};

}  // namespace edgecse::sandbox
