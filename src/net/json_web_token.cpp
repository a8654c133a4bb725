// SPDX-License-Identifier: Apache-2.0
#include "net/json_web_token.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <optional>

#include "base/base64.hpp"
#include "base/freed_by.hpp"
#include "base/guarded_json.hpp"

namespace edgecse::net {
namespace {

using Json = nlohmann::json;

using base::FreedBy;
using base::text_of;
using KeyPtr = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, FreedBy<BN_free>>;
using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, FreedBy<OSSL_PARAM_BLD_free>>;

constexpr std::size_t kMaximumTokenBytes = 8 * 1024;
constexpr std::size_t kCoordinateBytes = 32;  // of P-256

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::optional<std::string> from_base64url(std::string_view text) {
  std::string standard;
  for (const char c : text) standard += c == '-' ? '+' : c == '_' ? '/' : c;
  standard.append((4 - standard.size() % 4) % 4, '=');
  return base::from_base64(standard);
}

/// A member that holds bytes; empty when it does not.
std::string bytes_at(const Json& key, const char* member) {
  return from_base64url(text_of(key, member)).value_or("");
}

KeyPtr key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, FreedBy<OSSL_PARAM_free>> parameters(OSSL_PARAM_BLD_to_param(builder));
  const std::unique_ptr<EVP_PKEY_CTX, FreedBy<EVP_PKEY_CTX_free>> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool made = parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) == 1;
  return made ? KeyPtr(key) : KeyPtr();
}

KeyPtr rsa_key(const Json& key) {
  const std::string modulus = bytes_at(key, "n"), exponent = bytes_at(key, "e");
  if (modulus.size() < 256 || modulus.size() > 1024 || exponent.empty() || exponent.size() > 8) return {};
  const NumberPtr n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
  const NumberPtr e(BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr));
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  const bool pushed = builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1;
  return pushed ? key_from("RSA", builder.get()) : KeyPtr();
}

KeyPtr elliptic_key(const Json& key) {
  const std::string x = bytes_at(key, "x"), y = bytes_at(key, "y");
  if (text_of(key, "crv") != "P-256" || x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return {};
  const std::string point = '\x04' + x + y;
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  const bool pushed = builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
                      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  return pushed ? key_from("EC", builder.get()) : KeyPtr();
}

/// JWS has the two numbers one after the other, OpenSSL wants them in DER.
std::string to_der(const std::string& signature) {
  if (signature.size() != 2 * kCoordinateBytes) return {};
  const std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>> pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(signature), kCoordinateBytes, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(signature) + kCoordinateBytes, kCoordinateBytes, nullptr);
  if (ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

bool is_signed_by(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text), text.size()) == 1;
}

}  // namespace

struct JsonWebKeySet::Key {
  std::string id, algorithm;
  KeyPtr key;
};

base::Result<JsonWebKeySet, std::string> JsonWebKeySet::parse(std::string_view text) {
  const auto document = base::parse_guarded_json(text);
  if (!document) return tl::unexpected(document.error());
  if (!document->is_object() || !document->contains("keys") || !(*document)["keys"].is_array())
    return tl::unexpected(std::string("a key set is {\"keys\": [...]}"));
  JsonWebKeySet set;
  for (const auto& entry : (*document)["keys"]) {
    if (!entry.is_object() || text_of(entry, "use") == "enc") continue;
    const bool is_rsa = text_of(entry, "kty") == "RSA";
    const std::string algorithm = is_rsa ? "RS256" : "ES256";
    if (const auto told = text_of(entry, "alg"); !told.empty() && told != algorithm) continue;
    KeyPtr key = is_rsa ? rsa_key(entry) : text_of(entry, "kty") == "EC" ? elliptic_key(entry) : KeyPtr();
    if (key) set.keys_.push_back(std::make_shared<const Key>(Key{text_of(entry, "kid"), algorithm, std::move(key)}));
  }
  if (set.keys_.empty()) return tl::unexpected(std::string("no key for RS256 (2048 bits or more) or ES256 in the key set"));
  return set;
}

base::Result<Json, std::string> JsonWebKeySet::open(std::string_view token) const {
  const auto wrong = [](const char* why) { return tl::unexpected(std::string(why)); };
  const auto first = token.find('.'), second = token.find('.', first + 1);
  if (token.size() > kMaximumTokenBytes || first == std::string_view::npos || second == std::string_view::npos ||
      token.find('.', second + 1) != std::string_view::npos)
    return wrong("the token is no signed JSON Web Token");
  const auto head_text = from_base64url(token.substr(0, first)), body_text = from_base64url(token.substr(first + 1, second - first - 1));
  const auto signature = from_base64url(token.substr(second + 1));
  if (!head_text || !body_text || !signature) return wrong("the token is not written in base64url");
  const auto head = base::parse_guarded_json(*head_text), claims = base::parse_guarded_json(*body_text);
  if (!head || !claims || !head->is_object() || !claims->is_object()) return wrong("the token does not hold JSON objects");
  if (head->contains("crit")) return wrong("the token asks for extensions that are not known here");
  const std::string algorithm = text_of(*head, "alg"), id = text_of(*head, "kid");
  if (algorithm != "RS256" && algorithm != "ES256") return wrong("the token is signed neither with RS256 nor with ES256");
  const std::string form = algorithm == "ES256" ? to_der(*signature) : *signature;
  for (const auto& key : keys_) {
    if (key->algorithm != algorithm || (!id.empty() && !key->id.empty() && key->id != id)) continue;
    if (is_signed_by(key->key.get(), token.substr(0, second), form)) return *claims;
  }
  return wrong("no key of the key set has signed the token");
}

}  // namespace edgecse::net
