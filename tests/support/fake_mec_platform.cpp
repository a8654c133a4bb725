// SPDX-License-Identifier: Apache-2.0
#include "support/fake_mec_platform.hpp"

namespace edgecse::test {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kLatency{5};

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::size_t start = 1;
  while (start < path.size()) {
    const auto slash = std::min(path.find('/', start), path.size());
    parts.push_back(path.substr(start, slash - start));
    start = slash + 1;
  }
  return parts;
}

net::HttpResponse reply(int status, const json& body = nullptr, const std::string& location = "") {
  net::HttpResponse response;
  response.status = status;
  if (!body.is_null()) response.body = body.dump();
  if (!location.empty()) response.headers.add("Location", location);
  return response;
}

net::HttpResponse problem(int status, const std::string& detail) {
  return reply(status, {{"title", "refused"}, {"status", status}, {"detail", detail}});
}

/// GET list, POST, GET one, PUT, DELETE of a plain collection.
net::HttpResponse collection(std::map<std::string, json>& entries, const std::string& method, const std::string& id,
                             json body, const std::string& base, int& last_id, const std::string& id_member,
                             bool location_header) {
  if (id.empty() && method == "POST") {
    const std::string fresh = "id" + std::to_string(++last_id);
    if (!id_member.empty()) body[id_member] = fresh;
    body["_links"] = {{"self", {{"href", base + "/" + fresh}}}};
    entries[fresh] = body;
    return reply(201, body, location_header ? base + "/" + fresh : "");
  }
  const auto found = entries.find(id);
  if (found == entries.end()) return problem(404, "no such resource");
  if (method == "GET") return reply(200, found->second);
  if (method == "DELETE") {
    entries.erase(found);
    return reply(204);
  }
  if (method == "PUT") {
    found->second = body;
    return reply(200, body);
  }
  return problem(405, "not offered");
}

}  // namespace

void FakeMecPlatform::send(net::HttpCall call, net::HttpCallback done) {
  const auto authority_start = call.url.find("://") + 3;
  const auto path_start = call.url.find('/', authority_start);
  const std::string name = call.url.substr(authority_start, path_start - authority_start);
  const auto query_start = call.url.find('?');
  const std::string path = call.url.substr(path_start, query_start == std::string::npos ? query_start : query_start - path_start);
  const std::string query = query_start == std::string::npos ? "" : call.url.substr(query_start + 1);
  seen.push_back({call.method, name, path, call.body.empty() ? json{} : json::parse(call.body, nullptr, false),
                  time_.monotonic_now().time_since_epoch()});
  time_.run_after(kLatency, [this, call = std::move(call), done = std::move(done), name, path, query] {
    if (others) {
      if (auto response = others(call)) return done(std::move(*response));
    }
    if (hosts_[name].down) return done(tl::unexpected(net::Error{net::ErrorKind::Unreachable, "connection refused"}));
    done(answer(call, name, path, query));
  });
}

std::size_t FakeMecPlatform::count(const std::string& method, const std::string& path_part) const {
  return static_cast<std::size_t>(std::count_if(seen.begin(), seen.end(), [&](const Seen& call) {
    return call.method == method && call.path.find(path_part) != std::string::npos;
  }));
}

void FakeMecPlatform::restart(const std::string& name) {
  auto& host = hosts_[name];
  if (host.offers_registration) host.known_instances.clear();
  host.ready.clear();
  host.services.clear();
  host.app_subscriptions.clear();
  host.registrations.clear();
  host.mobility_subscriptions.clear();
}

net::HttpResponse FakeMecPlatform::answer(const net::HttpCall& call, const std::string& host_name, const std::string& path,
                                          const std::string& query) {
  if (host_name == "auth") {
    ++tokens_handed_out;
    return reply(200, {{"access_token", required_token}, {"token_type", "bearer"}, {"expires_in", 60}});
  }
  if (!required_token.empty() && call.headers.find("Authorization") != "Bearer " + required_token) return reply(401);
  auto& host = hosts_[host_name];
  if (host.refuse_with != 0) {
    auto refused = problem(host.refuse_with, "not now");
    if (host.retry_after_s > 0) refused.headers.add("Retry-After", std::to_string(host.retry_after_s));
    return refused;
  }
  if (!host.nonsense.empty()) {
    net::HttpResponse odd;
    odd.body = host.nonsense;
    return odd;
  }
  const auto parts = split(path);
  if (host.only_capif && path.starts_with("/service-apis/v1/")) return problem(400, "api-invoker-id is missing");
  if (host.only_capif && parts[0] == "mec_service_mgmt") return problem(404, "no such API");
  if (parts.size() < 3) return problem(404, "no such API");
  const std::vector<std::string> rest(parts.begin() + 2, parts.end());
  if (parts[0] == "mec_app_support") return app_support(host, call, rest);
  if (parts[0] == "mec_service_mgmt") return service_management(host, call, rest, query);
  if (parts[0] == "amsi") return ams(host, call, rest);
  return problem(404, "no such API");
}

net::HttpResponse FakeMecPlatform::app_support(Host& host, const net::HttpCall& call, const std::vector<std::string>& path) {
  const json body = call.body.empty() ? json::object() : json::parse(call.body);
  if (path[0] == "registrations") {
    if (!host.offers_registration) return problem(404, "no such resource");
    if (call.method == "DELETE") {
      host.known_instances.erase(path.at(1));
      return reply(204);
    }
    const std::string id = "app" + std::to_string(++last_id_);
    host.known_instances.insert(id);
    return reply(201, body, "/mec_app_support/v1/registrations/" + id);
  }
  const std::string& app = path.at(1);
  if (!host.known_instances.contains(app)) return problem(404, "unknown application instance");
  if (path.at(2) == "confirm_ready") {
    host.ready.insert(app);
    return reply(204);
  }
  if (!host.ready.contains(app)) return problem(403, "application instance not ready");
  if (path[2] == "confirm_termination") {
    host.terminated.push_back(body.value("operationAction", ""));
    return reply(204);
  }
  const std::string base = "/mec_app_support/v1/applications/" + app + "/" + path[2];
  if (path[2] == "subscriptions") {
    if (path.size() == 3 && call.method == "GET") {
      json links = json::array();
      for (const auto& [id, entry] : host.app_subscriptions) links.push_back({{"href", base + "/" + id}, {"rel", "x"}});
      return reply(200, {{"_links", {{"self", {{"href", base}}}, {"subscriptions", links}}}});
    }
    return collection(host.app_subscriptions, call.method, path.size() > 3 ? path[3] : "", body, base, last_id_, "", true);
  }
  auto& held = path[2] == "dns_rules" ? host.dns_rules : host.traffic_rules;
  if (held.empty()) return problem(501, "not implemented");
  if (path.size() == 3) {
    json rules = json::array();
    for (const auto& [id, rule] : held) rules.push_back(rule);
    return reply(200, rules);
  }
  const std::string tag = "\"" + std::to_string(host.rule_version) + "\"";
  if (call.method == "PUT" && call.headers.find("If-Match") != tag) return problem(412, "it changed meanwhile");
  auto answered = collection(held, call.method, path[3], body, base, last_id_, "", true);
  answered.headers.add("ETag", tag);
  return answered;
}

net::HttpResponse FakeMecPlatform::service_management(Host& host, const net::HttpCall& call,
                                                      const std::vector<std::string>& path, const std::string& query) {
  const json body = call.body.empty() ? json::object() : json::parse(call.body);
  if (path[0] == "services" && call.method == "GET") {
    json list = json::array();
    for (const auto& [id, entry] : host.services) {
      if (query.empty() || query == "ser_name=" + entry.value("serName", "")) list.push_back(entry);
    }
    return reply(200, list);
  }
  if (path[0] == "liveness") {
    if (!host.services.contains(path.at(1))) return problem(404, "no such service");
    ++host.beats[path[1]];
    host.services[path[1]]["state"] = "ACTIVE";
    return reply(200);
  }
  const std::string& app = path.at(1);
  if (!host.known_instances.contains(app)) return problem(404, "unknown application instance");
  if (!host.ready.contains(app)) return problem(403, "application instance not ready");
  if (path.at(2) == "services") return services(host, call, path);
  if (path.size() == 3 && call.method == "GET") {
    return reply(200, {{"_links", {{"self", {{"href", "x"}}}, {"subscriptions", json::array()}}}});
  }
  return collection(host.app_subscriptions, call.method, path.size() > 3 ? path[3] : "", body,
                    "/mec_service_mgmt/v1/applications/" + app + "/subscriptions", last_id_, "", true);
}

net::HttpResponse FakeMecPlatform::services(Host& host, const net::HttpCall& call, const std::vector<std::string>& path) {
  json body = call.body.empty() ? json::object() : json::parse(call.body);
  const std::string base = "/mec_service_mgmt/v1/applications/" + path[1] + "/services";
  if (path.size() == 3 && call.method == "GET") {
    json list = json::array();
    for (const auto& [id, entry] : host.services) {
      if (entry["_links"]["self"].value("href", "").starts_with(base)) list.push_back(entry);
    }
    return reply(200, list);
  }
  if (path.size() == 3) {
    if (host.refuses_liveness_interval && body.contains("livenessInterval"))
      return problem(400, "livenessInterval: not in this edition");
    if (body.contains("serInstanceId") || body.contains("_links")) return problem(400, "not in a POST");
    auto made = collection(host.services, "POST", "", body, base, last_id_, "serInstanceId", true);
    json& entry = host.services["id" + std::to_string(last_id_)];
    if (host.offers_liveness) {
      if (host.liveness_interval_s > 0) entry["livenessInterval"] = host.liveness_interval_s;
      entry["_links"]["liveness"] = {{"href", "/mec_service_mgmt/v1/liveness/id" + std::to_string(last_id_)}};
    } else {
      entry.erase("livenessInterval");
    }
    made.body = entry.dump();
    return made;
  }
  if (call.method == "PUT" && host.put_changes_only_state && host.services.contains(path[3])) {
    json before = host.services[path[3]], after = body;
    before.erase("state");
    after.erase("state");
    if (before != after) return problem(400, "only the state may change");
  }
  return collection(host.services, call.method, path[3], body, base, last_id_, "serInstanceId", true);
}

net::HttpResponse FakeMecPlatform::ams(Host& host, const net::HttpCall& call, const std::vector<std::string>& path) {
  const json body = call.body.empty() ? json::object() : json::parse(call.body);
  if (path[0] == "app_mobility_services") return ams_registration(host, call, path);
  if (path[0] != "subscriptions") return problem(501, "not implemented");
  if (call.method == "POST") {
    const auto& criteria = body["filterCriteria"];
    if (criteria.contains("mobilityStatus")) {
      const bool integers = criteria["mobilityStatus"].at(0).is_number();
      if (integers != host.integer_enumerations) return problem(400, "mobilityStatus: not in this edition");
    }
    if (!host.known_instances.contains(criteria.value("appInstanceId", ""))) return problem(404, "unknown instance");
  }
  if (call.method == "GET" && path.size() == 1) {
    json links = json::array();
    for (const auto& [id, entry] : host.mobility_subscriptions)
      links.push_back({{"href", "/amsi/v1/subscriptions/" + id}, {"subscriptionType", entry.value("subscriptionType", "")}});
    return reply(200, {{"_links", {{"self", {{"href", "/amsi/v1/subscriptions"}}}, {"subscription", links}}}});
  }
  return collection(host.mobility_subscriptions, call.method, path.size() > 1 ? path[1] : "", body, "/amsi/v1/subscriptions",
                    last_id_, "", host.location_header);
}

net::HttpResponse FakeMecPlatform::ams_registration(Host& host, const net::HttpCall& call,
                                                    const std::vector<std::string>& path) {
  const json body = call.body.empty() ? json::object() : json::parse(call.body);
  if (path.size() == 1 && call.method == "GET") {
    json list = json::array();
    for (const auto& [id, entry] : host.registrations) list.push_back(entry);
    return reply(200, list);
  }
  if (call.method == "POST" && body.contains("appMobilityServiceId")) return problem(400, "appMobilityServiceId in a POST");
  if (call.method == "POST" && host.one_registration_each && !host.registrations.empty())
    return problem(409, "the instance is registered already");
  for (const auto& device : body.value("deviceInformation", json::array())) {
    if (device.at("contextTransferState").is_number() != host.integer_enumerations) {
      return problem(400, "contextTransferState: not in this edition");
    }
  }
  return collection(host.registrations, call.method, path.size() > 1 ? path[1] : "", body, "/amsi/v1/app_mobility_services",
                    last_id_, "appMobilityServiceId", host.location_header);
}

}  // namespace edgecse::test
