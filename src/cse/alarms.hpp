// SPDX-License-Identifier: Apache-2.0
//
// Times at which something is to be looked at, each under a name (a resourceID). One timer stands at the earliest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"

namespace edgecse::cse {

/// Thread-safe. Nothing rings before start() or after stop(); names set before are kept.
class Alarms {
 public:
  /// Names whose time has come, earliest first, no more than kAtOnce; they are not set any more. On the executor.
  using Ring = std::function<void(std::vector<std::string> due)>;
  static constexpr std::size_t kAtOnce = 200;

  Alarms(const base::Clock& clock, base::Executor& executor, Ring ring);
  ~Alarms() { stop(); }

  void start();
  void stop();
  /// Microseconds since 1970; replaces what was set under the name.
  void set(const std::string& name, std::int64_t at);
  void clear(const std::string& name);

 private:
  void arm();  // mutex_ held
  void ring();

  const base::Clock& clock_;
  base::Executor& executor_;
  const Ring ring_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::int64_t> times_;
  std::set<std::pair<std::int64_t, std::string>> by_time_;
  std::int64_t armed_for_ = INT64_MAX;
  base::TimerId timer_ = 0;
  bool started_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse
