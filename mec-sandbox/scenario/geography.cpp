// SPDX-License-Identifier: Apache-2.0
#include "scenario/geography.hpp"

#include <cmath>
#include <numbers>

namespace edgecse::sandbox {

double distance_m(const Position& a, const Position& b) {
  constexpr double kEarthRadius = 6'371'008.8;
  constexpr double kRadian = std::numbers::pi / 180;
  const double north = std::sin((b.latitude - a.latitude) * kRadian / 2);
  const double east = std::sin((b.longitude - a.longitude) * kRadian / 2);
  const double h = north * north + std::cos(a.latitude * kRadian) * std::cos(b.latitude * kRadian) * east * east;
  return 2 * kEarthRadius * std::asin(std::min(1.0, std::sqrt(h)));
}

Route::Route(std::vector<Position> points, PathEnd end) : points_(std::move(points)), end_(end) {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (i > 0) length_ += distance_m(points_[i - 1], points_[i]);
    reached_.push_back(length_);
  }
}

Position Route::at(double metres) const {
  if (length_ <= 0) return points_.front();
  metres = std::fmod(metres, round_m());
  if (metres > length_) metres = 2 * length_ - metres;
  const auto after = std::upper_bound(reached_.begin(), reached_.end(), metres);
  if (after == reached_.end()) return points_.back();
  const auto i = static_cast<std::size_t>(after - reached_.begin());  // at least 1: the first point is reached at 0
  const double part = (metres - reached_[i - 1]) / (reached_[i] - reached_[i - 1]);
  const auto &from = points_[i - 1], &to = points_[i];
  return {from.longitude + (to.longitude - from.longitude) * part,
          from.latitude + (to.latitude - from.latitude) * part};
}

}  // namespace edgecse::sandbox
