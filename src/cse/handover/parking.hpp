// SPDX-License-Identifier: Apache-2.0
//
// Requests that wait because their unit is frozen or arriving; in memory, each with its deadline. docs/handover.md 5.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "onem2m/primitive.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::cse::handover {

struct ParkedRequest {
  onem2m::Request request;
  onem2m::ResponseCallback done;
  base::MonotonicTime deadline;
};

/// Thread-safe.
class Parking {
 public:
  struct Limits {
    std::size_t per_unit = 1'000;
    std::size_t total = 20'000;
  };
  Parking(const base::Clock& clock, base::Executor& executor, Limits limits)
      : clock_(clock), executor_(executor), limits_(limits) {}
  Parking(const base::Clock& clock, base::Executor& executor) : Parking(clock, executor, Limits{}) {}

  /// Answers 4008 at the deadline; 5103 at once when too many wait.
  void add(const std::string& unit, ParkedRequest parked);
  /// Takes all of the unit's, in the order of arrival.
  [[nodiscard]] std::vector<ParkedRequest> take(const std::string& unit);
  /// Takes the first ones, until a test says that it is enough.
  [[nodiscard]] std::vector<ParkedRequest> take_while(const std::string& unit,
                                                      const std::function<bool(const ParkedRequest&)>& more);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool has(const std::string& unit) const;

 private:
  void schedule();
  void expire();

  const base::Clock& clock_;
  base::Executor& executor_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::vector<ParkedRequest>> units_;  // guarded by mutex_
  std::size_t total_ = 0;                                              // guarded by mutex_
  bool timer_set_ = false;                                             // guarded by mutex_
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse::handover
