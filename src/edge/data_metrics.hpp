// SPDX-License-Identifier: Apache-2.0
//
// What onem2m_data/v1 is asked and does, as metrics: docs/metrics.md.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "edge/problem.hpp"
#include "net/http_client.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::edge {

/// Used on the executor's thread only.
class DataMetrics {
 public:
  explicit DataMetrics(telemetry::Registry& registry);

  /// operation: of a closed set, as operation_of() of data_api.hpp gives it.
  void answered(std::string_view operation, int status);
  void refused_for_limits();
  void streams_open(std::size_t count) { streams_.set(static_cast<double>(count)); }
  /// A callback came back: taken with 2xx, refused with anything else, or unreachable.
  void called_back(const net::HttpResult& result);

 private:
  telemetry::Counter& count(std::string_view operation, int status);

  telemetry::Registry& registry_;
  telemetry::Gauge& streams_;
  telemetry::Counter &delivered_, &refused_, &unreachable_;
  std::map<std::pair<std::string, int>, telemetry::Counter*> answers_;
};

}  // namespace edgecse::edge
