// SPDX-License-Identifier: Apache-2.0
#include "cse/alarms.hpp"

#include <algorithm>

namespace edgecse::cse {

namespace {
constexpr base::Duration kLongestWait = std::chrono::hours{24};  // wall clocks jump
}

Alarms::Alarms(const base::Clock& clock, base::Executor& executor, Ring ring)
    : clock_(clock), executor_(executor), ring_(std::move(ring)) {}

void Alarms::start() {
  std::lock_guard lock(mutex_);
  started_ = true;
  arm();
}

void Alarms::stop() {
  std::lock_guard lock(mutex_);
  started_ = false;
  if (timer_ != 0) executor_.cancel(timer_);
  timer_ = 0;
}

void Alarms::set(const std::string& name, std::int64_t at) {
  std::lock_guard lock(mutex_);
  const auto [known, is_new] = times_.try_emplace(name, at);
  if (!is_new) {
    if (known->second == at) return;
    by_time_.erase({known->second, name});
    known->second = at;
  }
  by_time_.emplace(at, name);
  arm();
}

void Alarms::clear(const std::string& name) {
  std::lock_guard lock(mutex_);
  const auto known = times_.find(name);
  if (known == times_.end()) return;
  by_time_.erase({known->second, name});
  times_.erase(known);
}

void Alarms::arm() {
  if (!started_ || by_time_.empty()) return;
  const std::int64_t next = by_time_.begin()->first;
  if (timer_ != 0 && armed_for_ <= next) return;
  if (timer_ != 0) executor_.cancel(timer_);
  armed_for_ = next;
  const base::Duration wait{std::max<std::int64_t>(0, next - clock_.wall_now().time_since_epoch().count())};
  timer_ = executor_.run_after(std::min(wait, kLongestWait), [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) ring();
  });
}

void Alarms::ring() {
  std::vector<std::string> due;
  {
    std::lock_guard lock(mutex_);
    timer_ = 0;
    if (!started_) return;
    const std::int64_t now = clock_.wall_now().time_since_epoch().count();
    while (!by_time_.empty() && by_time_.begin()->first <= now && due.size() < kAtOnce) {
      due.push_back(by_time_.begin()->second);
      times_.erase(due.back());
      by_time_.erase(by_time_.begin());
    }
    arm();
  }
  if (!due.empty()) ring_(std::move(due));
}

}  // namespace edgecse::cse
