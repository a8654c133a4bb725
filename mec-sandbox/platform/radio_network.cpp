// SPDX-License-Identifier: Apache-2.0
#include "platform/radio_network.hpp"

#include "platform/api_shapes.hpp"
#include "platform/radio_queries.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

Reply RadioNetwork::handle(const Request& request) {
  if (!request.path.empty() && request.path[0] == "subscriptions") return subscriptions(request);
  return answer_radio_query(request, cells_, applications_, outside_);
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
  const auto wanted = request.values("subscription_type");
  const auto& kinds = radio_kinds();
  if (!wanted.empty() &&
      std::none_of(kinds.begin(), kinds.end(), [&](const RadioKind& one) { return one.filter == wanted.front(); }))
    return refuse(400, fmt::format("subscription_type: \"{}\" is no kind of subscription", wanted.front()));
  auto links = json::array();
  for (const auto& [id, subscription] : subscriptions_) {
    if (wanted.empty() || wanted.front() == radio_kind(subscription.body).filter)
      links.push_back({{"href", href(subscription)}, {"subscriptionType", subscription.body.at("subscriptionType")}});
  }
  return json_response(
      200, {{"_links", {{"self", {{"href", base() + "/subscriptions"}}}, {"subscription", std::move(links)}}}});
}

Reply RadioNetwork::put(const Request& request, std::string id) {
  auto body = body_of(request, radio_subscription_shape());
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
  if (radio_kind(*body).event == RadioEventType::CellChange) {
    auto& criteria = body->at("filterCriteriaAssocHo");
    if (!criteria.contains("hoStatus")) criteria["hoStatus"] = json::array({kHandoverCompleted});  // 6.3.2
  }
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
  second_carrier_.clear();
}

void RadioNetwork::tell(RadioEvent event) {
  for (const auto& [id, subscription] : subscriptions_) {
    if (!covers(subscription.body, event)) continue;
    auto body = event.body;
    body["notificationType"] = radio_kind(event.type).name + "Notification";
    body["timeStamp"] = time_stamp(outside_.clock);
    send(subscription, std::move(body));
  }
}

void RadioNetwork::send(const Subscription& subscription, json body) {
  body["_links"] = {{"subscription", {{"href", href(subscription)}}}};
  notifier_.send({host_.name, href(subscription), subscription.body.at("callbackReference"), std::move(body)});
}

}  // namespace edgecse::sandbox
