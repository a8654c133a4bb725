// SPDX-License-Identifier: Apache-2.0
#include "platform/service_management.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

constexpr unsigned kHeartbeatSeconds = 10;  // where the producer leaves the choice to the platform
constexpr const char* kTransportId = "sandboxTransport";

std::optional<Problem> fault_of_filter(const Request& request) {
  if (auto known = only_queries(request, {"ser_instance_id", "ser_name", "ser_category_id", "scope_of_locality",
                                          "consumed_local_only", "is_local"});
      !known)
    return known.error();
  int exclusive = 0;
  for (const char* name : {"ser_instance_id", "ser_name", "ser_category_id"})
    if (!request.values(name).empty()) ++exclusive;
  if (exclusive > 1) return Problem{400, "ser_instance_id, ser_name and ser_category_id exclude each other"};
  if (request.values("ser_category_id").size() > 1) return Problem{400, "ser_category_id: expected one value"};
  for (const char* name : {"consumed_local_only", "is_local"})
    for (const auto& value : request.values(name))
      if (value != "true" && value != "false") return Problem{400, fmt::format("{}: expected true or false", name)};
  return std::nullopt;
}

bool one_fits(const std::vector<std::string>& wanted, const std::string& found) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), found) != wanted.end();
}

bool fits_filter(const Request& request, const json& info) {
  const auto flag = [&](const char* query, const char* member) {
    return one_fits(request.values(query), info.at(member).get<bool>() ? "true" : "false");
  };
  const auto category = info.contains("serCategory") ? info.at("serCategory").at("id").get<std::string>() : "";
  return one_fits(request.values("ser_instance_id"), info.at("serInstanceId")) &&
         one_fits(request.values("ser_name"), info.at("serName")) &&
         one_fits(request.values("ser_category_id"), category) &&
         one_fits(request.values("scope_of_locality"), info.at("scopeOfLocality")) &&
         flag("consumed_local_only", "consumedLocalOnly") && flag("is_local", "isLocal");
}

}  // namespace

Reply ServiceManagement::handle(const Request& request) {
  if (request.is("GET", {"transports"})) return json_response(200, json::array({transport()}));
  if (request.is("GET", {"services"})) return list(request, "");
  if (request.is("GET", {"services", "*"})) {
    const auto* service = services_.find(request.path[1]);
    const auto info = service ? services_.seen_from(host_.name, *service) : std::nullopt;
    if (!info) return refuse(404, fmt::format("no service {} is visible at {}", request.path[1], host_.name));
    return json_response(200, *info);
  }
  if (request.at({"liveness", "*"})) return liveness(request);
  if (request.path.size() < 3 || request.path[0] != "applications")
    return nothing_here(request,
                        request.at({"transports"}) || request.at({"services"}) || request.at({"services", "*"}));
  auto application = applications_.ready_at(host_.name, request.path[1]);
  if (!application) return tl::unexpected{application.error()};
  if (request.path[2] == "services") return application_services(request, **application);
  if (request.path[2] == "subscriptions") return subscriptions(request, **application);
  return nothing_here(request, false);
}

Reply ServiceManagement::list(const Request& request, const std::string& application) {
  if (const auto fault = fault_of_filter(request)) return tl::unexpected{*fault};
  auto result = json::array();
  for (const auto& [id, service] : services_.all()) {
    if (!application.empty() && service.application != application) continue;
    const auto info = services_.seen_from(host_.name, service);
    if (info && fits_filter(request, *info)) result.push_back(*info);
  }
  return json_response(200, result);
}

Reply ServiceManagement::application_services(const Request& request, Application& application) {
  if (request.path.size() == 3) {
    if (request.method == "GET") return list(request, application.id);
    if (request.method == "POST") return create(request, application);
    return nothing_here(request, true);
  }
  if (request.path.size() != 4) return nothing_here(request, false);
  auto* service = services_.find(request.path[3]);
  if (!service || service->application != application.id)
    return refuse(404, fmt::format("this instance has no service {}", request.path[3]));
  if (request.method == "PUT") return update(request, *service, application);
  if (request.method == "DELETE") {
    services_.erase(std::string{service->id});
    return no_content();
  }
  if (request.method != "GET") return nothing_here(request, true);
  auto response = json_response(200, service->info);
  response.headers.add("ETag", entity_tag(service->info));
  return response;
}

Reply ServiceManagement::create(const Request& request, Application& application) {
  auto info = body_of(request, service_info(host_.edition, ServiceInfoUse::Create));
  if (!info) return tl::unexpected{info.error()};
  if (info->contains("transportId") && info->at("transportId") != kTransportId)
    return refuse(400, fmt::format("transportId: this platform offers {} only", kTransportId));
  const auto id = make_uuid(outside_.random);
  complete(*info, id, application.id);
  const auto& service = services_.add({id, application.id, host_.name, *info, 0, {}});
  if (application.comm_interface.is_null())
    application.comm_interface = comm_interface_of(info->at("transportInfo").at("endpoint"));
  return json_response(201, service.info, service.info.at("_links").at("self").at("href"));
}

Reply ServiceManagement::update(const Request& request, Service& service, Application& application) {
  auto info = body_of(request, service_info(host_.edition, ServiceInfoUse::Update));
  if (!info) return tl::unexpected{info.error()};
  if (auto match = check_if_match(request, service.info); !match) return tl::unexpected{match.error()};
  if (info->value("serInstanceId", service.id) != service.id)
    return refuse(400, "serInstanceId: differs from the one in the path");
  if (!info->contains("transportId") && !info->contains("transportInfo"))
    (*info)["transportInfo"] = service.info.at("transportInfo");
  complete(*info, service.id, application.id);
  services_.update(service, *info);
  return json_response(200, service.info);
}

void ServiceManagement::complete(json& info, const std::string& id, const std::string& application) const {
  info["serInstanceId"] = id;
  if (!info.contains("scopeOfLocality")) info["scopeOfLocality"] = "MEC_HOST";
  if (!info.contains("consumedLocalOnly")) info["consumedLocalOnly"] = true;
  info["isLocal"] = true;
  if (info.contains("transportId")) {
    info.erase("transportId");
    info["transportInfo"] = transport();
  }
  info["_links"] = {{"self", {{"href", fmt::format("{}/applications/{}/services/{}", base(), application, id)}}}};
  if (!info.contains("livenessInterval")) return;
  if (info.at("livenessInterval") == 0) info["livenessInterval"] = kHeartbeatSeconds;
  info["_links"]["liveness"] = {{"href", fmt::format("{}/liveness/{}", base(), id)}};
}

Reply ServiceManagement::liveness(const Request& request) {
  auto* service = services_.find(request.path[1]);
  if (!service || service->host != host_.name || !service->info.contains("livenessInterval"))
    return refuse(404, "no service sends heartbeats here");
  if (request.method == "PATCH") {
    if (auto body = body_of(request, liveness_update()); !body) return tl::unexpected{body.error()};
    services_.beat(*service);
  } else if (request.method != "GET") {
    return nothing_here(request, true);
  }
  return json_response(200, {{"state", service->info.at("state")},
                             {"timeStamp", service->last_beat},
                             {"interval", service->info.at("livenessInterval")}});
}

Reply ServiceManagement::subscribe(const Request& request, const Application& application) {
  auto body = body_of(request, availability_subscription(host_.edition));
  if (!body) return tl::unexpected{body.error()};
  AvailabilitySubscription subscription{"sub-" + outside_.random.hex(6), application.id, host_.name, *body};
  const auto self = services_.subscription_href(subscription);
  subscription.body["_links"] = {{"self", {{"href", self}}}};
  auto answer = json_response(201, subscription.body, self);
  services_.subscriptions().emplace(subscription.id, std::move(subscription));
  return answer;
}

Reply ServiceManagement::subscriptions(const Request& request, const Application& application) {
  auto& all = services_.subscriptions();
  if (request.path.size() == 3) {
    if (request.method == "POST") return subscribe(request, application);
    if (request.method != "GET") return nothing_here(request, true);
    auto links = json::array();
    for (const auto& [id, subscription] : all)
      if (subscription.application == application.id)
        links.push_back({{"href", services_.subscription_href(subscription)},
                         {"subscriptionType", "SerAvailabilityNotificationSubscription"}});
    const auto self = fmt::format("{}/applications/{}/subscriptions", base(), application.id);
    return json_response(200, {{"_links", {{"self", {{"href", self}}}, {"subscriptions", std::move(links)}}}});
  }
  if (request.path.size() != 4) return nothing_here(request, false);
  const auto found = all.find(request.path[3]);
  if (found == all.end() || found->second.application != application.id)
    return refuse(404, fmt::format("no subscription {} exists", request.path[3]));
  if (request.method == "GET") return json_response(200, found->second.body);
  if (request.method != "DELETE") return nothing_here(request, true);
  notifier_.forget(services_.subscription_href(found->second));
  all.erase(found);
  return no_content();
}

json ServiceManagement::transport() const {
  json security = json::object();
  if (!outside_.token_endpoint.empty())
    security["oAuth2Info"] = {{"grantTypes", {"OAUTH2_CLIENT_CREDENTIALS"}}, {"tokenEndpoint", outside_.token_endpoint}};
  return {{"id", kTransportId},
          {"name", "REST"},
          {"description", "HTTP as this platform's own APIs use it"},
          {"type", "REST_HTTP"},
          {"protocol", "HTTP"},
          {"version", "1.1"},
          {"endpoint", {{"uris", json::array({outside_.api_root + "/" + host_.name})}}},
          {"security", std::move(security)}};
}

}  // namespace edgecse::sandbox
