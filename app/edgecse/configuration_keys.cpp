// SPDX-License-Identifier: Apache-2.0
//
// One declaration per key.
#include <algorithm>

#include "configuration.hpp"
#include "onem2m/address.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::app {
namespace {

using base::ConfigurationKeys;
using std::string_view;

bool is_cse_id(string_view text) { return onem2m::is_cse_id(text); }
bool is_cse_id_pattern(string_view text) {
  std::string plain(text);
  std::erase(plain, '*');
  return text.starts_with('/') && text.find('/', 1) == string_view::npos && (plain == "/" || onem2m::is_cse_id(plain));
}
bool is_name(string_view text) { return onem2m::is_resource_name(text); }
bool is_service_provider(string_view text) {
  return text.size() > 2 && text.starts_with("//") && onem2m::is_resource_name(text.substr(2));
}
bool is_url(string_view text) {
  for (const string_view scheme : {"http://", "https://"})
    if (text.starts_with(scheme) && text.size() > scheme.size() && text[scheme.size()] != '/')
      return text.find_first_of(" \t\r\n\"<>?#") == string_view::npos;
  return false;
}
bool is_url_or_empty(string_view text) { return text.empty() || is_url(text); }
bool is_callback_or_empty(string_view text) {
  if (text.empty()) return true;
  const std::size_t path = text.find('/', text.find("//") + 2);
  return is_url(text) && path != string_view::npos && path + 1 < text.size();
}
bool is_path(string_view text) { return text.starts_with('/') && text.find_first_of(" ?#") == string_view::npos; }
bool is_not_empty(string_view text) { return !text.empty(); }

// AE-ID-Stems, * for any characters.
bool is_stem_pattern(string_view text) {
  std::string plain(text);
  std::erase(plain, '*');
  return !text.empty() && (plain.empty() || onem2m::is_resource_name(plain));
}
bool is_type_name(string_view text) {
  return std::ranges::any_of(onem2m::all_resource_types(), [&](const auto& rule) { return rule.name == text; });
}

constexpr auto* kUrl = "a URL as http://10.0.0.5:8080";
constexpr auto* kUrlOrEmpty = "a URL as http://10.0.0.5:8080, or \"\"";
constexpr auto* kUrls = "a list of URLs as http://10.0.0.5:8080";
constexpr auto* kPath = "the path of a file";

void declare_cse(ConfigurationKeys& keys, Configuration& c) {
  keys.choice("cse.type", c.cse.type, {{"IN", cse::CseType::In}, {"MN", cse::CseType::Mn}, {"ASN", cse::CseType::Asn}},
              "Kind of CSE: infrastructure node, middle node (a MEC application), application service node.");
  keys.text("cse.id", c.cse.id, "CSE-ID. The resourceID of the CSEBase is the CSE-ID without the slash.", "a CSE-ID as /mn1",
            is_cse_id);
  keys.text("cse.name", c.cse.name,
            "Name of the CSEBase. One name for all MN-CSEs of a system, so that CSE-relative addresses survive a move.",
            "a resource name as cse-mn", is_name);
  keys.text("cse.service_provider", c.cse.service_provider, "M2M-SP-ID.", "an M2M-SP-ID as //mec.example.org",
            is_service_provider);
  keys.text("cse.admin_originator", c.cse.admin_originator,
            "The originator that may do everything to every resource; \"\": nobody may.");
  keys.choice("cse.missing_release_version", c.cse.missing_release_is_1, {{"reject", false}, {"1", true}},
              "Requests without X-M2M-RVI: refuse them, or take them as Release 1.");
  keys.choice("cse.verified_targets", c.expected.verify_urls, {{"auto", std::nullopt}, {"resources", false}, {"all", true}},
              "Notification targets that are asked before a subscription is made: AEs and CSEs, or plain URLs, too. auto: "
              "resources; all with test.upper_tester, since suites that use it expect so.");
  keys.choice("cse.originator_check", c.cse.strict_originator_check,
              {{"trusted_network", false}, {"security_association", true}},
              "Whether who sends a request must be proven by TLS or token (TS-0004 7.3.2.1), or the network is trusted.");
  keys.optional_texts("cse.allowed_registrees", c.cse.allowed_registrees,
                      "CSE-IDs that may register here, * stands for any characters. Not given: none on MN and ASN, all on IN.",
                      "a list of CSE-IDs as /mn2 or /acme*", is_cse_id_pattern);
  keys.texts("cse.allowed_aes", c.cse.access.allowed_aes,
             "AE-ID-Stems that may register here, * stands for any characters.", "a list of stems as C* or Sensor*",
             is_stem_pattern);
  keys.texts("cse.open_types", c.cse.access.open_types,
             "Resource types that every originator may create below the CSEBase.",
             "a list of names as accessControlPolicy", is_type_name);
  keys.boolean("cse.dynamic_authorization", c.cse.access.dynamic_authorization,
               "Ask the authorisation system of a dynamicAuthorizationConsultation before an access is refused.");
  keys.text("cse.tokens.key_set_file", c.signed_tokens.key_set_file,
            "File with the JSON Web Key Set (RS256, ES256) of whoever issues tokens (tkns): a signed token then grants what it says, "
            "without being stored here; \"\": only stored ones do. Read again when it changes.",
            kPath);
  keys.needs_no_restart();
  keys.text("cse.tokens.issuer", c.signed_tokens.issuer, "Issuer (tkis) of signed tokens; \"\": any.", "an AE-ID or CSE-ID, or \"\"");
  keys.boolean("cse.service_subscriptions", c.cse.access.service_subscriptions,
               "AEs register only as the service subscription profile of this CSE's node allows (TS-0004 7.3.2.7).");
  keys.integer("cse.limits.resources", c.cse.resources_per_originator, {0, 100'000'000}, "resources",
               "That one AE may keep here, its <AE> included, instances not; more creates are refused 4141; 0: any number.");
  keys.duration("cse.maximum_expiration", c.cse.maximum_expiration, {1'000, 3'153'600'000'000},
                "Longest life that a resource gets when it asks for more or for none.");
  keys.duration("cse.request_expiration", c.cse.request_expiration, {100, 3'600'000},
                "Life of a request that does not tell its own.");
  keys.text("cse.flex_containers", c.flex_containers,
            "File of further specialisations of flexContainer, in the form of src/onem2m/tables/flex_containers; \"\": none.",
            "a path, or \"\"");
  keys.choice("cse.incomplete_flex_containers", c.expected.accept_incomplete_flex_containers,
              {{"auto", std::nullopt}, {"refuse", false}, {"accept", true}},
              "What to do with a flexContainer whose mandatory custom attributes (TS-0023) are missing. auto: refuse; accept "
              "with test.upper_tester, since suites that use it expect so.");
  keys.duration("cse.request_resource_expiration", c.cse.request_resource_expiration, {1'000, 86'400'000},
                "How long the result of a non-blocking request is kept when the request tells neither rqet nor rp.");
  keys.choice("cse.flex_blocking", c.cse.flex_blocking_waits, {{"blocking", true}, {"non_blocking", false}},
              "Requests with rt 4 (flexBlocking): answered with their result, or with the address of a <request>.");
  keys.text("registrar.id", c.registrar.id, "CSE-ID of the registrar CSE; \"\": this CSE has none.",
            "a CSE-ID as /in, or \"\"", [](string_view text) { return text.empty() || onem2m::is_cse_id(text); });
  keys.text("registrar.name", c.registrar.name, "Name of the registrar's CSEBase.", "a resource name as cse-in, or \"\"",
            [](string_view text) { return text.empty() || onem2m::is_resource_name(text); });
  keys.texts("registrar.poa", c.registrar.points_of_access, "Where the registrar is reached, tried in order.", kUrls, is_url);
}

void declare_http(ConfigurationKeys& keys, Configuration& c) {
  auto& server = c.http.server;
  keys.listen_address("http.listen", server.listen, "Where oneM2M requests and MEC callbacks come in. Port 0: any free one.");
  keys.texts("http.advertise", c.http.advertise,
             "How others reach this CSE: goes into pointOfAccess and the MEC service. Not given: from http.listen.", kUrls,
             is_url);
  keys.text("http.root", c.http.root, "Path in front of every address, for an ingress that shares a host.",
            "a path as / or /onem2m", is_path);
  auto& tls = c.http.tls.server;
  keys.text("http.tls.certificate_file", tls.certificate_file,
            "PEM file of the certificate chain, leaf first; \"\": plain HTTP. Read again when it changes.", kPath);
  keys.needs_no_restart();
  keys.text("http.tls.key_file", tls.key_file, "PEM file of the private key.", kPath);
  keys.needs_no_restart();
  keys.text("http.tls.client_ca_file", tls.client_ca_file,
            "PEM file of the authorities whose client certificates are accepted; \"\": clients are not asked.", kPath);
  keys.boolean("http.tls.require_client_certificate", tls.require_client_certificate,
               "Refuse clients without a certificate.");
  keys.integer("http.threads", server.threads, {1, 256}, "threads", "Threads that read requests.");
  keys.integer("http.maximum_connections", server.maximum_connections, {1, 1'000'000}, "connections",
               "Connections at a time; more are closed at once. Mind the limit of open files.");
  keys.size("http.maximum_body", server.maximum_body_bytes, {1 << 10, 1 << 30}, "Longest body of a request.");
  keys.duration("http.idle_timeout", server.idle_timeout, {1'000, 3'600'000}, "A connection without requests is closed.");
  keys.duration("http.head_timeout", server.head_timeout, {100, 3'600'000}, "A request's header must have arrived by then.");
  keys.duration("http.body_timeout", server.body_timeout, {100, 3'600'000}, "A request's body must have arrived by then.");
  keys.integer("http.limits.requests_per_second", c.http.limits.requests_per_second, {0, 1'000'000}, "requests",
               "What one AE or client of the MEC service may ask in a second, more is answered 429; 0: any number. CSEs are not limited.");
  keys.size("http.limits.bytes_per_second", c.http.limits.bytes_per_second, {0, 1 << 30},
            "Bodies that one AE or client of the MEC service may send in a second; 0: any number.");
  auto& client = c.http.client;
  keys.text("http.client.ca_file", client.tls.ca_file,
            "PEM file of the authorities that servers are checked against; \"\": the system's.", kPath);
  keys.text("http.client.certificate_file", client.tls.certificate_file, "PEM file of our certificate as a client.", kPath);
  keys.text("http.client.key_file", client.tls.key_file, "PEM file of its key.", kPath);
  keys.integer("http.client.connections_per_host", client.maximum_connections_per_host, {1, 1'000}, "connections",
               "Connections to one host at a time.");
  keys.listen_address("admin.listen", c.admin_listen,
                      "Where /livez, /readyz and /metrics are answered; keep it away from strangers.");
  keys.duration("admin.drain_timeout", c.drain_timeout, {0, 600'000},
                "After SIGTERM, requests in flight have this long to be answered.");
}

void declare_store(ConfigurationKeys& keys, Configuration& c) {
  keys.choice("store.kind", c.store.kind, {{"embedded", StoreKind::Embedded}, {"memory", StoreKind::Memory}},
              "embedded: RocksDB in a folder. memory: for tests, forgets everything at the end.");
  keys.text("store.path", c.store.rocksdb.path, "Folder of the store; made when missing. One process at a time.",
            "the path of a folder", is_not_empty);
  keys.text("store.backups", c.store.backups,
            "Folder in which `edgectl store backup` makes its backups, on the same volume as the store or another; \"\": none.",
            "the path of a folder, or \"\"");
  keys.size("store.reserve", c.store.rocksdb.reserve_bytes, {0, 1LL << 50},
            "With less free space than this, creates are refused; reading and deleting go on.");
  keys.size("store.block_cache", c.store.rocksdb.block_cache_bytes, {1 << 20, 1LL << 40}, "Memory for what is read from disk.");
  keys.size("store.instance_memtable", c.store.rocksdb.instance_memtable_bytes, {64 << 10, 1LL << 32},
            "Memory for instances until they are written into sorted files; twice this at most.");
}

void declare_mec_service(ConfigurationKeys& keys, MecServiceSettings& service) {
  keys.choice("mec.service.publish", service.publish_all, {{"labelled", false}, {"all", true}},
              "Which data the MEC service shows: what carries a label mec:publish or mec:service=NAME, or all.");
  keys.text("mec.service.scope", service.scope, "scopeOfLocality of the registry entries.", "a scope as MEC_SYSTEM", is_not_empty);
  keys.choice("mec.service.moved", service.proxy_moved, {{"redirect", false}, {"proxy", true}},
              "What readers of a device get that another host serves: 307 to that host, or its data through this one.");
  keys.text("mec.service.host", service.host, "Name of the MEC host, told with each device; \"\": not told.");
  keys.boolean("mec.service.cells", service.cells,
               "Whether the radio cell of each device is told with it: the platform's radio network information (MEC 012) is then "
               "asked for it, and subscribed to for the devices served here.");
  keys.integer("mec.service.maximum_classes", service.maximum_classes, {0, 1'000}, "",
               "Registry entries at most for data that labels mec:service=NAME give a name of its own.");
  keys.records("mec.service.clients", service.clients, {"client_id", "originator"},
               "Which originator a client of the MEC service acts as: by the client of its token, or a name in its certificate.");
  keys.text("mec.service.client_pattern", service.client_pattern,
            "Originator of clients with a token that mec.service.clients does not name; \"\": they are refused.",
            "an AE-ID with {client_id} in it, or \"\"",
            [](string_view text) { return text.empty() || text.find("{client_id}") != string_view::npos; });
  keys.text("mec.service.originator", service.originator,
            "Originator of the MEC service's requests for data when no token is wanted: access control policies decide what it "
            "shows. \"\": cse.admin_originator.",
            "an AE-ID as CMecData, or \"\"",
            [](string_view text) { return text.empty() || onem2m::is_ae_id_stem(text); });
  TokenSettings& tokens = service.tokens;
  keys.text("mec.service.tokens.key_set_file", tokens.key_set_file,
            "File with the JSON Web Key Set (RS256, ES256) of whoever issues tokens for the MEC service. Read again when it changes.",
            kPath);
  keys.needs_no_restart();
  keys.text("mec.service.tokens.issuer", tokens.issuer, "iss of tokens; \"\": any.");
  keys.text("mec.service.tokens.audience", tokens.audience, "aud of tokens; \"\": any.");
  keys.text("mec.service.tokens.introspection_endpoint", tokens.introspection_endpoint,
            "Where other tokens are checked (RFC 7662); \"\": nowhere.", kUrlOrEmpty, is_url_or_empty);
  keys.text("mec.service.tokens.introspection_client_id", tokens.introspection_client, "Client identifier there; \"\": none is shown.");
  keys.secret_file("mec.service.tokens.introspection_client_secret_file", tokens.introspection_secret, "File with its secret.");
  keys.text("mec.service.tokens.token_endpoint", tokens.token_endpoint,
            "Where clients of the MEC service get tokens, as the registry tells them; \"\": not told.", kUrlOrEmpty, is_url_or_empty);
}

void declare_mec(ConfigurationKeys& keys, Configuration& c) {
  MecSettings& mec = c.mec;
  keys.boolean("mec.enabled", mec.enabled, "Whether this CSE is a MEC application.");
  keys.text("mec.platform.api_root", mec.api_root, "Mp1 of the MEC platform.", kUrl, is_url);
  const std::string from_root = "; \"\": below the api_root.";
  keys.text("mec.platform.apis.app_support", mec.apis.at("app_support"), "Application support API" + from_root, kUrlOrEmpty,
            is_url_or_empty);
  keys.text("mec.platform.apis.service_mgmt", mec.apis.at("service_mgmt"), "Service management API" + from_root, kUrlOrEmpty,
            is_url_or_empty);
  keys.text("mec.platform.apis.ams", mec.apis.at("ams"), "Application mobility service" + from_root, kUrlOrEmpty,
            is_url_or_empty);
  keys.text("mec.platform.apis.location", mec.apis.at("location"), "Location API" + from_root, kUrlOrEmpty, is_url_or_empty);
  keys.text("mec.platform.apis.rni", mec.apis.at("rni"), "Radio network information API" + from_root, kUrlOrEmpty,
            is_url_or_empty);
  keys.text("mec.platform.apis.iot", mec.apis.at("iot"),
            "IoT API, at which this CSE registers as IoT platform where it is offered" + from_root, kUrlOrEmpty, is_url_or_empty);
  keys.texts("mec.peers", mec.peers, "Mp1 roots of further platforms whose mobility service must know this instance.", kUrls,
             is_url);
  keys.text("mec.app_name", mec.app_name, "appName at the platform.", "a name", is_not_empty);
  keys.text("mec.app_instance_id", mec.app_instance_id,
            "appInstanceId that the platform gave this instance; \"\": registers itself (MEC 011 3.x).");
  keys.text("mec.callback", mec.callback,
            "Base URL of the platform's notifications, with a path of its own; \"\": the first advertised address and /mec.",
            "a URL as http://10.0.0.5:8080/mec, or \"\"", is_callback_or_empty);
  keys.texts("mec.required_services", mec.required_services, "Names of MEC services that this instance waits for.");
  keys.text("mec.oauth2.token_endpoint", mec.token_endpoint, "Where access tokens for Mp1 come from; \"\": none are used.",
            kUrlOrEmpty, is_url_or_empty);
  keys.text("mec.oauth2.client_id", mec.client_id, "Client identifier at the token endpoint.");
  keys.secret_file("mec.oauth2.client_secret_file", mec.client_secret, "File with the client secret.");
  declare_mec_service(keys, mec.service);
}

void declare_rest(ConfigurationKeys& keys, Configuration& c) {
  keys.boolean("mobility.enabled", c.cse.mobility.enabled, "Whether devices may move from and to this CSE with their data.");
  keys.boolean("mobility.extensions", c.cse.mobility.extensions,
               "false: only what oneM2M Release 3 defines goes on the wire.");
  keys.duration("mobility.guard_time", c.cse.mobility.guard_time, {1'000, 86'400'000},
                "How long answers and traces of a device that moved are kept; longer than any request lives.");
  keys.texts("mobility.peers", c.cse.mobility.peers, "CSE-IDs from and to which devices may move.",
             "a list of CSE-IDs as /mn2", is_cse_id);
  using base::log::Level;
  keys.choice("log.level", c.log_level,
              {{"trace", Level::Trace}, {"debug", Level::Debug}, {"info", Level::Info}, {"warning", Level::Warning},
               {"error", Level::Error}},
              "Least important lines that are written. trace shows payloads.");
  keys.boolean("test.upper_tester", c.test.upper_tester,
               "Conformance tests only: POST /__ut__ controls this CSE. Refused with TLS or a public http.listen.");
  keys.boolean("test.force", c.test.force, "Allows the upper tester all the same.");
}

}  // namespace

void declare_keys(ConfigurationKeys& keys, Configuration& configuration) {
  declare_cse(keys, configuration);
  declare_http(keys, configuration);
  declare_store(keys, configuration);
  declare_mec(keys, configuration);
  declare_rest(keys, configuration);
}

}  // namespace edgecse::app
