// SPDX-License-Identifier: Apache-2.0
#include "platform/exchange.hpp"

#include <functional>

namespace edgecse::sandbox {
namespace {

constexpr std::size_t kMaximumDepth = 32;

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 415:
      return "Unsupported Media Type";
    case 429:
      return "Too Many Requests";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

/// The JSON library recurses; a body of brackets must not reach it.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaximumDepth) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

bool Request::at(std::initializer_list<std::string_view> pattern) const {
  if (pattern.size() != path.size()) return false;
  return std::equal(pattern.begin(), pattern.end(), path.begin(),
                    [](std::string_view wanted, const std::string& found) { return wanted == "*" || wanted == found; });
}

std::vector<std::string> Request::values(std::string_view query_name) const {
  std::vector<std::string> result;
  for (const auto& [name, value] : query)
    if (name == query_name) result.push_back(value);
  return result;
}

Response json_response(int status, const nlohmann::json& body, std::string location) {
  Response response{status, {{"Content-Type", "application/json"}}, body.dump()};
  if (!location.empty()) response.headers.add("Location", std::move(location));
  return response;
}

Response problem_response(const Problem& problem) {
  const nlohmann::json body{{"type", "about:blank"},
                            {"title", title_of(problem.status)},
                            {"status", problem.status},
                            {"detail", problem.detail}};
  return {problem.status,
          {{"Content-Type", "application/problem+json"}},
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Result<nlohmann::json> body_of(const Request& request, const Shape& shape) {
  const auto type = request.headers.find("Content-Type").value_or("");
  if (!type.starts_with("application/json"))
    return refuse(415, fmt::format("Content-Type is \"{}\", expected application/json", type));
  if (too_deep(request.body))
    return refuse(400, fmt::format("the body is nested deeper than {} levels", kMaximumDepth));
  auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (body.is_discarded()) return refuse(400, "the body is no JSON");
  if (const auto fault = shape(body, "")) return refuse(400, *fault);
  return body;
}

Result<> only_queries(const Request& request, std::span<const std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return refuse(400, fmt::format("the query parameter {} is not known here", name));
  }
  return {};
}

Reply nothing_here(const Request& request, bool path_exists) {
  if (path_exists) return refuse(405, fmt::format("{} is not offered by this resource", request.method));
  return refuse(404, fmt::format("no resource is at {}", fmt::join(request.path, "/")));
}

std::string entity_tag(const nlohmann::json& body) {
  return fmt::format("\"{:016x}\"", std::hash<std::string>{}(body.dump()));
}

Result<> check_if_match(const Request& request, const nlohmann::json& current) {
  const auto wanted = request.headers.find("If-Match");
  if (wanted && *wanted != "*" && *wanted != entity_tag(current))
    return refuse(412, "If-Match does not name the current entity tag " + entity_tag(current));
  return {};
}

}  // namespace edgecse::sandbox
