// SPDX-License-Identifier: Apache-2.0
//
// Everything that edgecse can be told, with its defaults. Keys and their meaning: edgecse --print-config.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/configuration.hpp"
#include "base/log.hpp"
#include "cse/options.hpp"
#include "net/http_client.hpp"
#include "net/http_server.hpp"
#include "net/rate_limits.hpp"
#include "store/open_rocksdb.hpp"

namespace edgecse::app {

enum class StoreKind { Embedded, Memory };

struct StoreSettings {
  StoreKind kind = StoreKind::Embedded;
  store::RocksDbOptions rocksdb{.path = "/var/lib/edgecse/store"};
  std::string backups;  // folder; empty: none are made
};

struct TlsSettings {
  net::TlsServerOptions server;
  [[nodiscard]] bool enabled() const { return !server.certificate_file.empty(); }
};

struct HttpSettings {
  net::HttpServerOptions server{.listen = "0.0.0.0:8080"};
  std::vector<std::string> advertise;  // empty: derived from the listening address
  std::string root = "/";
  TlsSettings tls;
  net::RateLimitsOptions limits;
  net::HttpClientOptions client;
};

struct TokenSettings {
  std::string key_set_file;            // JSON Web Key Set; empty: no JWT is checked here
  std::string issuer, audience;
  std::string introspection_endpoint, introspection_client, introspection_secret;
  std::string token_endpoint;          // what the registry tells
  [[nodiscard]] bool wanted() const { return !key_set_file.empty() || !introspection_endpoint.empty(); }
};

/// Of tokens in oneM2M requests (tkns).
struct SignedTokenSettings {
  std::string key_set_file;  // JSON Web Key Set; empty: a token counts only when it is stored
  std::string issuer;        // empty: any
};

struct MecServiceSettings {
  bool publish_all = false;
  bool proxy_moved = false;
  bool cells = false;
  std::string host;
  std::size_t maximum_classes = 32;
  std::string client_pattern = "Cmec-{client_id}";
  TokenSettings tokens;
  std::string scope = "MEC_SYSTEM";
  std::vector<base::ConfigurationKeys::Record> clients;  // client_id, originator
  std::string originator;                                // empty: cse.admin_originator
};

struct MecSettings {
  bool enabled = true;
  std::string api_root = "http://127.0.0.1:8090/mep1";
  std::map<std::string, std::string> apis{{"app_support", ""}, {"service_mgmt", ""}, {"ams", ""}, {"location", ""}, {"rni", ""}, {"iot", ""}};
  std::vector<std::string> peers;
  std::string app_name = "edgecse";
  std::string app_instance_id;
  std::string callback;  // empty: the first advertised address and /mec
  std::vector<std::string> required_services;
  std::string token_endpoint;
  std::string client_id;
  std::string client_secret;
  MecServiceSettings service;
};

struct TestSettings {
  bool upper_tester = false;
  bool force = false;
};

/// Where suites that use the upper tester expect something else than the standard says; nullopt: as test.upper_tester is.
struct TesterExpectations {
  std::optional<bool> verify_urls, accept_incomplete_flex_containers;
};

struct Configuration {
  cse::CseOptions cse;
  SignedTokenSettings signed_tokens;
  std::string flex_containers;      // file of further specialisations; empty: none
  TesterExpectations expected;
  cse::RegistrarOptions registrar;  // counts when its id is given; then it is in cse.registrar after loading
  HttpSettings http;
  std::string admin_listen = "127.0.0.1:9464";
  StoreSettings store;
  MecSettings mec;
  TestSettings test;
  base::log::Level log_level = base::log::Level::Info;
  std::chrono::milliseconds drain_timeout{20'000};
};

/// Binds every key to its place in the configuration, which must outlive the keys.
void declare_keys(base::ConfigurationKeys& keys, Configuration& configuration);

/// Reads and judges keys together; sets what follows from others. Empty: the configuration can be used.
[[nodiscard]] std::vector<base::ConfigurationFault> load(base::ConfigurationKeys& keys, Configuration& configuration,
                                                         const base::ConfigurationSources& sources);

/// What the process would do, in sentences, for --check.
[[nodiscard]] std::string describe(const Configuration& configuration);

}  // namespace edgecse::app
