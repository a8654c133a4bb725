// SPDX-License-Identifier: Apache-2.0
#include "edge/data_metrics.hpp"

namespace edgecse::edge {
namespace {

telemetry::Counter& callbacks(telemetry::Registry& registry, const char* result) {
  return registry.counter("edgecse_data_callbacks_total", "Callbacks of the MEC service to its subscribers", {{"result", result}});
}

}  // namespace

DataMetrics::DataMetrics(telemetry::Registry& registry)
    : registry_(registry),
      streams_(registry.gauge("edgecse_data_streams", "Streams of the MEC service that are open")),
      delivered_(callbacks(registry, "delivered")),
      refused_(callbacks(registry, "refused")),
      unreachable_(callbacks(registry, "unreachable")) {
  // From the first scrape on, so that the rate of the first request is not missed.
  for (const char* operation : {"list_devices", "list_data", "read_latest", "list_values", "read_stream"}) count(operation, 200);
}

telemetry::Counter& DataMetrics::count(std::string_view operation, int status) {
  telemetry::Counter*& counter = answers_[{std::string{operation}, status}];
  if (counter == nullptr)
    counter = &registry_.counter("edgecse_data_requests_total", "Requests to the MEC service answered",
                                 {{"operation", std::string{operation}}, {"status", std::to_string(status)}});
  return *counter;
}

void DataMetrics::answered(std::string_view operation, int status) {
  count(operation, status).add();
}

void DataMetrics::refused_for_limits() {
  registry_.counter("edgecse_requests_limited_total", "Requests refused because of http.limits").add();
}

void DataMetrics::called_back(const net::HttpResult& result) {
  if (!result) unreachable_.add();
  else if (result->status / 100 == 2) delivered_.add();
  else refused_.add();
}

}  // namespace edgecse::edge
