// SPDX-License-Identifier: Apache-2.0
//
// How much one AE may ask of this CSE in a second. Requests of other CSEs carry what many originators asked and are not limited,
// nor are those without From. Who is believed to be an originator is another matter: cse.originator_check.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "net/http_message.hpp"

namespace edgecse::binding {

struct OriginatorLimitsOptions {
  std::uint64_t requests_per_second = 0;  // 0: any number
  std::uint64_t bytes_per_second = 0;     // of bodies; 0: any number
  std::size_t originators = 100'000;      // at most so many are remembered
};

/// Thread-safe. Each originator has a second's worth to begin with, and what it does not use comes back.
class OriginatorLimits {
 public:
  OriginatorLimits(OriginatorLimitsOptions options, const base::Clock& clock) : options_(options), clock_(clock) {}

  [[nodiscard]] bool any() const { return options_.requests_per_second > 0 || options_.bytes_per_second > 0; }
  /// Nothing: it may pass. Else the answer: 429 with Retry-After and the sentence which limit it was.
  [[nodiscard]] std::optional<net::HttpResponse> refuse(const net::HttpRequest& request);

 private:
  struct Account {
    double requests = 0;  // left; below zero: owed
    double bytes = 0;
    base::MonotonicTime at{};
  };
  struct Excess {
    std::string limit;
    double seconds = 0;  // until it may pass
  };
  Account& account_of(const std::string& originator, base::MonotonicTime now);
  std::optional<Excess> charge(const std::string& originator, std::size_t bytes);
  void forget_idle(base::MonotonicTime now);

  const OriginatorLimitsOptions options_;
  const base::Clock& clock_;
  std::mutex mutex_;  // guards accounts_
  std::unordered_map<std::string, Account> accounts_;
};

}  // namespace edgecse::binding
