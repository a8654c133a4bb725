// SPDX-License-Identifier: Apache-2.0
#include "support/token_issuer.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <vector>

#include "base/base64.hpp"
#include "base/freed_by.hpp"

namespace edgecse::test {
namespace {

using Json = nlohmann::json;
using base::FreedBy;

constexpr int kCoordinateBytes = 32;  // of P-256

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

std::string base64url(std::string_view bytes) {
  std::string text = base::to_base64(bytes);
  std::erase(text, '=');
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string bytes_of(const BIGNUM* number, int size) {
  std::string bytes(static_cast<std::size_t>(size), '\0');
  must(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size) == size, "a number is too long");
  return bytes;
}

std::string parameter(EVP_PKEY* key, const char* name, int size) {
  BIGNUM* number = nullptr;
  must(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
  const std::unique_ptr<BIGNUM, FreedBy<BN_free>> owner(number);
  return base64url(bytes_of(number, size));
}

/// JWS has the two numbers one after the other, OpenSSL gives them in DER.
std::string from_der(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, FreedBy<ECDSA_SIG_free>> pair(d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())));
  must(pair != nullptr, "d2i_ECDSA_SIG");
  return bytes_of(ECDSA_SIG_get0_r(pair.get()), kCoordinateBytes) + bytes_of(ECDSA_SIG_get0_s(pair.get()), kCoordinateBytes);
}

std::string signature_of(EVP_PKEY* key, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, FreedBy<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  must(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1, "EVP_DigestSignInit");
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  must(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1, "EVP_DigestSign");
  std::string signature(size, '\0');
  must(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, text.size()) == 1, "EVP_DigestSign");
  signature.resize(size);
  return signature;
}

}  // namespace

TokenIssuer::TokenIssuer(std::string key_id, Algorithm algorithm)
    : id_(std::move(key_id)),
      algorithm_(algorithm),
      key_(algorithm == Algorithm::Es256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048), EVP_PKEY_free) {
  must(key_ != nullptr, "no key");
}

std::string TokenIssuer::key_set() const {
  Json key{{"kid", id_}, {"use", "sig"}};
  if (algorithm_ == Algorithm::Es256) {
    key.update({{"kty", "EC"},
                {"crv", "P-256"},
                {"x", parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, kCoordinateBytes)},
                {"y", parameter(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, kCoordinateBytes)}});
  } else {
    key.update({{"kty", "RSA"}, {"n", parameter(key_.get(), OSSL_PKEY_PARAM_RSA_N, 256)}, {"e", parameter(key_.get(), OSSL_PKEY_PARAM_RSA_E, 3)}});
  }
  Json keys = Json::array();
  keys.push_back(std::move(key));
  return Json{{"keys", std::move(keys)}}.dump();
}

std::string TokenIssuer::sign(const Json& claims) const { return sign_as(algorithm_ == Algorithm::Es256 ? "ES256" : "RS256", claims); }

std::string TokenIssuer::sign_as(const std::string& algorithm, const Json& claims) const {
  const Json header{{"alg", algorithm}, {"kid", id_}};
  const std::string text = base64url(header.dump()) + '.' + base64url(claims.dump());
  const std::string signature = signature_of(key_.get(), text);
  return text + '.' + base64url(algorithm_ == Algorithm::Es256 ? from_der(signature) : signature);
}

Json claims_for(const std::string& holder, const std::string& resource, int operations) {
  Json rule{{"acor", {"all"}}, {"acop", operations}};
  Json permission{{"ris", {resource}}, {"pv", {{"acr", Json::array({std::move(rule)})}}}};
  return {{"vr", "1.0"},
          {"tkid", "token-1"},
          {"tkhd", holder},
          {"tkis", "//issuer.example.org/in"},
          {"tknb", "20231114T221320"},
          {"tkna", "20231114T231320"},
          {"tkps", {{"pm", Json::array({std::move(permission)})}}}};
}

}  // namespace edgecse::test
