// SPDX-License-Identifier: Apache-2.0
//
// Has the CSE trust the keys of cse.tokens.key_set_file, and those that the file has later.
#pragma once

#include "base/executor.hpp"
#include "configuration.hpp"
#include "cse/access/signed_tokens.hpp"
#include "key_set_file.hpp"

namespace edgecse::app {

/// Made before requests come in; then used and destroyed on the executor's thread, or after it stopped.
class TokenWatch {
 public:
  TokenWatch(base::Executor& executor, cse::SignedTokens& tokens, const SignedTokenSettings& settings);
  ~TokenWatch();
  TokenWatch(const TokenWatch&) = delete;
  TokenWatch& operator=(const TokenWatch&) = delete;

 private:
  void trust(net::JsonWebKeySet keys);
  void look_later();

  base::Executor& executor_;
  cse::SignedTokens& tokens_;
  std::string issuer_;
  KeySetFile file_;
  base::TimerId timer_ = 0;
};

}  // namespace edgecse::app
