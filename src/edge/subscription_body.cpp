// SPDX-License-Identifier: Apache-2.0
#include "edge/subscription_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/guarded_json.hpp"
#include "edge/problem.hpp"

namespace edgecse::edge {
namespace {

constexpr std::size_t kMaximumBodyBytes = 64 * 1024;

std::string check_strings(const Json& value, std::string_view name) {
  if (!value.is_array() || value.empty() || value.size() > 1'000) return fmt::format("{} must be a list of 1 to 1000 texts", name);
  for (const auto& entry : value) {
    if (!entry.is_string()) return fmt::format("{} must hold texts only", name);
  }
  return {};
}

std::string check_events(const Json& value) {
  const bool good = value.is_array() && !value.empty() && value.size() <= 3 && std::all_of(value.begin(), value.end(), [](const Json& entry) {
    return entry == "PREPARED" || entry == "MOVED" || entry == "LEFT";
  });
  return good ? "" : "events must be a list of PREPARED, MOVED, LEFT";
}

std::string check_deadline(const Json& value) {
  const auto fits = [&value](const char* member) {
    return value[member].is_number_unsigned() && value[member] <= std::numeric_limits<std::uint32_t>::max();
  };
  const bool good = value.is_object() && value.contains("seconds") && fits("seconds") &&
                    (!value.contains("nanoSeconds") || fits("nanoSeconds"));
  return good ? "" : "expiryDeadline must be {seconds, nanoSeconds}, whole numbers of 32 bits";
}

std::string check_criteria(const Json& criteria, bool of_data) {
  if (!criteria.is_object()) return "filterCriteria must be an object";
  for (const auto& [key, value] : criteria.items()) {
    std::string fault;
    if (key == "deviceId" || key == "labels" || (of_data && key == "dataId")) fault = check_strings(value, key);
    else if (!of_data && key == "events") fault = check_events(value);
    else if (key != "service" || !value.is_string()) fault = "unknown filter " + key;
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string check_member(const std::string& name, const Json& value, bool of_data) {
  if (name == "subscriptionType" || name == "_links") return {};
  if (name == "callbackReference") {
    const bool good = value.is_string() && (value.get_ref<const std::string&>().starts_with("http://") ||
                                            value.get_ref<const std::string&>().starts_with("https://"));
    return good ? "" : "callbackReference must be an http or https URL";
  }
  if (name == "filterCriteria") return check_criteria(value, of_data);
  if (name == "expiryDeadline") return check_deadline(value);
  if (name != "requestTestNotification") return "unknown member " + name;
  return value.is_boolean() ? "" : "requestTestNotification must be true or false";
}

}  // namespace

std::string check_subscription(const Json& body) {
  if (!body.is_object()) return fmt::format("the body must be a {} or {}", kDataChange, kDeviceMobility);
  const auto type = body.find("subscriptionType");
  const bool of_data = type == body.end() || *type == kDataChange;
  if (!of_data && *type != kDeviceMobility) return fmt::format("subscriptionType must be {} or {}", kDataChange, kDeviceMobility);
  for (const auto& [name, value] : body.items()) {
    if (auto fault = check_member(name, value, of_data); !fault.empty()) return fault;
  }
  return body.contains("callbackReference") ? "" : "callbackReference is missing";
}

base::Result<Json, net::HttpResponse> read_subscription(const net::HttpRequest& request) {
  if (auto refusal = refuse_body(request, kMaximumBodyBytes)) return tl::unexpected(std::move(*refusal));
  auto body = base::parse_guarded_json(request.body);
  if (!body) return tl::unexpected(problem(400, body.error()));
  if (auto fault = check_subscription(*body); !fault.empty()) return tl::unexpected(problem(400, fault));
  body->erase("_links");
  if (!body->contains("subscriptionType")) (*body)["subscriptionType"] = kDataChange;
  return std::move(*body);
}

}  // namespace edgecse::edge
