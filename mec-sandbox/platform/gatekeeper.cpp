// SPDX-License-Identifier: Apache-2.0
#include "platform/gatekeeper.hpp"

#include <algorithm>

#include "base/base64.hpp"

namespace edgecse::sandbox {
namespace {

/// RFC 6749 5.2.
Response token_error(int status, const char* error) {
  auto response = json_response(status, {{"error", error}});
  response.headers.add("Cache-Control", "no-store");
  if (status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"mec\"");
  return response;
}

}  // namespace

Response Gatekeeper::issue(const Request& request) {
  if (request.method != "POST") return problem_response({405, "tokens are asked for with POST"});
  const auto type = request.headers.find("Content-Type").value_or("");
  if (!type.starts_with("application/x-www-form-urlencoded")) return token_error(400, "invalid_request");
  const auto wanted = "Basic " + base::to_base64(rules_.client_id + ":" + rules_.client_secret);
  if (request.headers.find("Authorization").value_or("") != wanted) return token_error(401, "invalid_client");
  const auto form = net::split_query(request.body);
  if (!form) return token_error(400, "invalid_request");
  const auto grant = std::find_if(form->begin(), form->end(), [](const auto& field) { return field.first == "grant_type"; });
  if (grant == form->end()) return token_error(400, "invalid_request");
  if (grant->second != "client_credentials") return token_error(400, "unsupported_grant_type");
  const auto now = clock_.monotonic_now();
  std::erase_if(tokens_, [now](const auto& entry) { return entry.second <= now; });
  const auto token = random_.hex(16);
  tokens_[token] = now + rules_.life;
  ++issued_;
  auto response = json_response(200, {{"access_token", token}, {"token_type", "Bearer"}, {"expires_in", rules_.life.count()}});
  response.headers.add("Cache-Control", "no-store");
  return response;
}

std::optional<Response> Gatekeeper::refuse(const Request& request) {
  if (auto refused = refuse_token(request)) return refused;
  const auto is = [&request](const std::string& wanted, std::size_t at) {
    return wanted.empty() || (request.path.size() > at && request.path[at] == wanted);
  };
  const auto fits = std::find_if(refusals_.begin(), refusals_.end(),
                                 [&](const Refusal& refusal) { return is(refusal.host, 0) && is(refusal.api, 1); });
  if (fits == refusals_.end()) return std::nullopt;
  auto response = problem_response({fits->status, "the platform has too much to do"});
  response.headers.add("Retry-After", std::to_string(fits->retry_after.count()));
  if (--fits->left == 0) refusals_.erase(fits);
  return response;
}

std::optional<Response> Gatekeeper::refuse_token(const Request& request) {
  if (!wants_tokens()) return std::nullopt;
  const auto header = request.headers.find("Authorization").value_or("");
  const bool shown = header.starts_with("Bearer ");
  const auto known = shown ? tokens_.find(std::string{header.substr(7)}) : tokens_.end();
  if (known != tokens_.end() && clock_.monotonic_now() < known->second) return std::nullopt;
  auto response = problem_response({401, shown ? "the token is unknown or has expired" : "a bearer token is wanted"});
  response.headers.add("WWW-Authenticate", shown ? "Bearer error=\"invalid_token\"" : "Bearer");
  return response;
}

}  // namespace edgecse::sandbox
