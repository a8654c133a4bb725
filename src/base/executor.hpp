// SPDX-License-Identifier: Apache-2.0
//
// Where work runs. Core logic posts to an Executor and never starts a thread or sleeps by itself; the process gives it a
// ThreadExecutor, tests and the simulation give it SimulatedTime.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"

namespace edgecse::base {

using Task = std::function<void()>;
/// 0 is no timer.
using TimerId = std::uint64_t;

/// Thread-safe. Tasks of one executor run one after the other, in the order posted; timers in the order they are due.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(Task task) = 0;
  virtual TimerId run_after(Duration delay, Task task) = 0;
  /// After it returns on the executor's own thread the task does not run; from another thread it may just be running.
  virtual void cancel(TimerId timer) = 0;
};

}  // namespace edgecse::base
