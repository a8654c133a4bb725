// SPDX-License-Identifier: Apache-2.0
//
// Signatures of JSON Web Tokens (RFC 7515, RFC 7519) against a key set (RFC 7517): RS256 and ES256. What the claims mean is
// their reader's business.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace edgecse::net {

/// Const methods may run concurrently. Copies share the keys.
class JsonWebKeySet {
 public:
  /// {"keys": [...]}. Keys of other types, or for encryption, are passed over; fails with a sentence when none is left.
  [[nodiscard]] static base::Result<JsonWebKeySet, std::string> parse(std::string_view text);
  /// The claims of a token that one of the keys signed; else a sentence that names no part of the token.
  [[nodiscard]] base::Result<nlohmann::json, std::string> open(std::string_view token) const;

 private:
  struct Key;
  std::vector<std::shared_ptr<const Key>> keys_;
};

}  // namespace edgecse::net
