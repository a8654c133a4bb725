// SPDX-License-Identifier: Apache-2.0
#include "cse/access/signed_tokens.hpp"

#include <algorithm>

#include "cse/access/originator.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

constexpr int kToken = 32;  // <token> has the claims as attributes, of the same types

tl::unexpected<std::string> wrong(std::string why) { return tl::unexpected(std::move(why)); }

bool is_one_of(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

// m2m:tokenClaimSet stands bare in the token, or in its member name as other representations do.
const Json& claim_set_of(const Json& payload) {
  const bool named = payload.size() == 1 && payload.begin().key().starts_with("m2m:") && payload.begin()->is_object();
  return named ? *payload.begin() : payload;
}

base::Result<void, std::string> check_claims(const Json& claims) {
  for (const char* name : {"vr", "tkid", "tkhd", "tkis", "tknb", "tkna"})
    if (!claims.contains(name)) return wrong(std::string("it lacks the claim ") + name);
  for (const auto& attribute : onem2m::find_resource_type(kToken)->attributes) {
    const bool is_claim = attribute.short_name == "vr" || attribute.short_name.starts_with("tk");
    const auto claim = is_claim ? claims.find(attribute.short_name) : claims.end();
    if (claim == claims.end()) continue;
    if (const auto fits = onem2m::check_value(attribute, *claim); !fits) return wrong("of its claims, " + fits.error().detail);
  }
  return {};
}

base::Result<TokenClaimsPtr, std::string> read_claims(const Json& payload) {
  if (!payload.is_object()) return wrong("it holds no claims");
  const Json& claims = claim_set_of(payload);
  if (auto fits = check_claims(claims); !fits) return wrong(std::move(fits.error()));
  const auto not_before = onem2m::parse_timestamp(claims["tknb"].get_ref<const std::string&>());
  const auto not_after = onem2m::parse_timestamp(claims["tkna"].get_ref<const std::string&>());
  if (!not_before || !not_after) return wrong("tknb and tkna are no timestamps");
  TokenClaims read{claims["tkhd"].get<std::string>(), claims["tkis"].get<std::string>(), {}, *not_before, *not_after, {}};
  if (const auto audience = claims.find("tkau"); audience != claims.end()) audience->get_to(read.audience);
  if (const auto permissions = claims.find("tkps"); permissions != claims.end()) read.permissions = *permissions;
  return std::make_shared<const TokenClaims>(std::move(read));
}

bool is_meant_for(const CseOptions& options, const std::vector<std::string>& audience) {
  return audience.empty() || is_one_of(audience, options.id) || is_one_of(audience, options.service_provider + options.id);
}

}  // namespace

void SignedTokens::trust(std::shared_ptr<const TokenKeys> keys, std::string issuer) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  issuer_ = std::move(issuer);
  good_.clear();
  bad_.clear();
}

bool SignedTokens::trusts_keys() const {
  const std::lock_guard lock(mutex_);
  return keys_ != nullptr;
}

SignedTokens::Judgement SignedTokens::judge(const std::string& token, const CseOptions& options,
                                            const std::vector<std::string>& forms, base::WallTime now) const {
  Judgement opened = open(token, now);
  if (!opened) return opened;
  const TokenClaims& claims = **opened;
  if (now < claims.not_before) return wrong("it does not count yet (tknb)");
  if (now >= claims.not_after) return wrong("it has expired (tkna)");
  if (!is_one_of(forms, claims.holder)) return wrong("its holder (tkhd) is not the Originator");
  if (!is_meant_for(options, claims.audience)) return wrong("it is meant for other CSEs (tkau)");
  const std::string issuer = [this] {
    const std::lock_guard lock(mutex_);
    return issuer_;
  }();
  if (!issuer.empty() && !is_one_of(forms_of_originator(options, claims.issuer), local_originator(options, issuer)))
    return wrong("its issuer (tkis) is not the one that is believed here");
  return opened;
}

void SignedTokens::open_all(const std::vector<std::string>& tokens, base::WallTime now) const {
  for (std::size_t i = 0; i < std::min(tokens.size(), kMostOfOneRequest); ++i) static_cast<void>(open(tokens[i], now));
}

SignedTokens::Judgement SignedTokens::open(const std::string& token, base::WallTime now) const {
  if (token.size() > kMaximumBytes) return wrong("it is longer than 8 KiB");
  std::shared_ptr<const TokenKeys> keys;
  {
    const std::lock_guard lock(mutex_);
    if (!keys_) return wrong("no keys of issuers are known here");
    for (const Outcomes* kept : {&good_, &bad_})
      if (const auto found = kept->find(token); found != kept->end()) return found->second;
    keys = keys_;
  }
  const auto payload = keys->open(token);
  const Judgement outcome = payload ? read_claims(*payload) : Judgement(wrong(payload.error()));
  const std::lock_guard lock(mutex_);
  if (keys == keys_) keep(token, outcome, now);  // not what old keys said, after they were replaced
  return outcome;
}

void SignedTokens::keep(const std::string& token, const Judgement& outcome, base::WallTime now) const {
  Outcomes& kept = outcome ? good_ : bad_;
  if (kept.size() >= kMostKept) std::erase_if(kept, [&](const auto& entry) { return !entry.second || (*entry.second)->not_after <= now; });
  if (kept.size() >= kMostKept) kept.clear();
  kept.emplace(token, outcome);
}

}  // namespace edgecse::cse
