// SPDX-License-Identifier: Apache-2.0
#include "mec/token_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.hpp"
#include "base/guarded_json.hpp"

namespace edgecse::mec {
namespace {

constexpr std::chrono::seconds kShortestLife{5};
constexpr std::chrono::seconds kAssumedLife{300};

struct Token {
  std::string text;
  std::chrono::seconds life;
};

Result<Token> read_token(const net::HttpResult& result) {
  if (!result) return tl::unexpected<Error>(Error{ErrorKind::Unreachable, 0, "token endpoint: " + result.error().detail});
  if (result->status != 200) {
    return tl::unexpected<Error>(
        Error{ErrorKind::Unauthorized, result->status, fmt::format("the token endpoint answered {}", result->status)});
  }
  const auto body = base::parse_guarded_json(result->body);
  if (!body || !body->is_object() || !body->contains("access_token") || !(*body)["access_token"].is_string()) {
    return tl::unexpected<Error>(Error{ErrorKind::Nonsense, 200, "the token endpoint's answer has no access_token"});
  }
  std::chrono::seconds life = kAssumedLife;
  if (const auto given = body->find("expires_in"); given != body->end() && given->is_number()) {
    life = std::chrono::seconds{static_cast<std::int64_t>(std::clamp(given->get<double>(), 0.0, 1e6))};
  }
  return Token{(*body)["access_token"].get<std::string>(), std::max(life, kShortestLife)};
}

}  // namespace

void TokenSource::get(Callback done) {
  if (options_.token_endpoint.empty()) return done(std::string{});
  if (!token_.empty() && clock_.monotonic_now() < good_until_) return done(token_);
  waiting_.push_back(std::move(done));
  if (!fetching_) fetch();
}

void TokenSource::discard(const std::string& token) {
  if (token == token_) token_.clear();
}

void TokenSource::fetch() {
  fetching_ = true;
  net::HttpCall call;
  call.method = "POST";
  call.url = options_.token_endpoint;
  call.headers.add("Authorization", "Basic " + base::to_base64(options_.client_id + ":" + options_.client_secret));
  call.headers.add("Content-Type", "application/x-www-form-urlencoded");
  call.headers.add("Accept", "application/json");
  call.body = "grant_type=client_credentials";
  client_.send(std::move(call), [this, &executor = executor_, alive = std::weak_ptr<bool>(alive_)](net::HttpResult result) {
    executor.post([this, alive, result = std::move(result)] {
      if (!alive.expired()) accept(result);
    });
  });
}

void TokenSource::accept(const net::HttpResult& result) {
  fetching_ = false;
  const auto token = read_token(result);
  if (token) {
    token_ = token->text;
    good_until_ = clock_.monotonic_now() + std::chrono::microseconds{token->life} * 8 / 10;
  }
  for (auto& callback : std::exchange(waiting_, {})) {
    if (token) callback(token->text);
    else callback(tl::unexpected<Error>(token.error()));
  }
}

}  // namespace edgecse::mec
