// SPDX-License-Identifier: Apache-2.0
//
// How much each of those who ask may ask in a second. Who they are is the caller's business: any name will do.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace edgecse::net {

struct RateLimitsOptions {
  std::uint64_t requests_per_second = 0;  // 0: any number
  std::uint64_t bytes_per_second = 0;     // of bodies; 0: any number
  std::size_t names = 100'000;            // at most so many are remembered
};

/// Thread-safe. Each name has a second's worth to begin with, and what it does not use comes back.
class RateLimits {
 public:
  struct Excess {
    std::string limit;                  // "10 requests", "1000 bytes"
    std::chrono::seconds retry_after;   // at least 1
  };

  RateLimits(RateLimitsOptions options, const base::Clock& clock) : options_(options), clock_(clock) {}

  [[nodiscard]] bool any() const { return options_.requests_per_second > 0 || options_.bytes_per_second > 0; }
  /// Nothing: it may pass, and is charged for it. Else which limit it met.
  [[nodiscard]] std::optional<Excess> charge(const std::string& name, std::size_t bytes);

 private:
  struct Account {
    double requests = 0;  // left; below zero: owed
    double bytes = 0;
    base::MonotonicTime at{};
  };
  Account& account_of(const std::string& name, base::MonotonicTime now);
  void forget_idle(base::MonotonicTime now);

  const RateLimitsOptions options_;
  const base::Clock& clock_;
  std::mutex mutex_;  // guards accounts_
  std::unordered_map<std::string, Account> accounts_;
};

}  // namespace edgecse::net
