// SPDX-License-Identifier: Apache-2.0
//
// Tokens that carry their permissions and are signed by who issued them: m2m:tokenClaimSet in a JSON Web Signature, for which
// no <token> needs to be here. TS-0003 7.3.2, TS-0004 6.3.5 (m2m:tokenClaimSet).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cse/options.hpp"
#include "cse/resource.hpp"

namespace edgecse::cse {

/// The keys of those who issue tokens. Immutable; any thread.
class TokenKeys {
 public:
  virtual ~TokenKeys() = default;
  /// The claims of a token that one of the keys signed; else a sentence that names no part of the token.
  [[nodiscard]] virtual base::Result<Json, std::string> open(std::string_view token) const = 0;
};

/// The claims that access control looks at.
struct TokenClaims {
  std::string holder, issuer;
  std::vector<std::string> audience;  // CSE-IDs; empty: every CSE
  base::WallTime not_before, not_after;
  Json permissions;                   // m2m:tokenPermissions
};
using TokenClaimsPtr = std::shared_ptr<const TokenClaims>;

/// Opens each token once, whatever comes of it, and keeps the outcome until the token ends or the keys change. Thread-safe.
class SignedTokens {
 public:
  using Judgement = base::Result<TokenClaimsPtr, std::string>;
  static constexpr std::size_t kMostOfOneRequest = 8, kMaximumBytes = 8 * 1024;

  /// From now on these keys alone sign; issuer empty: any.
  void trust(std::shared_ptr<const TokenKeys> keys, std::string issuer);
  /// False: no keys are known, and a token counts only when a <token> here holds it.
  [[nodiscard]] bool trusts_keys() const;
  /// Whether the token counts at this CSE for an originator, by its forms (forms_of_originator), now; else why not.
  [[nodiscard]] Judgement judge(const std::string& token, const CseOptions& options, const std::vector<std::string>& forms,
                                base::WallTime now) const;
  /// Opens them, so that whoever judges them later, on the loop's thread, finds them open.
  void open_all(const std::vector<std::string>& tokens, base::WallTime now) const;

 private:
  static constexpr std::size_t kMostKept = 1024;
  using Outcomes = std::unordered_map<std::string, Judgement>;
  [[nodiscard]] Judgement open(const std::string& token, base::WallTime now) const;
  void keep(const std::string& token, const Judgement& outcome, base::WallTime now) const;

  mutable std::mutex mutex_;
  std::shared_ptr<const TokenKeys> keys_;  // guarded by mutex_
  std::string issuer_;                     // guarded by mutex_
  mutable Outcomes good_, bad_;            // by token; guarded by mutex_; apart, so that bad ones never push good ones out
};

}  // namespace edgecse::cse
