// SPDX-License-Identifier: Apache-2.0
#include "edge/data_access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/base64.hpp"
#include "base/guarded_json.hpp"
#include "edge/requester.hpp"
#include "net/ascii.hpp"
#include "onem2m/address.hpp"

namespace edgecse::edge {
namespace {

constexpr std::chrono::seconds kLeeway{30};   // between our clock and the issuer's
constexpr std::chrono::seconds kKeysAreFresh{10}, kKeysMayBeNewer{1};
constexpr std::size_t kRememberedAtMost = 1'000;

net::HttpResponse unauthorized(const std::string& why, bool had_token) {
  auto response = problem(401, why);
  response.headers.add("WWW-Authenticate", had_token ? "Bearer error=\"invalid_token\"" : "Bearer");
  return response;
}

/// Of an Authorization header; empty: there is none.
std::string bearer_token(const net::HttpRequest& request) {
  const auto header = request.headers.find("Authorization");
  constexpr std::string_view kScheme = "Bearer ";
  const bool bears = header && net::equal_without_case(header->substr(0, kScheme.size()), kScheme);
  return bears ? std::string{header->substr(kScheme.size())} : std::string{};
}

bool has_audience(const Json& claims, const std::string& wanted) {
  const auto audience = claims.find("aud");
  if (audience == claims.end()) return false;
  return audience->is_array() ? std::find(audience->begin(), audience->end(), wanted) != audience->end() : *audience == wanted;
}

std::string client_of(const Json& claims) {
  for (const char* name : {"client_id", "azp", "sub"})
    if (auto found = text_of(claims, name); !found.empty()) return found;
  return {};
}

}  // namespace

DataAccess::DataAccess(DataAccessOptions options, net::HttpClient& client, base::Executor& executor, const base::Clock& clock)
    : options_(std::move(options)), client_(client), executor_(executor), clock_(clock) {}

std::optional<std::string> DataAccess::originator_of(const std::string& client_id) const {
  if (const auto named = options_.clients.find(client_id); named != options_.clients.end()) return named->second;
  std::string made = options_.pattern;
  const auto place = made.find("{client_id}");
  if (place == std::string::npos || client_id.empty()) return std::nullopt;
  made.replace(place, std::string_view{"{client_id}"}.size(), client_id);
  return onem2m::is_ae_id_stem(made) ? std::optional{made} : std::nullopt;
}

void DataAccess::admit(const net::HttpRequest& request, Callback done) {
  for (const auto& name : request.peer.certificate_names) {
    const auto client = options_.clients.find(name);
    if (client != options_.clients.end()) return done(DataCaller{client->second, true});
  }
  if (!options_.wants_tokens()) return done(DataCaller{options_.originator, false});
  const std::string token = bearer_token(request);
  if (token.empty()) return done(tl::unexpected(unauthorized("a bearer token is wanted", false)));
  if (options_.keys) {
    renew_keys(kKeysAreFresh);
    auto claims = options_.keys->open(token);
    if (!claims && renew_keys(kKeysMayBeNewer)) claims = options_.keys->open(token);
    if (claims) return done(judge(*claims));
    if (options_.introspection_endpoint.empty()) return done(tl::unexpected(unauthorized(claims.error(), true)));
  }
  introspect(token, std::move(done));
}

bool DataAccess::renew_keys(base::Duration at_most_every) {
  const auto now = clock_.monotonic_now();
  if (!options_.newer_keys || now - keys_looked_at_ < at_most_every) return false;
  keys_looked_at_ = now;
  auto newer = options_.newer_keys();
  if (!newer) return false;
  options_.keys = std::move(*newer);
  return true;
}

DataAccess::Admission DataAccess::judge(const Json& claims) const {
  const auto wrong = [](const std::string& why) { return tl::unexpected(unauthorized(why, true)); };
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch());
  const auto time_at = [&claims](const char* name) -> std::optional<std::chrono::seconds> {
    if (!claims.contains(name) || !claims[name].is_number()) return std::nullopt;
    const double seconds = claims[name].get<double>();
    return std::chrono::seconds{static_cast<std::int64_t>(std::clamp(seconds, 0.0, 1e12))};
  };
  if (const auto end = time_at("exp"); !end) return wrong("the token does not say when it ends (exp)");
  else if (now >= *end + kLeeway) return wrong("the token has expired");
  if (const auto begin = time_at("nbf"); begin && now + kLeeway < *begin) return wrong("the token is not valid yet");
  if (!options_.issuer.empty() && text_of(claims, "iss") != options_.issuer) return wrong("the token comes from another issuer");
  if (!options_.audience.empty() && !has_audience(claims, options_.audience)) return wrong("the token is for another audience");
  const auto originator = originator_of(client_of(claims));
  if (!originator) return wrong("the token names no client that is known here");
  return DataCaller{*originator, true};
}

void DataAccess::introspect(const std::string& token, Callback done) {
  const auto known = remembered_.find(token);
  if (known != remembered_.end() && clock_.monotonic_now() < known->second.until) return done(known->second.caller);
  net::HttpCall call;
  call.method = "POST";
  call.url = options_.introspection_endpoint;
  call.headers.add("Content-Type", "application/x-www-form-urlencoded");
  if (!options_.introspection_client.empty())
    call.headers.add("Authorization", "Basic " + base::to_base64(options_.introspection_client + ":" + options_.introspection_secret));
  call.body = "token=" + net::percent_encode(token);
  call.timeout = std::chrono::seconds{3};
  client_.send(std::move(call), [this, &executor = executor_, alive = std::weak_ptr<bool>(alive_), token, done = std::move(done)](net::HttpResult result) {
    executor.post([this, alive, token, done, result = std::move(result)] {
      if (!alive.expired()) introspected(token, result, done);
    });
  });
}

void DataAccess::introspected(const std::string& token, const net::HttpResult& result, const Callback& done) {
  if (!result || result->status != 200) return done(tl::unexpected(problem(503, "tokens cannot be checked at the moment")));
  auto claims = base::parse_guarded_json(result->body);
  if (!claims || !claims->is_object() || !claims->contains("active") || (*claims)["active"] != true)
    return done(tl::unexpected(unauthorized("the token is not active", true)));
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch());
  if (!claims->contains("exp")) (*claims)["exp"] = (now + options_.remember).count();  // optional in RFC 7662
  auto admission = judge(*claims);
  if (admission) {
    if (remembered_.size() >= kRememberedAtMost) remembered_.clear();
    const std::chrono::seconds left{std::max<std::int64_t>(0, (*claims)["exp"].get<std::int64_t>() - now.count())};
    remembered_[token] = {*admission, clock_.monotonic_now() + std::min(left, options_.remember)};
  }
  done(std::move(admission));
}

}  // namespace edgecse::edge
