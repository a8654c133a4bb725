// SPDX-License-Identifier: Apache-2.0
//
// What stands before the APIs of all hosts: OAuth 2.0 tokens (MEC 009 6.16: client credentials, RFC 6749 4.4, RFC 6750), and
// refusals on demand as an overloaded platform makes them (429 and 503 with Retry-After).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "platform/exchange.hpp"

namespace edgecse::sandbox {

struct TokenRules {
  std::string client_id;  // empty: no tokens are wanted
  std::string client_secret;
  std::chrono::seconds life{60};
  [[nodiscard]] bool wanted() const { return !client_id.empty(); }
};

/// The next `left` requests that fit are refused; an empty host or api fits all.
struct Refusal {
  std::string host;
  std::string api;  // first segment of its base: amsi
  int status = 503;
  std::chrono::seconds retry_after{1};
  std::uint64_t left = 0;
};

/// Only the sandbox's executor touches it.
class Gatekeeper {
 public:
  Gatekeeper(TokenRules rules, base::Clock& clock, base::Random& random)
      : rules_(std::move(rules)), clock_(clock), random_(random) {}

  [[nodiscard]] bool wants_tokens() const { return rules_.wanted(); }
  /// The token endpoint.
  [[nodiscard]] Response issue(const Request& request);
  /// Nothing: the request, whose path begins with the host, may pass.
  [[nodiscard]] std::optional<Response> refuse(const Request& request);

  void add_refusal(Refusal refusal) { refusals_.push_back(std::move(refusal)); }
  void clear_refusals() { refusals_.clear(); }
  /// As if whoever issues tokens had lost them.
  void revoke_tokens() { tokens_.clear(); }
  [[nodiscard]] std::uint64_t issued() const { return issued_; }

 private:
  [[nodiscard]] std::optional<Response> refuse_token(const Request& request);

  const TokenRules rules_;
  base::Clock& clock_;
  base::Random& random_;
  std::map<std::string, base::MonotonicTime> tokens_;  // until when each is good
  std::vector<Refusal> refusals_;
  std::uint64_t issued_ = 0;
};

}  // namespace edgecse::sandbox
