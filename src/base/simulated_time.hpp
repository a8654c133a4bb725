// SPDX-License-Identifier: Apache-2.0
//
// Clock and Executor of a simulation: time stands still until somebody runs the next task. Single-threaded.
#pragma once

#include <map>

#include "base/executor.hpp"

namespace edgecse::base {

class SimulatedTime final : public Clock, public Executor {
 public:
  [[nodiscard]] WallTime wall_now() const override { return WallTime{kStart + elapsed_}; }
  [[nodiscard]] MonotonicTime monotonic_now() const override { return MonotonicTime{elapsed_}; }

  void post(Task task) override { run_after(Duration::zero(), std::move(task)); }
  TimerId run_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override;

  /// Runs the earliest task, moving time to it. False when there is none.
  bool run_one();
  /// Runs everything that is due within the span, then moves time to its end.
  void advance(Duration span);
  /// Runs until nothing is left or the span is over; returns the number of tasks run.
  std::size_t run_until_idle(Duration span);
  [[nodiscard]] bool idle() const { return tasks_.empty(); }

 private:
  static constexpr Duration kStart = std::chrono::seconds{1'700'000'000};
  struct Entry {
    TimerId id;
    Task task;
  };
  Duration elapsed_{0};
  TimerId next_ = 1;
  std::multimap<Duration, Entry> tasks_;  // equal times keep the order of insertion
};

}  // namespace edgecse::base
