// SPDX-License-Identifier: Apache-2.0
#include "base/clock.hpp"

namespace edgecse::base {

WallTime SystemClock::wall_now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

MonotonicTime SystemClock::monotonic_now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now());
}

}  // namespace edgecse::base
