// SPDX-License-Identifier: Apache-2.0
#include "binding/http/media_type.hpp"

#include <fmt/format.h>

#include "binding/http/text.hpp"

namespace edgecse::binding {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;

/// TS-0009 6.4.3: plain JSON, a resource, a notification.
bool is_json_type(std::string_view type) {
  return equal_without_case(type, kJson) || equal_without_case(type, kResourceJson) ||
         equal_without_case(type, "application/vnd.onem2m-ntfy+json");
}

/// q=0 says never.
bool is_excluded(std::string_view parameters) {
  while (!parameters.empty()) {
    std::string_view value = trimmed(take_until(parameters, ';'));
    const std::string_view name = take_until(value, '=');
    if (equal_without_case(trimmed(name), "q")) return trimmed(value).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool is_json(std::string_view content_type) { return is_json_type(trimmed(take_until(content_type, ';'))); }

onem2m::Result<ContentType> read_content_type(std::string_view value) {
  std::string_view parameters = value;
  const std::string_view type = trimmed(take_until(parameters, ';'));
  if (!is_json_type(type)) {
    return refuse(ResponseStatus::UnsupportedMediaType, fmt::format("the Content-Type {} is not JSON", shown(type)));
  }
  ContentType result;
  while (!parameters.empty()) {
    std::string_view parameter = trimmed(take_until(parameters, ';'));
    const std::string_view name = trimmed(take_until(parameter, '='));
    if (!equal_without_case(name, "ty")) continue;
    const auto number = read_number<int>(trimmed(parameter));
    if (!number || *number < 0 || result.resource_type) {
      return refuse(ResponseStatus::BadRequest, "the parameter ty of Content-Type is not one resource type number");
    }
    result.resource_type = *number;
  }
  return result;
}

onem2m::Result<std::string_view> choose_media_type(std::optional<std::string_view> accept) {
  if (!accept || trimmed(*accept).empty()) return kJson;
  bool resource = false;
  for (std::string_view ranges = *accept; !ranges.empty();) {
    std::string_view parameters = take_until(ranges, ',');
    const std::string_view type = trimmed(take_until(parameters, ';'));
    if (is_excluded(parameters)) continue;
    if (type == "*/*" || equal_without_case(type, "application/*") || equal_without_case(type, kJson)) return kJson;
    resource = resource || is_json_type(type);
  }
  if (resource) return kResourceJson;
  return refuse(ResponseStatus::NotAcceptable, "the CSE answers in application/json, which Accept does not list");
}

}  // namespace edgecse::binding
