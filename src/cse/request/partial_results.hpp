// SPDX-License-Identifier: Apache-2.0
//
// What is known of a non-blocking request before all of it is done: a fan-out tells it, the <request> keeps it.
// TS-0004 7.4.14, 7.4.12 (PARTIALLY_COMPLETED).
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "onem2m/primitive.hpp"

namespace edgecse::cse {

/// Thread-safe. A request is known by its Originator and request identifier, which together name one request.
class PartialResults {
 public:
  /// Told, on any thread, of the whole content known so far.
  using Listener = std::function<void(onem2m::Json content)>;

  /// id: who listens. A request that is sent again takes the place of the one before.
  void expect(const onem2m::Request& request, const std::string& id, Listener listener);
  /// Only by who listens.
  void forget(const onem2m::Request& request, const std::string& id);
  /// Empty: nobody wants to know.
  [[nodiscard]] Listener find(const onem2m::Request& request) const;

 private:
  struct Entry {
    std::string id;
    Listener listener;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  // by Originator and rqi; guarded by mutex_
};

}  // namespace edgecse::cse
