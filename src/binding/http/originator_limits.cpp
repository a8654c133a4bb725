// SPDX-License-Identifier: Apache-2.0
#include "binding/http/originator_limits.hpp"

#include <fmt/format.h>

#include "binding/http/http_primitive.hpp"
#include "binding/http/media_type.hpp"

namespace edgecse::binding {

std::optional<net::HttpResponse> refuse_excess(net::RateLimits& limits, const net::HttpRequest& request) {
  const std::string originator{request.headers.find("X-M2M-Origin").value_or("")};
  if (originator.empty() || originator.starts_with('/')) return std::nullopt;
  const auto excess = limits.charge(originator, request.body.size());
  if (!excess) return std::nullopt;
  onem2m::Request refused;
  refused.request_identifier = request.headers.find("X-M2M-RI").value_or("");
  if (const auto release = request.headers.find("X-M2M-RVI")) refused.release_version = std::string{*release};
  auto response = write_http_response(
      onem2m::make_error_response(refused, onem2m::ResponseStatus::ServiceSubscriptionLimitsExceeded,
                                  fmt::format("an originator may make {} in a second", excess->limit)),
      kJson);
  response.headers.set("Retry-After", std::to_string(excess->retry_after.count()));
  return response;
}

}  // namespace edgecse::binding
