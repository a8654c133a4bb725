// SPDX-License-Identifier: Apache-2.0
//
// OAuth 2.0 client credentials (RFC 6749 4.4) as MEC 009 6.16 wants them: fetched when first needed, renewed before it
// expires, thrown away when a platform answers 401.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "mec/error.hpp"
#include "net/http_client.hpp"

namespace edgecse::mec {

struct OAuth2Options {
  std::string token_endpoint;  // empty: no tokens are used
  std::string client_id;
  std::string client_secret;
};

/// Used on the executor's thread only; callbacks come there.
class TokenSource {
 public:
  using Callback = std::function<void(Result<std::string>)>;

  TokenSource(OAuth2Options options, net::HttpClient& client, base::Executor& executor, base::Clock& clock)
      : options_(std::move(options)), client_(client), executor_(executor), clock_(clock) {}

  /// An empty token when none is configured. May call back at once.
  void get(Callback done);
  /// The platform did not take this token.
  void discard(const std::string& token);

 private:
  void fetch();
  void accept(const net::HttpResult& result);

  OAuth2Options options_;
  net::HttpClient& client_;
  base::Executor& executor_;
  base::Clock& clock_;
  std::string token_;
  base::MonotonicTime good_until_{};
  bool fetching_ = false;
  std::vector<Callback> waiting_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::mec
