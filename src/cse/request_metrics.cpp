// SPDX-License-Identifier: Apache-2.0
#include "cse/request_metrics.hpp"

#include <mutex>

#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

const char* name_of(onem2m::Operation operation) {
  switch (operation) {
    case onem2m::Operation::Create:
      return "create";
    case onem2m::Operation::Retrieve:
      return "retrieve";
    case onem2m::Operation::Update:
      return "update";
    case onem2m::Operation::Delete:
      return "delete";
    case onem2m::Operation::Notify:
      return "notify";
  }
  return "unknown";
}

}  // namespace

RequestMetrics::Started RequestMetrics::start(const onem2m::Request& request) const {
  const int type = request.resource_type.value_or(0);
  return {request.operation, onem2m::find_resource_type(type) == nullptr ? 0 : type, request.peer.internal,
          clock_.monotonic_now()};
}

void RequestMetrics::count(const Started& started, onem2m::ResponseStatus status) {
  const Handles handles = find({started.operation, started.type, started.internal, status});
  handles.requests->add();
  handles.duration->observe(std::chrono::duration<double>(clock_.monotonic_now() - started.time).count());
}

RequestMetrics::Handles RequestMetrics::find(const Key& key) {
  {
    std::shared_lock lock(mutex_);
    if (const auto found = handles_.find(key); found != handles_.end()) return found->second;
  }
  const auto& [operation, type, internal, status] = key;
  const char* binding = internal ? "internal" : "http";
  const Handles made{&registry_.counter("edgecse_requests_total", "oneM2M requests answered",
                                        {{"operation", name_of(operation)},
                                         {"type", std::to_string(type)},
                                         {"rsc", std::to_string(onem2m::to_number(status))},
                                         {"binding", binding}}),
                     &registry_.histogram("edgecse_request_duration_seconds", "From the primitive's arrival to its answer",
                                          {{"operation", name_of(operation)}, {"binding", binding}})};
  std::lock_guard lock(mutex_);
  return handles_.emplace(key, made).first->second;
}

}  // namespace edgecse::cse
