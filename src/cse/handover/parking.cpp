// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/parking.hpp"

#include <algorithm>

namespace edgecse::cse::handover {

using onem2m::make_error_response;
using onem2m::ResponseStatus;

namespace {
constexpr std::chrono::milliseconds kExpiryPeriod{100};
}

void Parking::add(const std::string& unit, ParkedRequest parked) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    auto& waiting = units_[unit];
    if (waiting.size() < limits_.per_unit && total_ < limits_.total) {
      waiting.push_back(std::move(parked));
      ++total_;
      first = !std::exchange(timer_set_, true);
      parked.done = nullptr;
    }
  }
  if (parked.done)
    parked.done(make_error_response(parked.request, ResponseStatus::TargetNotReachable,
                                    "too many requests wait for " + unit + ", which is being moved"));
  if (first) schedule();
}

void Parking::schedule() {
  executor_.run_after(kExpiryPeriod, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) expire();
  });
}

void Parking::expire() {
  const base::MonotonicTime now = clock_.monotonic_now();
  std::vector<ParkedRequest> late;
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [unit, waiting] : units_) {
      const auto first_late = std::stable_partition(
          waiting.begin(), waiting.end(), [now](const ParkedRequest& parked) { return parked.deadline > now; });
      std::move(first_late, waiting.end(), std::back_inserter(late));
      waiting.erase(first_late, waiting.end());
    }
    std::erase_if(units_, [](const auto& unit) { return unit.second.empty(); });
    total_ -= late.size();
    more = total_ != 0;
    timer_set_ = more;
  }
  for (ParkedRequest& parked : late)
    parked.done(make_error_response(parked.request, ResponseStatus::RequestTimeout,
                                    "the unit was not served again before the request expired"));
  if (more) schedule();
}

std::vector<ParkedRequest> Parking::take(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  const auto found = units_.find(unit);
  if (found == units_.end()) return {};
  std::vector<ParkedRequest> list = std::move(found->second);
  units_.erase(found);
  total_ -= list.size();
  return list;
}

std::vector<ParkedRequest> Parking::take_while(const std::string& unit,
                                               const std::function<bool(const ParkedRequest&)>& more) {
  const std::lock_guard lock(mutex_);
  const auto found = units_.find(unit);
  if (found == units_.end()) return {};
  auto& waiting = found->second;
  const auto end = std::find_if_not(waiting.begin(), waiting.end(), more);
  std::vector<ParkedRequest> list(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
  waiting.erase(waiting.begin(), end);
  total_ -= list.size();
  if (waiting.empty()) units_.erase(found);
  return list;
}

std::size_t Parking::size() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

bool Parking::has(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  return units_.contains(unit);
}

}  // namespace edgecse::cse::handover
