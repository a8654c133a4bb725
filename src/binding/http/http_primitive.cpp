// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_primitive.hpp"

#include <fmt/format.h>

#include <array>

#include "binding/http/http_query.hpp"
#include "binding/http/http_status.hpp"
#include "binding/http/http_target.hpp"
#include "binding/http/media_type.hpp"
#include "binding/http/text.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::binding {
namespace {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;

tl::unexpected<onem2m::Error> bad_header(std::string_view name, std::string_view why) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the header {} {}", shown(name), why));
}

/// Parts of value between separators; an empty value has none.
std::vector<std::string> split(std::string_view value, char separator) {
  std::vector<std::string> parts;
  while (!value.empty()) {
    if (const std::string_view part = trimmed(take_until(value, separator)); !part.empty()) parts.emplace_back(part);
  }
  return parts;
}

/// The headers that are a string of the request each.
struct TextHeader {
  std::string_view suffix;  // of X-M2M-
  std::string Request::* field;
};
constexpr std::array<TextHeader, 8> kTextHeaders{{{"Origin", &Request::from},
                                                  {"RI", &Request::request_identifier},
                                                  {"OT", &Request::originating_timestamp},
                                                  {"RET", &Request::request_expiration},
                                                  {"RST", &Request::result_expiration},
                                                  {"OET", &Request::operation_execution_time},
                                                  {"GID", &Request::group_request_identifier},
                                                  {"VSI", &Request::vendor_information}}};

Result<> read_own_header(std::string_view name, const std::string& value, Request& request) {
  const std::string_view suffix = name.substr(6);
  for (const TextHeader& row : kTextHeaders) {
    if (!equal_without_case(suffix, row.suffix)) continue;
    if (!(request.*row.field).empty()) return bad_header(name, "is given twice");
    request.*row.field = value;
    return {};
  }
  if (equal_without_case(suffix, "RVI")) {
    if (request.release_version) return bad_header(name, "is given twice");
    request.release_version = value;
  } else if (equal_without_case(suffix, "EC")) {
    const auto number = read_number<int>(value);
    if (!number || request.event_category) return bad_header(name, "is not one integer");
    request.event_category = *number;
  } else if (equal_without_case(suffix, "RTU")) {
    request.notification_targets = split(value, '&');
  } else if (equal_without_case(suffix, "GTM")) {
    request.group_request_target_members = split(value, '+');
  } else if (equal_without_case(suffix, "AS")) {
    return refuse(ResponseStatus::NotImplemented, "the header X-M2M-AS is not supported");
  }
  return {};  // headers that the binding does not know are ignored
}

/// Tokens come bare or as a bearer token; other schemes are the business of those who authenticate.
std::vector<std::string> read_tokens(std::string_view value) {
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos) return split(value, '+');
  if (equal_without_case(value.substr(0, blank), "Bearer")) return split(value.substr(blank + 1), '+');
  return {};
}

Result<> read_headers(const net::Headers& headers, Request& request) {
  for (const auto& [name, value] : headers) {
    if (name.size() > 6 && equal_without_case(std::string_view{name}.substr(0, 6), "X-M2M-")) {
      if (auto read = read_own_header(name, value, request); !read) return read;
    } else if (equal_without_case(name, "Authorization")) {
      request.tokens = read_tokens(value);
    }
  }
  if (request.request_identifier.empty()) return bad_header("X-M2M-RI", "is missing");
  const std::pair<const char*, const std::string&> times[] = {{"X-M2M-OT", request.originating_timestamp},
                                                              {"X-M2M-RET", request.request_expiration},
                                                              {"X-M2M-RST", request.result_expiration},
                                                              {"X-M2M-OET", request.operation_execution_time}};
  for (const auto& [name, time] : times) {
    if (!time.empty() && !onem2m::parse_absolute_or_relative(time, base::WallTime{})) {
      return bad_header(name, "is neither a timestamp such as 20261121T134500 nor milliseconds from now");
    }
  }
  return {};
}

Result<Operation> operation_of(std::string_view method) {
  if (method == "GET") return Operation::Retrieve;
  if (method == "POST") return Operation::Notify;  // CREATE when Content-Type says ty
  if (method == "PUT") return Operation::Update;
  if (method == "DELETE") return Operation::Delete;
  return refuse(ResponseStatus::OperationNotAllowed, fmt::format("no operation has the method {}", shown(method)));
}

Result<> read_content(const net::HttpRequest& message, Request& request) {
  const auto type_header = message.headers.find("Content-Type");
  // A GET or DELETE of a careless client may name a media type without having a body, but no resource type.
  const bool counts = !message.body.empty() || message.method == "POST" || message.method == "PUT";
  if (type_header) {
    auto type = read_content_type(*type_header);
    if (!type && counts) return tl::unexpected{std::move(type.error())};
    if (!type) return {};
    request.resource_type = type->resource_type;
    if (message.method == "POST" && type->resource_type) request.operation = Operation::Create;
  }
  if (message.body.empty()) return {};
  if (!type_header) return refuse(ResponseStatus::UnsupportedMediaType, "the body has no Content-Type");
  if (request.operation == Operation::Delete) return refuse(ResponseStatus::BadRequest, "a DELETE has no content");
  auto content = onem2m::parse_json(message.body);
  if (!content) return tl::unexpected{std::move(content.error())};
  request.content = std::move(*content);
  onem2m::take_attribute_list(request);
  return {};
}

Result<> read_message(net::HttpRequest&& message, std::string_view root, Request& request) {
  const auto fail = [](auto& result) { return tl::unexpected{std::move(result.error())}; };
  request.peer.address = std::move(message.peer.address);
  request.peer.verified_ids = std::move(message.peer.certificate_names);
  auto operation = operation_of(message.method);
  if (!operation) return fail(operation);
  request.operation = *operation;
  auto to = to_from_path(message.path, root);
  if (!to) return fail(to);
  request.to = std::move(*to);
  if (request.to.empty()) return refuse(ResponseStatus::BadRequest, "the request target names no resource");
  if (auto read = read_headers(message.headers, request); !read) return read;
  if (const std::size_t mark = message.target.find('?'); mark != std::string::npos) {
    if (auto read = read_query(std::string_view{message.target}.substr(mark + 1), request); !read) return read;
  }
  return read_content(message, request);
}

void add_if_any(net::Headers& headers, const char* name, std::string&& value) {
  if (!value.empty()) headers.add(name, std::move(value));
}

}  // namespace

Result<Request> read_http_request(net::HttpRequest&& message, std::string_view root) {
  Result<Request> result;  // filled in place and returned without a move: a Request is large, and every one passes here
  if (auto read = read_message(std::move(message), root, *result); !read) result = tl::unexpected{std::move(read.error())};
  return result;
}

net::HttpResponse write_http_response(onem2m::Response&& response, std::string_view media_type) {
  net::HttpResponse message;
  message.status = to_http_status(response.status);
  message.headers.add("X-M2M-RSC", std::to_string(onem2m::to_number(response.status)));
  add_if_any(message.headers, "X-M2M-RI", std::move(response.request_identifier));
  if (response.release_version) message.headers.add("X-M2M-RVI", std::move(*response.release_version));
  add_if_any(message.headers, "X-M2M-Origin", std::move(response.from));
  add_if_any(message.headers, "X-M2M-OT", std::move(response.originating_timestamp));
  add_if_any(message.headers, "X-M2M-RST", std::move(response.result_expiration));
  if (response.event_category) message.headers.add("X-M2M-EC", std::to_string(*response.event_category));
  add_if_any(message.headers, "X-M2M-VSI", std::move(response.vendor_information));
  if (response.content_status) message.headers.add("X-M2M-CTS", std::to_string(*response.content_status));
  if (response.content_offset) message.headers.add("X-M2M-CTO", std::to_string(*response.content_offset));
  add_if_any(message.headers, "Content-Location", std::move(response.content_location));
  if (response.serialized_content) {
    message.body = *response.serialized_content;
  } else if (!response.content.is_null()) {
    message.body = onem2m::to_json_text(response.content);
  }
  if (!message.body.empty()) message.headers.add("Content-Type", std::string{media_type});
  return message;
}

}  // namespace edgecse::binding
