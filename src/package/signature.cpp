// SPDX-License-Identifier: Apache-2.0
#include "package/signature.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>  // before cms.h, which declares its PEM functions only then
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <openssl/cms.h>

#include <memory>

#include "base/freed_by.hpp"
#include "base/hex.hpp"

namespace edgecse::package {
namespace {

using base::FreedBy;
using Bio = std::unique_ptr<BIO, FreedBy<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreedBy<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreedBy<EVP_PKEY_free>>;
using Cms = std::unique_ptr<CMS_ContentInfo, FreedBy<CMS_ContentInfo_free>>;
using Store = std::unique_ptr<X509_STORE, FreedBy<X509_STORE_free>>;

Bio reading(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::string why() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

std::string written(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

constexpr unsigned kDetached = CMS_DETACHED | CMS_BINARY;

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return base::to_hex(digest);
}

Result<std::string> sign(std::string_view content, const std::string& certificate, const std::string& key) {
  const Certificate signer(PEM_read_bio_X509(reading(certificate).get(), nullptr, nullptr, nullptr));
  if (!signer) return refuse("the signer's certificate is no PEM certificate: " + why());
  const Key secret(PEM_read_bio_PrivateKey(reading(key).get(), nullptr, nullptr, nullptr));
  if (!secret) return refuse("the signer's key is no PEM private key: " + why());
  const Cms cms(CMS_sign(signer.get(), secret.get(), nullptr, reading(content).get(), kDetached));
  const Bio out(BIO_new(BIO_s_mem()));
  if (!cms || PEM_write_bio_CMS(out.get(), cms.get()) != 1) return refuse("the manifest cannot be signed: " + why());
  return written(out.get());
}

Result<std::string> verify_signature(std::string_view content, const std::string& signature, const std::string& authorities) {
  const Cms cms(PEM_read_bio_CMS(reading(signature).get(), nullptr, nullptr, nullptr));
  if (!cms) return refuse("the signature is no CMS in PEM: " + why());
  const Store trusted(X509_STORE_new());
  const Bio list = reading(authorities);
  bool any = false;
  while (const Certificate authority{PEM_read_bio_X509(list.get(), nullptr, nullptr, nullptr)}) {
    X509_STORE_add_cert(trusted.get(), authority.get());
    any = true;
  }
  ERR_clear_error();  // the end of the list is an error to OpenSSL
  if (!any) return refuse("the authorities hold no PEM certificate");
  X509_STORE_set_purpose(trusted.get(), X509_PURPOSE_ANY);
  if (CMS_verify(cms.get(), nullptr, trusted.get(), reading(content).get(), nullptr, kDetached) != 1)
    return refuse("the signature does not fit: " + why());
  const std::unique_ptr<STACK_OF(X509), decltype([](STACK_OF(X509) * stack) { sk_X509_free(stack); })> signers(
      CMS_get0_signers(cms.get()));
  const Bio out(BIO_new(BIO_s_mem()));
  if (!signers || sk_X509_num(signers.get()) < 1) return refuse("the signature names no signer");
  X509_NAME_print_ex(out.get(), X509_get_subject_name(sk_X509_value(signers.get(), 0)), 0, XN_FLAG_RFC2253);
  return written(out.get());
}

}  // namespace edgecse::package
