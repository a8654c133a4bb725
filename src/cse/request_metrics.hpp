// SPDX-License-Identifier: Apache-2.0
//
// requests_total and request_duration_seconds: handles kept, so that counting a request is a look into a small map.
#pragma once

#include <map>
#include <shared_mutex>
#include <tuple>

#include "base/clock.hpp"
#include "onem2m/primitive.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::cse {

/// Thread-safe.
class RequestMetrics {
 public:
  RequestMetrics(telemetry::Registry& registry, const base::Clock& clock) : registry_(registry), clock_(clock) {}

  struct Started {
    onem2m::Operation operation;
    int type;          // ty of the request; 0: not given or not known
    bool internal;
    base::MonotonicTime time;
  };
  [[nodiscard]] Started start(const onem2m::Request& request) const;
  void count(const Started& started, onem2m::ResponseStatus status);

 private:
  struct Handles {
    telemetry::Counter* requests;
    telemetry::Histogram* duration;
  };
  using Key = std::tuple<onem2m::Operation, int, bool, onem2m::ResponseStatus>;
  Handles find(const Key& key);

  telemetry::Registry& registry_;
  const base::Clock& clock_;
  std::shared_mutex mutex_;
  std::map<Key, Handles> handles_;  // guarded by mutex_
};

}  // namespace edgecse::cse
