// SPDX-License-Identifier: Apache-2.0
#include "platform/advantedge.hpp"

#include "base/guarded_json.hpp"

namespace edgecse::sandbox::advantedge {

using nlohmann::json;

namespace {

constexpr std::string_view kAppSupport = "mec_app_support/v1";
constexpr std::string_view kServiceManagement = "mec_service_mgmt/v1";
constexpr std::string_view kMobility = "amsi/v1";
constexpr std::string_view kLocation = "location/v2";
constexpr std::string_view kRadio = "rni/v2";

bool is_missing(const std::string& api, const Request& request) {
  const auto& path = request.path;
  if (api == kAppSupport) return path.size() > 2 && (path[2] == "dns_rules" || path[2] == "traffic_rules");
  if (api == kMobility)
    return request.at({"queries", "adjacent_app_instances"}) || (path.size() == 3 && path[2] == "deregister_task");
  return api == kRadio && request.at({"queries", "s1_bearer_info"});
}

Response crash() { return {500, {{"Connection", "close"}}, ""}; }

bool lacks_level_or_state(const json& registration) {
  const auto devices = registration.value("deviceInformation", json::array());
  return devices.is_array() && std::any_of(devices.begin(), devices.end(), [](const json& device) {
           return !device.contains("appMobilityServiceLevel") || !device.contains("contextTransferState");
         });
}

bool has_numbers(const json& subscription) {
  const auto criteria = subscription.value("filterCriteria", json::object());
  const auto status = criteria.is_object() ? criteria.value("mobilityStatus", json::array()) : json::array();
  return std::any_of(status.begin(), status.end(), [](const json& value) { return value.is_number(); });
}

/// What goes wrong before the request is looked at as the standard says.
std::optional<Reply> early_answer(const std::string& api, const Request& request, const json& body, const Serve& serve,
                                  bool category_watched) {
  if (is_missing(api, request)) return refuse(501, "Not Implemented");
  if (!body.is_object()) return std::nullopt;
  if (api == kMobility && request.path[0] == "app_mobility_services" && lacks_level_or_state(body)) return crash();
  if (api == kMobility && request.path[0] == "subscriptions" && has_numbers(body))
    return refuse(500, "json: cannot unmarshal number into a string");
  const bool of_service = api == kServiceManagement && request.path.size() > 2 && request.path[2] == "services";
  if (of_service && request.method == "POST" && category_watched && !body.contains("serCategory")) return crash();
  if (of_service && request.method == "PUT") {
    auto read = request;
    read.method = "GET";
    const auto current = serve(read);
    if (!current) return std::nullopt;
    auto before = json::parse(current->body), after = body;
    before.erase("state");
    after.erase("state");
    if (before != after) return refuse(400, "Only the ServiceInfo state property may be changed");
  }
  return std::nullopt;
}

/// It takes, and forgets, what it does not know.
void leave_out(Request& request, json body) {
  if (!body.is_object()) return;
  for (const char* member : {"livenessInterval", "requestTestNotification", "websockNotifConfig"}) body.erase(member);
  request.body = body.dump();
}

void change_body(Response& response, const std::function<void(json&)>& change) {
  auto body = json::parse(response.body, nullptr, false);
  if (body.is_discarded()) return;
  change(body);
  response.body = body.dump();
}

Response without_location(const Response& response) {
  Response result{response.status, {}, response.body};
  for (const auto& [name, value] : response.headers)
    if (name != "Location") result.headers.add(name, value);
  return result;
}

Response in_its_words(const std::string& api, const Request& request, Response response) {
  if (api == kServiceManagement && request.at({"transports"}))
    change_body(response, [](json& list) { list.at(0)["security"] = nullptr; });
  if (api == kMobility && request.is("GET", {"subscriptions"}))
    change_body(response, [](json& list) { list["_links"]["self"] = nullptr; });
  const bool named_in_body = api == kLocation || (api == kMobility && request.path[0] == "app_mobility_services");
  return named_in_body && response.status == 201 ? without_location(response) : response;
}

}  // namespace

Reply answer(const std::string& api, Request request, const Serve& serve, bool category_watched) {
  const auto body = base::parse_guarded_json(request.body).value_or(json());
  if (!request.path.empty()) {
    if (auto early = early_answer(api, request, body, serve, category_watched)) return *early;
    if (!body.is_null()) leave_out(request, body);
  }
  auto reply = serve(request);
  if (reply) return request.path.empty() ? reply : in_its_words(api, request, std::move(*reply));
  auto problem = reply.error();
  if (problem.status == 403) problem.detail = "App Instance not ready. Waiting for AppReadyConfirmation";
  const bool nothing_pending = problem.status == 409 && api == kAppSupport && !request.path.empty() &&
                               request.path.back() == "confirm_termination";
  if (nothing_pending) problem.status = 400;
  return tl::unexpected{std::move(problem)};
}

bool adapt_notification(json& body) {
  const auto type = body.value("notificationType", "");
  if (type == "MobilityProcedureNotification") {
    if (body.at("mobilityStatus") != "INTERHOST_MOVEOUT_TRIGGERED") return false;
    body["_links"] = nullptr;
    body.at("targetAppInfo").erase("commInterface");
  } else if (type == "AdjacentAppInfoNotification") {
    body["_links"] = nullptr;
    for (auto& instance : body.at("adjacentAppInfo")) instance["commInterface"] = nullptr;
  } else if (type == "ExpiryNotification") {
    body["notificationType"] = "";
  } else if (type == "AppTerminationNotification") {
    // .../mec_app_support/v1/applications/{id}/confirm_termination loses its middle: nothing is there.
    auto& href = body.at("_links").at("confirmTermination").at("href").get_ref<std::string&>();
    href = href.substr(0, href.find("/applications/")) + "/confirm_termination";
  }
  return true;
}

}  // namespace edgecse::sandbox::advantedge
