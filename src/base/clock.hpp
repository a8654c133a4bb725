// SPDX-License-Identifier: Apache-2.0
//
// Time comes from outside, so that everything that depends on it can be simulated.
#pragma once

#include <chrono>

namespace edgecse::base {

using Duration = std::chrono::microseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// What people call the time: for creationTime, expirationTime. May jump; never orders events between hosts.
  [[nodiscard]] virtual WallTime wall_now() const = 0;
  /// Never jumps: for deadlines and durations.
  [[nodiscard]] virtual MonotonicTime monotonic_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall_now() const override;
  [[nodiscard]] MonotonicTime monotonic_now() const override;
};

}  // namespace edgecse::base
