// SPDX-License-Identifier: Apache-2.0
#include "platform/app_support.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

bool same_endpoint(const Application& application, const json& info) {
  return application.info.is_object() && application.info.value("endpoint", json()) == info.value("endpoint", json());
}

}  // namespace

void offer_rules(const HostPlan& host, Application& application) {
  std::string address = "127.0.0.1";
  if (application.comm_interface.is_object()) address = application.comm_interface.at("ipAddresses").at(0).at("host");
  application.dns_rules["onem2m-name"] = {{"dnsRuleId", "onem2m-name"},
                                          {"domainName", "onem2m.mec.local"},
                                          {"ipAddressType", "IP_V4"},
                                          {"ipAddress", address},
                                          {"ttl", 0},
                                          {"state", "INACTIVE"}};
  json interface {
    {"interfaceType", "IP"}, { "dstIpAddress", address }
  };
  if (host.edition == Edition::V2_2_1) interface = json::array({std::move(interface)});
  application.traffic_rules["onem2m-traffic"] = {{"trafficRuleId", "onem2m-traffic"},
                                                 {"filterType", "FLOW"},
                                                 {"priority", 10},
                                                 {"trafficFilter", json::array({{{"protocol", json::array({"TCP"})}}})},
                                                 {"action", "FORWARD_DECAPSULATED"},
                                                 {"dstInterface", std::move(interface)},
                                                 {"state", "INACTIVE"}};
}

Reply AppSupport::handle(const Request& request) {
  if (request.path.empty()) return nothing_here(request, false);
  if (request.path[0] == "timing") return timing(request);
  if (request.path[0] == "registrations") return registrations(request);
  if (request.path[0] != "applications" || request.path.size() < 3) return nothing_here(request, false);
  if (request.at({"applications", "*", "confirm_ready"}) || request.at({"applications", "*", "confirm_termination"}))
    return confirm(request);
  auto application = applications_.ready_at(host_.name, request.path[1]);
  if (!application) return tl::unexpected{application.error()};
  if (request.path[2] == "subscriptions") return subscriptions(request, **application);
  if (request.path[2] == "dns_rules" || request.path[2] == "traffic_rules") return rules(request, **application);
  return nothing_here(request, false);
}

Reply AppSupport::registrations(const Request& request) {
  if (host_.edition != Edition::V3_1_1) return refuse(404, fmt::format("edition {} of MEC 011 has no registrations", to_text(host_.edition)));
  if (request.is("POST", {"registrations"})) return register_application(request);
  if (!request.at({"registrations", "*"})) return nothing_here(request, request.at({"registrations"}));
  auto application = applications_.known_at(host_.name, request.path[1]);
  if (!application) return tl::unexpected{application.error()};
  if (request.method == "GET") return json_response(200, (*application)->info);
  if (request.method == "DELETE") {
    remove_(request.path[1]);
    return no_content();
  }
  if (request.method != "PUT") return nothing_here(request, true);
  auto info = body_of(request, app_info());
  if (!info) return tl::unexpected{info.error()};
  if (info->value("appInstanceId", request.path[1]) != request.path[1])
    return refuse(400, "appInstanceId: differs from the one in the path");
  (*info)["appInstanceId"] = request.path[1];
  (*application)->info = *info;
  (*application)->comm_interface = comm_interface_of(info->value("endpoint", json::object()));
  return no_content();
}

Reply AppSupport::register_application(const Request& request) {
  auto info = body_of(request, app_info());
  if (!info) return tl::unexpected{info.error()};
  const auto name = info->at("appName").get<std::string>();
  if (info->value("isInsByMec", false)) {
    auto known = applications_.known_at(host_.name, info->at("appInstanceId"));
    if (!known) return tl::unexpected{known.error()};
  } else if (info->contains("appInstanceId")) {
    return refuse(400, "appInstanceId: the platform gives it unless isInsByMec is true");
  }
  // A second registration from the same endpoint is the same program after a crash: the first life is over.
  std::vector<std::string> former;
  for (const auto& [id, application] : applications_.all())
    if (application.host == host_.name && !application.managed && application.name == name &&
        same_endpoint(application, *info))
      former.push_back(id);
  for (const auto& id : former) remove_(id);

  Application application;
  application.id = info->value("appInstanceId", make_uuid(outside_.random));
  (*info)["appInstanceId"] = application.id;
  application.name = name;
  application.app_d_id = info->value("appDId", name);
  application.host = host_.name;
  application.managed = info->value("isInsByMec", false);
  application.comm_interface = comm_interface_of(info->value("endpoint", json::object()));
  application.info = *info;
  offer_rules(host_, application);
  const auto& added = applications_.add(std::move(application));
  outside_.events.tell("app_registered", {{"host", host_.name}, {"name", name}, {"app_instance_id", added.id}});
  return json_response(201, added.info, fmt::format("{}/registrations/{}", base(), added.id));
}

Reply AppSupport::confirm(const Request& request) {
  if (request.method != "POST") return nothing_here(request, true);
  auto known = applications_.known_at(host_.name, request.path[1]);
  if (!known) return tl::unexpected{known.error()};
  auto& application = **known;
  if (request.path[2] == "confirm_termination") return confirm_termination(request, application);
  if (auto body = body_of(request, app_ready_confirmation()); !body) return tl::unexpected{body.error()};
  application.ready = true;
  outside_.events.tell("app_ready",
                       {{"host", host_.name}, {"name", application.name}, {"app_instance_id", application.id}});
  return no_content();
}

Reply AppSupport::confirm_termination(const Request& request, Application& application) {
  const auto body = body_of(request, app_termination_confirmation());
  if (!body) return tl::unexpected{body.error()};
  if (application.terminating.empty()) return refuse(409, "no termination of this instance waits for a confirmation");
  if (body->at("operationAction") != application.terminating)
    return refuse(409, fmt::format("operationAction: the pending operation is {}", application.terminating));
  outside_.executor.cancel(application.termination_timer);
  outside_.events.tell(
      "app_terminated",
      {{"host", host_.name}, {"name", application.name}, {"app_instance_id", application.id}, {"confirmed", true}});
  remove_(std::string{application.id});
  return no_content();
}

void AppSupport::terminate(Application& application, const std::string& operation_action, std::chrono::seconds grace) {
  application.terminating = operation_action;
  outside_.events.tell("app_terminating", {{"host", host_.name},
                                           {"name", application.name},
                                           {"app_instance_id", application.id},
                                           {"operation_action", operation_action},
                                           {"grace_s", grace.count()}});
  for (const auto& [id, subscription] : subscriptions_) {
    if (subscription.application != application.id) continue;
    const auto self = href(application.id, id);
    const auto confirmation = fmt::format("{}/applications/{}/confirm_termination", base(), application.id);
    notifier_.send(
        {host_.name,
         self,
         subscription.body.at("callbackReference"),
         {{"notificationType", "AppTerminationNotification"},
          {"operationAction", operation_action},
          {"maxGracefulTimeout", grace.count()},
          {"_links", {{"subscription", {{"href", self}}}, {"confirmTermination", {{"href", confirmation}}}}}}});
  }
  outside_.executor.cancel(application.termination_timer);
  application.termination_timer = outside_.executor.run_after(grace, [this, id = application.id] {
    const auto* late = applications_.find(id);
    if (!late || late->terminating.empty()) return;
    outside_.events.tell("app_terminated",
                         {{"host", host_.name}, {"name", late->name}, {"app_instance_id", id}, {"confirmed", false}});
    remove_(id);
  });
}

void AppSupport::forget_application(const std::string& id) {
  for (auto entry = subscriptions_.begin(); entry != subscriptions_.end();) {
    if (entry->second.application == id) {
      notifier_.forget(href(id, entry->first));
      entry = subscriptions_.erase(entry);
    } else {
      ++entry;
    }
  }
}

Reply AppSupport::subscriptions(const Request& request, const Application& application) {
  const bool collection = request.path.size() == 3;
  if (collection && request.method == "GET") {
    auto links = json::array();
    for (const auto& [id, subscription] : subscriptions_) {
      if (subscription.application != application.id) continue;
      // The AdvantEDGE file of 2.2.1 says rel where 3.1.1 says subscriptionType.
      const char* kind = host_.edition == Edition::V3_1_1 ? "subscriptionType" : "rel";
      links.push_back({{"href", href(application.id, id)}, {kind, "AppTerminationNotificationSubscription"}});
    }
    const auto self = fmt::format("{}/applications/{}/subscriptions", base(), application.id);
    return json_response(200, {{"_links", {{"self", {{"href", self}}}, {"subscriptions", std::move(links)}}}});
  }
  if (collection && request.method == "POST") {
    auto body = body_of(request, app_termination_subscription());
    if (!body) return tl::unexpected{body.error()};
    if (body->at("appInstanceId") != application.id)
      return refuse(400, "appInstanceId: differs from the one in the path");
    const auto id = "sub-" + outside_.random.hex(6);
    const auto self = href(application.id, id);
    (*body)["_links"] = {{"self", {{"href", self}}}};
    subscriptions_[id] = {application.id, *body};
    return json_response(201, *body, self);
  }
  if (collection || request.path.size() != 4) return nothing_here(request, collection);
  const auto found = subscriptions_.find(request.path[3]);
  if (found == subscriptions_.end() || found->second.application != application.id)
    return refuse(404, fmt::format("no subscription {} exists", request.path[3]));
  if (request.method == "GET") return json_response(200, found->second.body);
  if (request.method != "DELETE") return nothing_here(request, true);
  notifier_.forget(href(application.id, found->first));
  subscriptions_.erase(found);
  return no_content();
}

Reply AppSupport::rules(const Request& request, Application& application) {
  const bool dns = request.path[2] == "dns_rules";
  auto& all = dns ? application.dns_rules : application.traffic_rules;
  if (request.path.size() == 3) {
    if (request.method != "GET") return nothing_here(request, true);
    auto list = json::array();
    for (const auto& [id, rule] : all) list.push_back(rule);
    return json_response(200, list);
  }
  if (request.path.size() != 4) return nothing_here(request, false);
  const auto rule = all.find(request.path[3]);
  if (rule == all.end()) return refuse(404, fmt::format("no rule {} exists for this instance", request.path[3]));
  if (request.method == "GET") {
    auto response = json_response(200, rule->second);
    response.headers.add("ETag", entity_tag(rule->second));
    return response;
  }
  if (request.method != "PUT") return nothing_here(request, true);
  auto reply = put_rule(request, dns ? dns_rule() : traffic_rule(host_.edition), rule->second);
  if (reply)
    outside_.events.tell(
        dns ? "dns_rule" : "traffic_rule",
        {{"host", host_.name}, {"name", application.name}, {"rule", rule->first}, {"state", rule->second.at("state")}});
  return reply;
}

Reply AppSupport::put_rule(const Request& request, const Shape& shape, json& rule) {
  auto body = body_of(request, shape);
  if (!body) return tl::unexpected{body.error()};
  if (auto match = check_if_match(request, rule); !match) return tl::unexpected{match.error()};
  auto as_it_was = *body;
  as_it_was["state"] = rule.at("state");
  if (as_it_was != rule) return refuse(400, "only the state of a rule may be changed");
  rule = *body;
  auto response = json_response(200, rule);
  response.headers.add("ETag", entity_tag(rule));
  return response;
}

Reply AppSupport::timing(const Request& request) const {
  if (request.is("GET", {"timing", "current_time"})) {
    auto now = time_stamp(outside_.clock);
    now["timeSourceStatus"] = "NONTRACEABLE";
    return json_response(200, now);
  }
  if (request.is("GET", {"timing", "timing_caps"}))
    return json_response(
        200, {{"timeStamp", time_stamp(outside_.clock)}, {"ntpServers", json::array()}, {"ptpMasters", json::array()}});
  return nothing_here(request, request.at({"timing", "current_time"}) || request.at({"timing", "timing_caps"}));
}

std::string AppSupport::href(const std::string& application, const std::string& subscription) const {
  return fmt::format("{}/applications/{}/subscriptions/{}", base(), application, subscription);
}

}  // namespace edgecse::sandbox
