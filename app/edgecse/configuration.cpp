// SPDX-License-Identifier: Apache-2.0
//
// Keys seen together, and what follows from them.
#include "configuration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "key_set_file.hpp"

namespace edgecse::app {
namespace {

using Faults = std::vector<base::ConfigurationFault>;

bool is_loopback(std::string_view listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]") || listen.starts_with("localhost:");
}

void judge_registrar(const base::ConfigurationKeys& keys, Configuration& c, Faults& faults) {
  if (c.registrar.id.empty()) {
    if (!c.registrar.name.empty()) faults.push_back(keys.fault("registrar.name", "is given without registrar.id"));
    if (!c.registrar.points_of_access.empty()) faults.push_back(keys.fault("registrar.poa", "is given without registrar.id"));
    return;
  }
  if (c.registrar.id == c.cse.id) faults.push_back(keys.fault("registrar.id", "is this CSE's own cse.id"));
  if (c.cse.type == cse::CseType::In) faults.push_back(keys.fault("registrar.id", "an IN-CSE has no registrar"));
  if (c.registrar.name.empty()) faults.push_back(keys.fault("registrar.name", "is needed with registrar.id"));
  if (c.registrar.points_of_access.empty()) faults.push_back(keys.fault("registrar.poa", "is needed with registrar.id"));
  c.cse.registrar = c.registrar;
}

void judge_tls(const base::ConfigurationKeys& keys, Configuration& c, Faults& faults) {
  const auto& tls = c.http.tls.server;
  if (tls.certificate_file.empty() != tls.key_file.empty())
    faults.push_back(keys.fault(tls.key_file.empty() ? "http.tls.key_file" : "http.tls.certificate_file",
                                "certificate_file and key_file are given together or not at all"));
  if (!c.http.tls.enabled() && !tls.client_ca_file.empty())
    faults.push_back(keys.fault("http.tls.client_ca_file", "is given without certificate_file"));
  if (tls.require_client_certificate && tls.client_ca_file.empty())
    faults.push_back(keys.fault("http.tls.require_client_certificate", "needs client_ca_file"));
  if (c.http.client.tls.certificate_file.empty() != c.http.client.tls.key_file.empty())
    faults.push_back(keys.fault("http.client.certificate_file", "certificate_file and key_file are given together or not at all"));
  if (c.http.tls.enabled()) c.http.server.tls = tls;
}

void judge_test(const base::ConfigurationKeys& keys, const Configuration& c, Faults& faults) {
  if (!c.test.upper_tester || c.test.force) return;
  if (c.http.tls.enabled()) faults.push_back(keys.fault("test.upper_tester", "is not allowed together with http.tls"));
  if (!is_loopback(c.http.server.listen))
    faults.push_back(keys.fault("test.upper_tester",
                                fmt::format("is not allowed with the public http.listen {}", c.http.server.listen)));
}

void judge_key_sets(const base::ConfigurationKeys& keys, const Configuration& c, Faults& faults) {
  const std::pair<const char*, const std::string&> files[] = {{"cse.tokens.key_set_file", c.signed_tokens.key_set_file},
                                                              {"mec.service.tokens.key_set_file", c.mec.service.tokens.key_set_file}};
  for (const auto& [key, file] : files) {
    if (file.empty()) continue;
    if (const auto parsed = KeySetFile(file).read(); !parsed) faults.push_back(keys.fault(key, parsed.error()));
  }
}

std::string_view name_of(cse::CseType type) {
  switch (type) {
    case cse::CseType::In: return "IN";
    case cse::CseType::Mn: return "MN";
    case cse::CseType::Asn: return "ASN";
  }
  return "";
}

}  // namespace

Faults load(base::ConfigurationKeys& keys, Configuration& c, const base::ConfigurationSources& sources) {
  Faults faults = keys.read(sources);
  judge_registrar(keys, c, faults);
  judge_tls(keys, c, faults);
  judge_test(keys, c, faults);
  for (std::optional<bool>* expected : {&c.expected.verify_urls, &c.expected.accept_incomplete_flex_containers})
    *expected = expected->value_or(c.test.upper_tester);
  c.cse.verify_urls = *c.expected.verify_urls;
  judge_key_sets(keys, c, faults);
  return faults;
}

std::string describe(const Configuration& c) {
  std::string out = fmt::format("would run the {}-CSE {} with CSEBase {} of {}\n", name_of(c.cse.type), c.cse.id, c.cse.name,
                                c.cse.service_provider);
  out += fmt::format("would listen on {} ({}), health and metrics on {}\n", c.http.server.listen,
                     c.http.tls.enabled() ? "HTTPS" : "HTTP", c.admin_listen);
  out += c.store.kind == StoreKind::Memory
             ? "would keep everything in memory: nothing outlives the process\n"
             : fmt::format("would keep its data in {}\n", c.store.rocksdb.path);
  if (c.cse.registrar)
    out += fmt::format("would register at {} ({})\n", c.cse.registrar->id, fmt::join(c.cse.registrar->points_of_access, ", "));
  if (c.mec.enabled) out += fmt::format("would be the MEC application {} at {}\n", c.mec.app_name, c.mec.api_root);
  if (c.mec.enabled && !c.mec.service.tokens.wanted())
    out += "warning: mec.service.tokens is not given: everybody may read what the MEC service shows, and subscribe to it\n";
  if (c.cse.mobility.enabled && !c.cse.mobility.peers.empty())
    out += fmt::format("would let devices move from and to {}\n", fmt::join(c.cse.mobility.peers, ", "));
  if (c.cse.admin_originator == "CAdmin")
    out += "warning: cse.admin_originator is the well-known CAdmin: whoever sends it may do everything\n";
  return out;
}

}  // namespace edgecse::app
