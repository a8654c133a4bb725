// SPDX-License-Identifier: Apache-2.0
#include "base/simulated_time.hpp"

#include <algorithm>

namespace edgecse::base {

TimerId SimulatedTime::run_after(Duration delay, Task task) {
  const TimerId id = next_++;
  tasks_.emplace(elapsed_ + std::max(delay, Duration::zero()), Entry{id, std::move(task)});
  return id;
}

void SimulatedTime::cancel(TimerId timer) {
  const auto found =
      std::find_if(tasks_.begin(), tasks_.end(), [timer](const auto& entry) { return entry.second.id == timer; });
  if (found != tasks_.end()) tasks_.erase(found);
}

bool SimulatedTime::run_one() {
  if (tasks_.empty()) return false;
  auto first = tasks_.begin();
  elapsed_ = std::max(elapsed_, first->first);
  Task task = std::move(first->second.task);
  tasks_.erase(first);
  task();
  return true;
}

void SimulatedTime::advance(Duration span) {
  const Duration end = elapsed_ + span;
  while (!tasks_.empty() && tasks_.begin()->first <= end) run_one();
  elapsed_ = std::max(elapsed_, end);
}

std::size_t SimulatedTime::run_until_idle(Duration span) {
  const Duration end = elapsed_ + span;
  std::size_t count = 0;
  while (!tasks_.empty() && tasks_.begin()->first <= end && run_one()) ++count;
  return count;
}

}  // namespace edgecse::base
