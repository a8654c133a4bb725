// SPDX-License-Identifier: Apache-2.0
#include "binding/http/originator_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "binding/http/http_primitive.hpp"
#include "binding/http/media_type.hpp"

namespace edgecse::binding {

OriginatorLimits::Account& OriginatorLimits::account_of(const std::string& originator, base::MonotonicTime now) {
  const auto requests = static_cast<double>(options_.requests_per_second);
  const auto bytes = static_cast<double>(options_.bytes_per_second);
  const auto known = accounts_.find(originator);
  if (known == accounts_.end()) {
    if (accounts_.size() >= options_.originators) forget_idle(now);
    return accounts_.insert_or_assign(originator, Account{requests, bytes, now}).first->second;
  }
  Account& account = known->second;
  const double seconds = std::chrono::duration<double>(now - account.at).count();
  account.requests = std::min(requests, account.requests + seconds * requests);
  account.bytes = std::min(bytes, account.bytes + seconds * bytes);
  account.at = now;
  return account;
}

/// After a second without requests an account is full again, unless a large body is still owed; new ones are full as well.
void OriginatorLimits::forget_idle(base::MonotonicTime now) {
  std::erase_if(accounts_, [now](const auto& entry) { return now - entry.second.at >= std::chrono::seconds{1}; });
  // All of them at once: names that somebody invents. Their limits begin anew, memory does not grow.
  if (accounts_.size() >= options_.originators) accounts_.clear();
}

std::optional<OriginatorLimits::Excess> OriginatorLimits::charge(const std::string& originator, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  Account& account = account_of(originator, clock_.monotonic_now());
  if (options_.requests_per_second > 0 && account.requests < 1)
    return Excess{fmt::format("{} requests", options_.requests_per_second),
                  (1 - account.requests) / static_cast<double>(options_.requests_per_second)};
  // A body may be longer than a second's worth: it is owed then.
  if (options_.bytes_per_second > 0 && account.bytes <= 0)
    return Excess{fmt::format("{} bytes", options_.bytes_per_second),
                  (1 - account.bytes) / static_cast<double>(options_.bytes_per_second)};
  account.requests -= 1;
  account.bytes -= static_cast<double>(bytes);
  return std::nullopt;
}

std::optional<net::HttpResponse> OriginatorLimits::refuse(const net::HttpRequest& request) {
  const std::string originator{request.headers.find("X-M2M-Origin").value_or("")};
  if (originator.empty() || originator.starts_with('/')) return std::nullopt;
  const auto excess = charge(originator, request.body.size());
  if (!excess) return std::nullopt;
  onem2m::Request refused;
  refused.request_identifier = request.headers.find("X-M2M-RI").value_or("");
  if (const auto release = request.headers.find("X-M2M-RVI")) refused.release_version = std::string{*release};
  auto response = write_http_response(
      onem2m::make_error_response(refused, onem2m::ResponseStatus::ServiceSubscriptionLimitsExceeded,
                                  fmt::format("an originator may make {} in a second", excess->limit)),
      kJson);
  response.headers.set("Retry-After", std::to_string(static_cast<std::int64_t>(std::ceil(excess->seconds))));
  return response;
}

}  // namespace edgecse::binding
