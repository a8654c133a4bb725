// SPDX-License-Identifier: Apache-2.0
#include "platform/radio_network.hpp"

#include <cmath>

#include "platform/api_shapes.hpp"
#include "scenario/geography.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

constexpr const char* kCellChange = "CellChangeSubscription";
constexpr const char* kMeasurement = "MeasRepUeSubscription";
constexpr int kCompleted = 3;        // hoStatus
constexpr int kPeriodicTrigger = 1;  // of a measurement report
constexpr int kDefaultBearer = 5;    // EPS bearer identity of the first one
constexpr int kBestEffort = 9;       // QCI

json plmn() { return {{"mcc", "001"}, {"mnc", "01"}}; }

json ecgi(const std::string& cell) { return {{"plmn", plmn()}, {"cellId", cell}}; }

json associate_id(const std::string& address) { return {{"type", 1}, {"value", address}}; }

Shape ecgi_shape() {
  return object(
      {required("plmn", object({required("mcc", text()), required("mnc", text())})), required("cellId", text())});
}

Shape criteria_shape(const char* list, std::int64_t highest) {
  const auto id = object({required("type", integer(0, 4)), required("value", text())});
  return object({optional("appInstanceId", text()), optional("associateId", list_of(id)),
                 optional("ecgi", list_of(ecgi_shape())), optional(list, list_of(integer(0, highest)))});
}

Shape subscription_shape() {
  const auto members = [](const char* type, Member criteria) {
    return object({required("subscriptionType", one_of({type})), required("callbackReference", http_uri()),
                   optional("requestTestNotification", boolean()), optional("expiryDeadline", time_stamp_shape()),
                   std::move(criteria)});
  };
  const auto cell_change = members(kCellChange, required("filterCriteriaAssocHo", criteria_shape("hoStatus", 5)));
  const auto measurement = members(kMeasurement, required("filterCriteriaAssocTri", criteria_shape("trigger", 61)));
  const auto kind = object({required("subscriptionType", one_of({kCellChange, kMeasurement}))});
  return [=](const json& value, const std::string& path) {
    if (auto fault = kind(value, path)) return fault;
    return value.at("subscriptionType") == kCellChange ? cell_change(value, path) : measurement(value, path);
  };
}

/// Reported values of TS 36.133: RSRP 0..97, RSRQ 0..34, falling with the distance to the cell.
int reported(double distance, double radius, int best) {
  const double part = radius > 0 ? std::min(1.0, distance / radius) : 0.0;
  return static_cast<int>(std::lround(best * (1.0 - 0.7 * part)));
}

bool one_fits(const std::vector<std::string>& wanted, const std::string& found) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), found) != wanted.end();
}

}  // namespace

Reply RadioNetwork::handle(const Request& request) {
  if (!request.path.empty() && request.path[0] == "subscriptions") return subscriptions(request);
  if (request.is("GET", {"queries", "rab_info"})) return bearers(request);
  if (request.is("GET", {"queries", "plmn_info"})) return operators(request);
  if (request.at({"queries", "s1_bearer_info"}) || request.at({"queries", "layer2_meas"}))
    return refuse(501, fmt::format("{} is not played here", request.path[1]));
  return nothing_here(request, request.at({"queries", "rab_info"}) || request.at({"queries", "plmn_info"}));
}

bool RadioNetwork::serves(const std::string& zone) const {
  return std::find(host_.zones.begin(), host_.zones.end(), zone) != host_.zones.end();
}

Reply RadioNetwork::bearers(const Request& request) const {
  if (auto known = only_queries(request, {"app_ins_id", "cell_id", "ue_ipv4_address", "erab_id", "qci"}); !known)
    return tl::unexpected{known.error()};
  std::map<std::string, json> users_of;  // by cell
  const bool bearer_wanted = one_fits(request.values("erab_id"), std::to_string(kDefaultBearer)) &&
                             one_fits(request.values("qci"), std::to_string(kBestEffort));
  for (const auto& terminal : terminals_.all()) {
    if (!bearer_wanted || !terminal.access_point || !serves(terminal.zone())) continue;
    if (!one_fits(request.values("cell_id"), terminal.access_point->name) ||
        !one_fits(request.values("ue_ipv4_address"), terminal.plan.address))
      continue;
    users_of[terminal.access_point->name].push_back(
        {{"associateId", json::array({associate_id(terminal.plan.address)})},
         {"erabInfo", json::array({{{"erabId", kDefaultBearer}, {"erabQosParameters", {{"qci", kBestEffort}}}}})}});
  }
  const auto asking = request.values("app_ins_id");
  json answer{{"appInstanceId", asking.empty() ? "" : asking[0]},
              {"requestId", outside_.random.hex(4)},
              {"timeStamp", time_stamp(outside_.clock)},
              {"cellUserInfo", json::array()}};
  for (auto& [cell, users] : users_of)
    answer["cellUserInfo"].push_back({{"ecgi", ecgi(cell)}, {"ueInfo", std::move(users)}});
  return json_response(200, answer);
}

Reply RadioNetwork::operators(const Request& request) {
  if (auto known = only_queries(request, {"app_ins_id"}); !known) return tl::unexpected{known.error()};
  if (request.values("app_ins_id").empty()) return refuse(400, "app_ins_id: is missing");
  auto list = json::array();
  for (const auto& id : request.values("app_ins_id")) {
    if (!applications_.find(id)) return refuse(404, fmt::format("app_ins_id: no application instance {} exists", id));
    list.push_back({{"appInstanceId", id}, {"plmn", json::array({plmn()})}, {"timeStamp", time_stamp(outside_.clock)}});
  }
  return json_response(200, list);
}

Reply RadioNetwork::subscriptions(const Request& request) {
  if (request.path.size() == 1) {
    if (request.method == "GET") return list(request);
    if (request.method == "POST") return put(request, "");
    return nothing_here(request, true);
  }
  if (request.path.size() != 2) return nothing_here(request, false);
  const auto found = subscriptions_.find(request.path[1]);
  if (found == subscriptions_.end()) return refuse(404, fmt::format("no subscription {} exists", request.path[1]));
  if (request.method == "PUT") return put(request, found->first);
  if (request.method == "GET") return json_response(200, found->second.body);
  if (request.method != "DELETE") return nothing_here(request, true);
  erase(std::string{found->first});
  return no_content();
}

Reply RadioNetwork::list(const Request& request) const {
  if (auto known = only_queries(request, {"subscription_type"}); !known) return tl::unexpected{known.error()};
  auto links = json::array();
  for (const auto& [id, subscription] : subscriptions_) {
    const auto& type = subscription.body.at("subscriptionType");
    const auto short_name = type == kCellChange ? "cell_change" : "meas_rep_ue";
    if (one_fits(request.values("subscription_type"), short_name))
      links.push_back({{"href", href(subscription)}, {"subscriptionType", type}});
  }
  return json_response(
      200, {{"_links", {{"self", {{"href", base() + "/subscriptions"}}}, {"subscription", std::move(links)}}}});
}

Reply RadioNetwork::put(const Request& request, std::string id) {
  auto body = body_of(request, subscription_shape());
  if (!body) return tl::unexpected{body.error()};
  if (!id.empty()) {
    const auto& before = subscriptions_.at(id).body;
    if (auto match = check_if_match(request, before); !match) return tl::unexpected{match.error()};
    if (before.at("subscriptionType") != body->at("subscriptionType"))
      return refuse(422, "subscriptionType: the type of a subscription cannot change");
  }
  if (body->contains("expiryDeadline") &&
      body->at("expiryDeadline").at("seconds") <= time_stamp(outside_.clock).at("seconds"))
    return refuse(400, "expiryDeadline: is in the past");
  if (!id.empty()) erase(id);
  Subscription made;
  made.id = id.empty() ? "sub-" + outside_.random.hex(6) : id;
  const auto self = href(made);
  (*body)["_links"] = {{"self", {{"href", self}}}};
  made.body = *body;
  auto& stored = subscriptions_.insert_or_assign(made.id, std::move(made)).first->second;
  start_expiry(stored);
  if (stored.body.value("requestTestNotification", false)) send(stored, {{"notificationType", "TestNotification"}});
  return id.empty() ? json_response(201, stored.body, self) : json_response(200, stored.body);
}

void RadioNetwork::start_expiry(Subscription& subscription) {
  const auto deadline = subscription.body.find("expiryDeadline");
  if (deadline == subscription.body.end()) return;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(outside_.clock.wall_now().time_since_epoch()).count();
  const base::Duration left = std::chrono::seconds{deadline->at("seconds").get<std::int64_t>() - now};
  subscription.warning_timer = outside_.executor.run_after(left / 10 * 8, [this, id = subscription.id] {
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end()) return;
    send(found->second, {{"notificationType", "ExpiryNotification"},
                         {"timeStamp", time_stamp(outside_.clock)},
                         {"expiryDeadline", found->second.body.at("expiryDeadline")}});
  });
  subscription.expiry_timer = outside_.executor.run_after(left, [this, id = subscription.id] { erase(id); });
}

void RadioNetwork::stop_timers(const Subscription& subscription) {
  outside_.executor.cancel(subscription.warning_timer);
  outside_.executor.cancel(subscription.expiry_timer);
}

void RadioNetwork::erase(const std::string& id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  stop_timers(found->second);
  notifier_.forget(href(found->second));
  subscriptions_.erase(found);
}

void RadioNetwork::forget_all() {
  for (const auto& [id, subscription] : subscriptions_) stop_timers(subscription);
  subscriptions_.clear();
}

bool RadioNetwork::covers(const Subscription& subscription, const char* criteria, const std::string& address,
                          const std::vector<std::string>& cells) const {
  if (!subscription.body.contains(criteria)) return false;  // the other kind
  const auto& filter = subscription.body.at(criteria);
  const auto ids = filter.value("associateId", json::array());
  const bool user =
      ids.empty() || std::any_of(ids.begin(), ids.end(), [&](const json& id) { return id.at("value") == address; });
  const auto wanted = filter.value("ecgi", json::array());
  const bool cell = wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const json& one) {
                      return std::find(cells.begin(), cells.end(), one.at("cellId").get<std::string>()) != cells.end();
                    });
  return user && cell;
}

void RadioNetwork::moved(const Movement& movement) {
  const auto& terminal = *movement.terminal;
  // Source or target is a cell of this host.
  if (!terminal.access_point || movement.access_point_before.empty() || !movement.changed_access_point()) return;
  if (!serves(terminal.zone()) && !serves(movement.zone_before)) return;
  const auto& source = movement.access_point_before;
  const auto& target = terminal.access_point->name;
  for (const auto& [id, subscription] : subscriptions_) {
    if (!covers(subscription, "filterCriteriaAssocHo", terminal.plan.address, {source, target})) continue;
    const auto wanted = subscription.body.at("filterCriteriaAssocHo").value("hoStatus", json::array());
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), kCompleted) == wanted.end()) continue;
    send(subscription, {{"notificationType", "CellChangeNotification"},
                        {"timeStamp", time_stamp(outside_.clock)},
                        {"associateId", json::array({associate_id(terminal.plan.address)})},
                        {"srcEcgi", ecgi(source)},
                        {"trgEcgi", json::array({ecgi(target)})},
                        {"hoStatus", kCompleted}});
  }
}

void RadioNetwork::report_measurements() {
  for (const auto& [id, subscription] : subscriptions_) {
    if (subscription.body.at("subscriptionType") != kMeasurement) continue;
    const auto wanted = subscription.body.at("filterCriteriaAssocTri").value("trigger", json::array());
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), kPeriodicTrigger) == wanted.end()) continue;
    for (const auto& terminal : terminals_.all()) {
      if (!terminal.access_point || !serves(terminal.zone())) continue;
      const auto& cell = *terminal.access_point;
      if (!covers(subscription, "filterCriteriaAssocTri", terminal.plan.address, {cell.name})) continue;
      const double distance = distance_m(terminal.position, cell.position);
      send(subscription, {{"notificationType", "MeasRepUeNotification"},
                          {"timeStamp", time_stamp(outside_.clock)},
                          {"ecgi", ecgi(cell.name)},
                          {"associateId", json::array({associate_id(terminal.plan.address)})},
                          {"rsrp", reported(distance, cell.radius_m, 97)},
                          {"rsrq", reported(distance, cell.radius_m, 34)},
                          {"trigger", kPeriodicTrigger}});
    }
  }
}

json RadioNetwork::links_of(const Subscription& subscription) const {
  return {{"subscription", {{"href", href(subscription)}}}};
}

void RadioNetwork::send(const Subscription& subscription, json body) {
  body["_links"] = links_of(subscription);
  notifier_.send({host_.name, href(subscription), subscription.body.at("callbackReference"), std::move(body)});
}

}  // namespace edgecse::sandbox
