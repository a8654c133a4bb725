// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_call.hpp"

#include <fmt/format.h>

#include "binding/http/http_query.hpp"
#include "binding/http/http_status.hpp"
#include "binding/http/http_target.hpp"
#include "binding/http/media_type.hpp"
#include "binding/http/text.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::binding {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

const char* method_of(Operation operation) {
  switch (operation) {
    case Operation::Create:
    case Operation::Notify: return "POST";
    case Operation::Update: return "PUT";
    case Operation::Delete: return "DELETE";
    case Operation::Retrieve: break;
  }
  return "GET";
}

std::string joined(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

void add_if_any(net::Headers& headers, const char* name, const std::string& value) {
  if (!value.empty()) headers.add(name, value);
}

void write_headers(const Request& request, net::Headers& headers) {
  headers.add("Accept", std::string{kJson});
  add_if_any(headers, "X-M2M-Origin", request.from);
  add_if_any(headers, "X-M2M-RI", request.request_identifier);
  if (request.release_version) headers.add("X-M2M-RVI", *request.release_version);
  add_if_any(headers, "X-M2M-OT", request.originating_timestamp);
  add_if_any(headers, "X-M2M-RET", request.request_expiration);
  add_if_any(headers, "X-M2M-RST", request.result_expiration);
  add_if_any(headers, "X-M2M-OET", request.operation_execution_time);
  if (request.event_category) headers.add("X-M2M-EC", std::to_string(*request.event_category));
  add_if_any(headers, "X-M2M-GID", request.group_request_identifier);
  if (request.notification_targets) headers.add("X-M2M-RTU", joined(*request.notification_targets, '&'));
  add_if_any(headers, "X-M2M-VSI", request.vendor_information);
  add_if_any(headers, "Authorization", joined(request.tokens, '+'));
}

template <typename Number>
std::optional<Number> number_header(const net::Headers& headers, std::string_view name) {
  const auto value = headers.find(name);
  return value ? read_number<Number>(trimmed(*value)) : std::nullopt;
}

std::string text_header(const net::Headers& headers, std::string_view name) {
  return std::string{headers.find(name).value_or("")};
}

/// 1000 to 6999, known or not: a later release may have numbers that this table has not.
std::optional<ResponseStatus> status_header(const net::Headers& headers) {
  const auto number = number_header<int>(headers, "X-M2M-RSC");
  if (!number || *number < 1000 || *number > 6999) return std::nullopt;
  return static_cast<ResponseStatus>(*number);
}

}  // namespace

bool is_http_url(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find(':'));
  return equal_without_case(scheme, "http") || equal_without_case(scheme, "https");
}

std::string without_serialization_hint(std::string_view url) {
  const std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return std::string{url};
  std::string kept;
  for (std::string_view query = url.substr(mark + 1); !query.empty();) {
    const std::string_view field = take_until(query, '&');
    if (field.starts_with("ct=") || field == "ct") continue;
    kept += kept.empty() ? '?' : '&';
    kept += field;
  }
  return std::string{url.substr(0, mark)} + kept;
}

net::HttpCall write_http_call(const Request& request) {
  net::HttpCall call;
  call.method = method_of(request.operation);
  write_headers(request, call.headers);
  if (!request.content.is_null()) call.body = onem2m::to_json_text(request.content);
  if (request.operation == Operation::Create && request.resource_type) {
    call.headers.add("Content-Type", fmt::format("{};ty={}", kJson, *request.resource_type));
  } else if (!call.body.empty()) {
    call.headers.add("Content-Type", std::string{kJson});
  }
  return call;
}

std::string request_target(const Request& request) {
  std::string target = path_from_to(request.to);
  if (const std::string query = write_query(request); !query.empty()) {
    target += '?';
    target += query;
  }
  return target;
}

Response read_http_response(net::HttpResponse&& message, const Request& request, bool plain_url) {
  Response response;
  response.status = status_header(message.headers).value_or(from_http_status(message.status, request.operation));
  response.request_identifier = text_header(message.headers, "X-M2M-RI");
  if (response.request_identifier.empty()) response.request_identifier = request.request_identifier;
  response.from = text_header(message.headers, "X-M2M-Origin");
  response.originating_timestamp = text_header(message.headers, "X-M2M-OT");
  response.result_expiration = text_header(message.headers, "X-M2M-RST");
  response.event_category = number_header<int>(message.headers, "X-M2M-EC");
  response.vendor_information = text_header(message.headers, "X-M2M-VSI");
  response.content_location = text_header(message.headers, "Content-Location");
  if (const auto version = message.headers.find("X-M2M-RVI")) response.release_version = std::string{*version};
  response.content_status = number_header<int>(message.headers, "X-M2M-CTS");
  response.content_offset = number_header<std::uint64_t>(message.headers, "X-M2M-CTO");
  if (message.body.empty()) return response;
  const bool has_json = is_json(message.headers.find("Content-Type").value_or(""));
  if (plain_url && !has_json) return response;  // what a web server says beside its status means nothing here
  auto content = onem2m::parse_json(message.body);
  if (content) {
    response.content = std::move(*content);
  } else if (!plain_url && onem2m::is_success(response.status)) {
    // A success whose content cannot be read must not pass for one without content.
    return onem2m::make_error_response(request, ResponseStatus::InternalServerError,
                                       "the next hop's answer has a body that is no JSON: " + content.error().detail);
  }
  return response;
}

}  // namespace edgecse::binding
