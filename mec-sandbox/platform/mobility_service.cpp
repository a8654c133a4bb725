// SPDX-License-Identifier: Apache-2.0
//
// The HTTP side of the mobility service; the moves themselves: mobility_procedure.cpp.
#include "platform/mobility_service.hpp"

#include "platform/mobility_enumerations.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

Reply MobilityService::handle(const Request& request) {
  if (request.path.empty()) return nothing_here(request, false);
  if (request.path[0] == "app_mobility_services") return registrations(request);
  if (request.path[0] == "subscriptions") return subscriptions(request);
  if (request.is("GET", {"queries", "adjacent_app_instances"})) return adjacent_instances(request);
  return nothing_here(request, request.at({"queries", "adjacent_app_instances"}));
}

Reply MobilityService::registrations(const Request& request) {
  if (request.path.size() == 1) {
    if (request.method == "POST") return put_registration(request, "");
    if (request.method != "GET") return nothing_here(request, true);
    auto list = json::array();
    for (const auto& [id, registration] : registrations_) list.push_back(representation(registration));
    return json_response(200, list);
  }
  const auto found = registrations_.find(request.path[1]);
  if (found == registrations_.end())
    return refuse(404, fmt::format("no app mobility service {} is registered here", request.path[1]));
  const auto id = found->first;
  if (request.is("POST", {"app_mobility_services", "*", "deregister_task"})) {
    erase_registration(id, "deregister_task");
    return no_content();
  }
  if (request.path.size() != 2)
    return nothing_here(request, request.path.size() == 3 && request.path[2] == "deregister_task");
  if (request.method == "PUT") return put_registration(request, id);
  if (request.method == "DELETE") {
    erase_registration(id, "deleted");
    return no_content();
  }
  if (request.method != "GET") return nothing_here(request, true);
  auto response = json_response(200, representation(found->second));
  response.headers.add("ETag", entity_tag(representation(found->second)));
  return response;
}

Reply MobilityService::put_registration(const Request& request, const std::string& id) {
  const bool create = id.empty();
  const auto body = body_of(request, registration_info(outside_.enumerations));
  if (!body) return tl::unexpected{body.error()};
  if (create && body->contains("appMobilityServiceId"))
    return refuse(400, "appMobilityServiceId: the AMS gives it, a POST has none");
  if (!create && body->value("appMobilityServiceId", id) != id)
    return refuse(400, "appMobilityServiceId: differs from the one in the path");
  auto registration = read_registration(*body);
  if (!registration) return tl::unexpected{registration.error()};
  if (!create) {
    const auto& old = registrations_.at(id);
    if (auto match = check_if_match(request, representation(old)); !match) return tl::unexpected{match.error()};
    if (old.application != registration->application || old.mep != registration->mep)
      return refuse(422, "serviceConsumerId: the consumer of a registration cannot change");
  }
  registration->id = create ? "ams-" + outside_.random.hex(6) : id;
  const auto stored_id = registration->id;
  store(std::move(*registration));
  const auto answer = representation(registrations_.at(stored_id));
  return create ? json_response(201, answer, base() + "/app_mobility_services/" + stored_id)
                : json_response(200, answer);
}

Result<MobilityService::Registration> MobilityService::read_registration(const json& body) const {
  const auto& consumer = body.at("serviceConsumerId");
  if (auto known = check_consumer(consumer); !known) return tl::unexpected{known.error()};
  Registration result;
  result.application = consumer.value("appInstanceId", "");
  result.mep = consumer.value("mepId", "");
  result.expiry_given = body.contains("expiryTime");
  result.expiry_s = body.value("expiryTime", 0U);
  for (const auto& item : body.value("deviceInformation", json::array())) {
    Device device;
    device.associate_id = item.at("associateId");
    if (const auto level = item.find("appMobilityServiceLevel"); level != item.end()) {
      device.level = kServiceLevel.from_wire(*level);
      device.level_given = true;
    }
    if (const auto state = item.find("contextTransferState"); state != item.end()) {
      device.state = kTransferState.from_wire(*state);
      device.state_given = true;
    }
    result.devices.push_back(std::move(device));
  }
  return result;
}

Result<> MobilityService::check_consumer(const json& consumer) const {
  if (!consumer.contains("appInstanceId")) return {};
  const auto id = consumer.at("appInstanceId").get<std::string>();
  const auto* application = applications_.find(id);
  if (!application) return refuse(400, fmt::format("serviceConsumerId: no application instance {} exists", id));
  if (!application->ready)
    return refuse(403, fmt::format("application instance {} has not confirmed that it is ready", id));
  return {};
}

json MobilityService::representation(const Registration& registration) const {
  json result{{"appMobilityServiceId", registration.id}};
  if (registration.application.empty()) {
    result["serviceConsumerId"] = {{"mepId", registration.mep}};
  } else {
    result["serviceConsumerId"] = {{"appInstanceId", registration.application}};
  }
  auto devices = json::array();
  for (const auto& device : registration.devices) {
    json item{{"associateId", device.associate_id}};
    if (device.level_given)
      item["appMobilityServiceLevel"] = kServiceLevel.to_wire(device.level, outside_.enumerations);
    if (device.state_given) item["contextTransferState"] = kTransferState.to_wire(device.state, outside_.enumerations);
    devices.push_back(std::move(item));
  }
  if (!devices.empty()) result["deviceInformation"] = std::move(devices);
  if (registration.expiry_given) result["expiryTime"] = registration.expiry_s;
  return result;
}

Reply MobilityService::subscriptions(const Request& request) {
  if (request.path.size() == 1 || request.at({"subscriptions", ""})) {  // the 2.1.1 file ends the path with a slash
    if (request.method == "GET") return list_subscriptions(request);
    if (request.method == "POST") return put_subscription(request, "");
    return nothing_here(request, true);
  }
  if (request.path.size() != 2) return nothing_here(request, false);
  const auto found = subscriptions_.find(request.path[1]);
  if (found == subscriptions_.end()) return refuse(404, fmt::format("no subscription {} exists", request.path[1]));
  if (request.method == "GET") return json_response(200, found->second.body);
  if (request.method == "PUT") return put_subscription(request, found->first);
  if (request.method != "DELETE") return nothing_here(request, true);
  erase_subscription(std::string{found->first});
  return no_content();
}

Reply MobilityService::list_subscriptions(const Request& request) const {
  // The official file and AdvantEDGE's disagree on the case of the parameter.
  if (auto known = only_queries(request, {"subscriptionType", "subscriptiontype"}); !known)
    return tl::unexpected{known.error()};
  auto wanted = request.values("subscriptionType");
  for (auto& value : request.values("subscriptiontype")) wanted.push_back(value);
  for (const auto& value : wanted)
    if (value != "mobility_proc" && value != "adj_app_info")
      return refuse(400, fmt::format("subscriptionType: expected mobility_proc or adj_app_info, found {}", value));
  const bool first_edition = host_.edition == Edition::V2_1_1;
  auto links = json::array();
  for (const auto& [id, subscription] : subscriptions_) {
    const bool of_moves = subscription.type == "MobilityProcedureSubscription";
    const auto* kind = of_moves ? "mobility_proc" : "adj_app_info";
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), kind) == wanted.end()) continue;
    links.push_back({{"href", href(subscription)}, {"subscriptionType", subscription.type}});
    if (first_edition) links.back()["subscriptionType"] = of_moves ? 1 : 2;
  }
  // The file of 2.1.1 has the list beside the links, and numbers for the types.
  if (first_edition)
    return json_response(200, {{"_links", {{"self", {{"href", base() + "/subscriptions/"}}}}}, {"subscription", std::move(links)}});
  return json_response(
      200, {{"_links", {{"self", {{"href", base() + "/subscriptions"}}}, {"subscription", std::move(links)}}}});
}

Reply MobilityService::put_subscription(const Request& request, std::string id) {
  const bool create = id.empty();
  auto body = body_of(request, mobility_subscription(outside_.enumerations));
  if (!body) return tl::unexpected{body.error()};
  const auto application = body->at("filterCriteria").at("appInstanceId").get<std::string>();
  if (!applications_.find(application))
    return refuse(404, fmt::format("filterCriteria.appInstanceId: no application instance {} exists", application));
  if (!create && subscriptions_.at(id).type != body->at("subscriptionType").get<std::string>())
    return refuse(422, "subscriptionType: the type of a subscription cannot change");
  if (body->contains("expiryDeadline") &&
      body->at("expiryDeadline").at("seconds") <= time_stamp(outside_.clock).at("seconds"))
    return refuse(400, "expiryDeadline: is in the past");
  if (!create) erase_subscription(id);

  Subscription subscription;
  subscription.id = create ? "sub-" + outside_.random.hex(6) : id;
  subscription.application = application;
  subscription.type = body->at("subscriptionType");
  (*body)["_links"] = {{"self", {{"href", href(subscription)}}}};
  subscription.body = *body;
  auto& stored = subscriptions_.insert_or_assign(subscription.id, std::move(subscription)).first->second;
  start_expiry(stored);
  if (stored.body.value("requestTestNotification", false))
    notifier_.send({host_.name,
                    href(stored),
                    stored.body.at("callbackReference"),
                    {{"notificationType", "TestNotification"}, {"_links", links_of(stored)}}});
  const auto location = href(stored);
  const auto answer = stored.body;
  settle_all();
  return create ? json_response(201, answer, location) : json_response(200, answer);
}

void MobilityService::erase_subscription(const std::string& id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  outside_.executor.cancel(found->second.warning_timer);
  outside_.executor.cancel(found->second.expiry_timer);
  notifier_.forget(href(found->second));
  subscriptions_.erase(found);
}

void MobilityService::start_expiry(Subscription& subscription) {
  const auto deadline = subscription.body.find("expiryDeadline");
  if (deadline == subscription.body.end()) return;
  const auto seconds =
      deadline->at("seconds").get<std::int64_t>() -
      std::chrono::duration_cast<std::chrono::seconds>(outside_.clock.wall_now().time_since_epoch()).count();
  const base::Duration left = std::chrono::seconds{std::max<std::int64_t>(seconds, 1)};
  subscription.warning_timer = outside_.executor.run_after(left / 10 * 8, [this, id = subscription.id] {
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end()) return;
    const auto& expiring = found->second;
    notifier_.send({host_.name,
                    href(expiring),
                    expiring.body.at("callbackReference"),
                    {{"notificationType", "ExpiryNotification"},
                     {"timeStamp", time_stamp(outside_.clock)},
                     {"_links", links_of(expiring)},
                     {"expiryDeadline", expiring.body.at("expiryDeadline")}}});
  });
  subscription.expiry_timer = outside_.executor.run_after(left, [this, id = subscription.id] {
    outside_.events.tell("ams_subscription_expired", {{"host", host_.name}, {"subscription", id}});
    erase_subscription(id);
  });
}

json MobilityService::links_of(const Subscription& subscription) const {
  return {{"subscription", {{"href", href(subscription)}}}};
}

Reply MobilityService::adjacent_instances(const Request& request) const {
  if (auto known = only_queries(request, {"filter", "all_fields", "fields", "exclude_fields", "exclude_default"});
      !known)
    return tl::unexpected{known.error()};
  std::string attribute, value;
  for (const auto& filter : request.values("filter")) {
    // MEC 009 6.19: (eq,attribute,value)
    const auto first = filter.find(','), second = filter.find(',', first + 1);
    if (!filter.starts_with("(eq,") || second == std::string::npos || !filter.ends_with(")"))
      return refuse(400, "filter: expected (eq,attribute,value)");
    attribute = filter.substr(first + 1, second - first - 1);
    value = filter.substr(second + 1, filter.size() - second - 2);
    if (attribute != "appInstanceId" && attribute != "appDId" && attribute != "registeredInstanceId")
      return refuse(400, fmt::format("filter: instances are not filtered by {}", attribute));
  }
  auto list = json::array();
  for (const auto& [id, registration] : registrations_) {
    for (const auto* neighbour : neighbours(registration)) {
      const auto& application = *applications_.find(neighbour->application);
      json item{{"appInstanceId", application.id},
                {"appDId", application.app_d_id},
                {"appInstanceCommLink",
                 json::array({application.comm_interface.is_null() ? json::object() : application.comm_interface})},
                {"mecHostInformation", ties_.host_information(application.host)},
                {"registeredInstanceId", registration.application}};
      if (attribute.empty() || item.at(attribute) == value) list.push_back(std::move(item));
    }
  }
  return json_response(200, list);
}

}  // namespace edgecse::sandbox
