// SPDX-License-Identifier: Apache-2.0
#include "edge/problem.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/guarded_json.hpp"

namespace edgecse::edge {
namespace {

std::string title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 409: return "Conflict";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 429: return "Too Many Requests";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Internal Server Error";
  }
}

/// 500 only where the CSE itself failed: what the one who asked can mend is a 4xx, what another can mend a 502 to 504.
int http_status_of(onem2m::ResponseStatus status) {
  using S = onem2m::ResponseStatus;
  switch (status) {
    case S::OriginatorHasNoPrivilege:
    case S::SubscriptionCreatorHasNoPrivilege:
    case S::OriginatorNotAuthenticated:  // of the service's own originator: no token of the application would help
    case S::SecurityAssociationRequired:
    case S::OperationDeniedByRemoteEntity:
    case S::ServiceSubscriptionNotEstablished:
    case S::ServiceSubscriptionLimitsExceeded:
    case S::UnauthorizedUser:
    case S::ReceiverHasNoPrivilege:
    case S::SubscriptionHostHasNoPrivilege:
    case S::TargetNotSubscribable: return 403;
    case S::NotFound: return 404;
    case S::OperationNotAllowed: return 405;
    case S::GroupRequestIdentifierExists:
    case S::Conflict:
    case S::OriginatorHasAlreadyRegistered:
    case S::BlockingSubscriptionAlreadyExists:
    case S::AlreadyExists: return 409;
    case S::NotAcceptable: return 503;
    case S::RequestTimeout:
    case S::TargetNotReachable:
    case S::RemoteEntityNotReachable: return 504;
    default: break;
  }
  const int number = onem2m::to_number(status);
  if (number < 5000) return 400;
  return number < 6000 ? 500 : 502;
}

}  // namespace

net::HttpResponse json_response(int status, const nlohmann::json& body) {
  net::HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = base::print_json(body);
  return response;
}

net::HttpResponse problem(int status, const std::string& detail) {
  auto response = json_response(status, {{"title", title_of(status)}, {"status", status}, {"detail", detail}});
  response.headers.set("Content-Type", "application/problem+json");
  if (status == 429 || status == 503) response.headers.add("Retry-After", "5");
  return response;
}

net::HttpResponse problem(const onem2m::Error& error) {
  return problem(http_status_of(error.status), error.detail.empty()
                                                   ? fmt::format("the CSE answered {}", onem2m::to_number(error.status))
                                                   : error.detail);
}

std::optional<net::HttpResponse> refuse_body(const net::HttpRequest& request, std::size_t maximum_bytes) {
  if (request.body.size() > maximum_bytes) return problem(413, fmt::format("the body has at most {} bytes", maximum_bytes));
  const auto type = request.headers.find("Content-Type");
  if (type && !type->starts_with("application/json")) return problem(415, "application/json is expected");
  return std::nullopt;
}

}  // namespace edgecse::edge
