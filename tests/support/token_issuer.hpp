// SPDX-License-Identifier: Apache-2.0
//
// Somebody who issues signed tokens: a fresh key, its JSON Web Key Set, and signatures with it.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

struct evp_pkey_st;

namespace edgecse::test {

class TokenIssuer {
 public:
  enum class Algorithm { Es256, Rs256 };
  explicit TokenIssuer(std::string key_id, Algorithm algorithm = Algorithm::Es256);

  /// {"keys": [...]}
  [[nodiscard]] std::string key_set() const;
  [[nodiscard]] std::string sign(const nlohmann::json& claims) const;
  /// With a header that claims something else than what signs.
  [[nodiscard]] std::string sign_as(const std::string& algorithm, const nlohmann::json& claims) const;

 private:
  std::string id_;
  Algorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

/// m2m:tokenClaimSet that lets the holder do the operations on the resource, for an hour from the beginning of simulated time.
[[nodiscard]] nlohmann::json claims_for(const std::string& holder, const std::string& resource, int operations);

}  // namespace edgecse::test
