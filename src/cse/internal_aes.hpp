// SPDX-License-Identifier: Apache-2.0
//
// AEs that live in this process (the edge room's service AE): requests to them are calls, no socket between.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "onem2m/request_handler.hpp"

namespace edgecse::cse {

/// Thread-safe.
class InternalAes {
 public:
  /// Called with each NOTIFY to the AE, on the thread that delivers; must not block and answers exactly once.
  using Receiver = std::function<void(const onem2m::Request& request, onem2m::ResponseCallback done)>;

  /// Replaces what was there for the stem.
  void add(std::string stem, Receiver receiver);
  void remove(std::string_view stem);
  /// An empty function when no such AE lives here.
  [[nodiscard]] Receiver find(std::string_view stem) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Receiver, std::less<>> receivers_;  // guarded by mutex_
};

}  // namespace edgecse::cse
