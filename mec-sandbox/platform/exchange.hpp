// SPDX-License-Identifier: Apache-2.0
//
// One request to an API of the sandbox and its answer, after the path was taken apart. Faults are ProblemDetails
// (RFC 7807, as ETSI GS MEC 009 clause 6.15 asks) with a sentence that names the culprit.
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "net/http_message.hpp"
#include "platform/shape.hpp"

namespace edgecse::sandbox {

struct Problem {
  int status = 500;
  std::string detail;
};

template <class T = void>
using Result = base::Result<T, Problem>;

[[nodiscard]] inline tl::unexpected<Problem> refuse(int status, std::string detail) {
  return tl::unexpected{Problem{status, std::move(detail)}};
}

struct Request {
  std::string method;
  std::vector<std::string> path;  // decoded segments below the API's base
  std::vector<std::pair<std::string, std::string>> query;
  net::Headers headers;
  std::string body;

  /// True when the path has this many segments and the fixed ones fit; "*" fits any.
  [[nodiscard]] bool at(std::initializer_list<std::string_view> pattern) const;
  [[nodiscard]] bool is(std::string_view wanted_method, std::initializer_list<std::string_view> pattern) const {
    return method == wanted_method && at(pattern);
  }
  [[nodiscard]] std::vector<std::string> values(std::string_view query_name) const;
};

using Response = net::HttpResponse;
using Reply = Result<Response>;

[[nodiscard]] Response json_response(int status, const nlohmann::json& body, std::string location = {});
[[nodiscard]] inline Response no_content() { return Response{204, {}, {}}; }
[[nodiscard]] Response problem_response(const Problem& problem);

/// The body as JSON that has the shape. 415 for another content type, 400 otherwise.
[[nodiscard]] Result<nlohmann::json> body_of(const Request& request, const Shape& shape);
/// 400 when a query parameter is none of these.
[[nodiscard]] Result<> only_queries(const Request& request, std::span<const std::string_view> known);
[[nodiscard]] inline Result<> only_queries(const Request& request, std::initializer_list<std::string_view> known) {
  return only_queries(request, std::span{known.begin(), known.size()});
}
/// What a path that exists answers to a method that it does not have, or nothing fits.
[[nodiscard]] Reply nothing_here(const Request& request, bool path_exists);

/// Entity tag of a representation, and the check of If-Match against it (412).
[[nodiscard]] std::string entity_tag(const nlohmann::json& body);
[[nodiscard]] Result<> check_if_match(const Request& request, const nlohmann::json& current);

}  // namespace edgecse::sandbox
