// SPDX-License-Identifier: Apache-2.0
#include "net/tls_session.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

namespace edgecse::net {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
  void operator()(SSL* session) const { SSL_free(session); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

std::string last_error() {
  std::array<char, 256> text{};
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

tl::unexpected<Error> cannot_use(std::string_view what, const std::string& file) {
  return tl::unexpected(
      Error{ErrorKind::Configuration, fmt::format("The {} \"{}\" cannot be used: {}.", what, file, last_error())});
}

base::Result<void, Error> use_certificate(SSL_CTX* context, const std::string& certificate_file,
                                          const std::string& key_file) {
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return cannot_use("certificate file", certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return cannot_use("key file", key_file);
  if (SSL_CTX_check_private_key(context) != 1) return cannot_use("key file", key_file);
  return {};
}

void append_pending(BIO* bio, std::string& out) {
  const auto pending = BIO_ctrl_pending(bio);
  if (pending == 0) return;
  const auto start = out.size();
  out.resize(start + pending);
  const int got = BIO_read(bio, out.data() + start, static_cast<int>(pending));
  out.resize(start + static_cast<std::size_t>(std::max(got, 0)));
}

std::string text_of(const ASN1_STRING* value) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
          static_cast<std::size_t>(ASN1_STRING_length(value))};
}

void add_alternative_names(const X509* certificate, int kind, std::vector<std::string>& names) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == kind) names.push_back(text_of(name->d.ia5));
  }
}

void add_common_name(const X509* certificate, std::vector<std::string>& names) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return;
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (length >= 0) names.emplace_back(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(length));
  OPENSSL_free(utf8);
}

class OpenSslSession final : public TlsSession {
 public:
  explicit OpenSslSession(SSL_CTX* context)
      : session_(SSL_new(context)), received_(BIO_new(BIO_s_mem())), sent_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(session_.get(), received_, sent_);  // which owns them now
    SSL_set_accept_state(session_.get());
  }

  bool decrypt(std::string_view received, std::string& plain, std::string& wire) override {
    ERR_clear_error();
    BIO_write(received_, received.data(), static_cast<int>(received.size()));
    bool valid = true;
    if (!established()) {
      const int result = SSL_do_handshake(session_.get());
      valid = result == 1 || SSL_get_error(session_.get(), result) == SSL_ERROR_WANT_READ;
    }
    while (valid && established()) {
      std::array<char, 16 * 1024> piece;
      const int count = SSL_read(session_.get(), piece.data(), static_cast<int>(piece.size()));
      if (count > 0) {
        plain.append(piece.data(), static_cast<std::size_t>(count));
        continue;
      }
      const int reason = SSL_get_error(session_.get(), count);
      valid = reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_ZERO_RETURN;
      break;
    }
    append_pending(sent_, wire);
    ERR_clear_error();
    return valid;
  }

  bool encrypt(std::string_view plain, std::string& wire) override {
    ERR_clear_error();
    if (SSL_write(session_.get(), plain.data(), static_cast<int>(plain.size())) != static_cast<int>(plain.size()))
      return false;
    append_pending(sent_, wire);
    return true;
  }

  void close(std::string& wire) override {
    if (established()) SSL_shutdown(session_.get());
    append_pending(sent_, wire);
    ERR_clear_error();
  }

  [[nodiscard]] bool established() const override { return SSL_is_init_finished(session_.get()) == 1; }

  [[nodiscard]] std::vector<std::string> peer_names() const override {
    std::vector<std::string> names;
    const std::unique_ptr<X509, FreeCertificate> certificate(SSL_get1_peer_certificate(session_.get()));
    if (!certificate || SSL_get_verify_result(session_.get()) != X509_V_OK) return names;
    add_alternative_names(certificate.get(), GEN_URI, names);
    add_alternative_names(certificate.get(), GEN_DNS, names);
    add_common_name(certificate.get(), names);
    return names;
  }

 private:
  std::unique_ptr<SSL, FreeSession> session_;
  BIO* received_;  // owned by session_, as is sent_
  BIO* sent_;
};

class OpenSslServerContext final : public TlsServerContext {
 public:
  explicit OpenSslServerContext(Context context) : context_(std::move(context)) {}
  [[nodiscard]] std::unique_ptr<TlsSession> accept() const override {
    return std::make_unique<OpenSslSession>(context_.get());
  }

 private:
  Context context_;
};

}  // namespace

base::Result<std::shared_ptr<const TlsServerContext>, Error> load_tls_server(const TlsServerOptions& options) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);  // ten thousand idle peers
  // A resumed session would keep the rights of a certificate that is no longer trusted.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  if (auto used = use_certificate(context.get(), options.certificate_file, options.key_file); !used) {
    return tl::unexpected(std::move(used.error()));
  }
  if (options.client_ca_file.empty()) {
    if (options.require_client_certificate) {
      return tl::unexpected(
          Error{ErrorKind::Configuration, "Client certificates are required, but no client CA file is given."});
    }
  } else {
    if (SSL_CTX_load_verify_locations(context.get(), options.client_ca_file.c_str(), nullptr) != 1) {
      return cannot_use("client CA file", options.client_ca_file);
    }
    SSL_CTX_set_client_CA_list(context.get(), SSL_load_client_CA_file(options.client_ca_file.c_str()));
    SSL_CTX_set_verify(context.get(),
                       SSL_VERIFY_PEER | (options.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       nullptr);
  }
  return std::make_shared<const OpenSslServerContext>(std::move(context));
}

base::Result<void, Error> check_tls_client(const TlsClientOptions& options) {
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (!options.ca_file.empty() && SSL_CTX_load_verify_locations(context.get(), options.ca_file.c_str(), nullptr) != 1) {
    return cannot_use("CA file", options.ca_file);
  }
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return tl::unexpected(
        Error{ErrorKind::Configuration, "A client certificate needs both a certificate file and a key file."});
  }
  if (options.certificate_file.empty()) return {};
  return use_certificate(context.get(), options.certificate_file, options.key_file);
}

}  // namespace edgecse::net
