// SPDX-License-Identifier: Apache-2.0
#include "net/rate_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace edgecse::net {

RateLimits::Account& RateLimits::account_of(const std::string& name, base::MonotonicTime now) {
  const auto requests = static_cast<double>(options_.requests_per_second);
  const auto bytes = static_cast<double>(options_.bytes_per_second);
  const auto known = accounts_.find(name);
  if (known == accounts_.end()) {
    if (accounts_.size() >= options_.names) forget_idle(now);
    return accounts_.insert_or_assign(name, Account{requests, bytes, now}).first->second;
  }
  Account& account = known->second;
  const double seconds = std::chrono::duration<double>(now - account.at).count();
  account.requests = std::min(requests, account.requests + seconds * requests);
  account.bytes = std::min(bytes, account.bytes + seconds * bytes);
  account.at = now;
  return account;
}

/// After a second without requests an account is full again, unless a large body is still owed; new ones are full as well.
void RateLimits::forget_idle(base::MonotonicTime now) {
  std::erase_if(accounts_, [now](const auto& entry) { return now - entry.second.at >= std::chrono::seconds{1}; });
  // All of them at once: names that somebody invents. Their limits begin anew, memory does not grow.
  if (accounts_.size() >= options_.names) accounts_.clear();
}

std::optional<RateLimits::Excess> RateLimits::charge(const std::string& name, std::size_t bytes) {
  const auto excess = [](std::uint64_t limit, const char* unit, double missing) {
    const double seconds = missing / static_cast<double>(limit);
    return Excess{fmt::format("{} {}", limit, unit), std::chrono::seconds{static_cast<std::int64_t>(std::ceil(seconds))}};
  };
  const std::lock_guard lock(mutex_);
  Account& account = account_of(name, clock_.monotonic_now());
  if (options_.requests_per_second > 0 && account.requests < 1)
    return excess(options_.requests_per_second, "requests", 1 - account.requests);
  // A body may be longer than a second's worth: it is owed then.
  if (options_.bytes_per_second > 0 && account.bytes <= 0) return excess(options_.bytes_per_second, "bytes", 1 - account.bytes);
  account.requests -= 1;
  account.bytes -= static_cast<double>(bytes);
  return std::nullopt;
}

}  // namespace edgecse::net
