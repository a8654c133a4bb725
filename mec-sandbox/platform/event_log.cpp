// SPDX-License-Identifier: Apache-2.0
#include "platform/event_log.hpp"

namespace edgecse::sandbox {

void EventLog::tell(std::string event, nlohmann::json fields) {
  constexpr std::size_t kKept = 50'000;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count();
  fields["n"] = ++last_;
  fields["event"] = std::move(event);
  fields["time_ms"] = ms;
  fields["scenario_s"] = scenario_seconds_;
  events_.push_back(std::move(fields));
  if (events_.size() > kKept) events_.pop_front();
  auto waiters = std::exchange(waiters_, {});
  for (auto& [handle, waiter] : waiters) waiter();
}

nlohmann::json EventLog::after(std::uint64_t number, std::size_t at_most) const {
  auto result = nlohmann::json::array();
  const std::uint64_t first = last_ - events_.size() + 1;
  for (std::uint64_t n = std::max(number + 1, first); n <= last_ && result.size() < at_most; ++n)
    result.push_back(events_[n - first]);
  return result;
}

std::uint64_t EventLog::wake_at_next(std::function<void()> waiter) {
  waiters_.emplace(next_waiter_, std::move(waiter));
  return next_waiter_++;
}

void EventLog::forget(std::uint64_t handle) { waiters_.erase(handle); }

}  // namespace edgecse::sandbox
