// SPDX-License-Identifier: Apache-2.0
//
// TLS 1.2 and 1.3 settings of both sides. Paths name PEM files.
#pragma once

#include <string>

namespace edgecse::net {

struct TlsServerOptions {
  std::string certificate_file;  // chain, leaf first
  std::string key_file;
  std::string client_ca_file;  // empty: clients are not asked for a certificate
  bool require_client_certificate = false;
};

struct TlsClientOptions {
  std::string ca_file;           // empty: the system's
  std::string certificate_file;  // for mutual TLS, with key_file
  std::string key_file;
  bool verify_peer = true;
};

}  // namespace edgecse::net
