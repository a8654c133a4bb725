// SPDX-License-Identifier: Apache-2.0
//
// What happened in the MEC system, numbered from 1, for whoever tells the story. The newest 50,000 events are kept.
// Only the system's executor touches it.
#pragma once

#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/clock.hpp"

namespace edgecse::sandbox {

class EventLog {
 public:
  explicit EventLog(const base::Clock& clock) : clock_(clock) {}

  /// Fields: what the README's table names for this event.
  void tell(std::string event, nlohmann::json fields);
  /// Scenario time that later events carry.
  void set_scenario_seconds(std::uint64_t seconds) { scenario_seconds_ = seconds; }

  /// Events with a number above this one, oldest first, at most so many.
  [[nodiscard]] nlohmann::json after(std::uint64_t number, std::size_t at_most) const;
  [[nodiscard]] std::uint64_t last() const { return last_; }

  /// Called at the next event, once. Returns a handle for forget.
  std::uint64_t wake_at_next(std::function<void()> waiter);
  void forget(std::uint64_t handle);

 private:
  const base::Clock& clock_;
  std::deque<nlohmann::json> events_;
  std::map<std::uint64_t, std::function<void()>> waiters_;
  std::uint64_t next_waiter_ = 1;
  std::uint64_t last_ = 0;
  std::uint64_t scenario_seconds_ = 0;
};

}  // namespace edgecse::sandbox
