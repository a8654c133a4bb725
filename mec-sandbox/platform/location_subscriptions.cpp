// SPDX-License-Identifier: Apache-2.0
#include "platform/location_subscriptions.hpp"

#include "platform/api_shapes.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

/// One of the kinds of the folder, in its wrapper.
Shape wrapped_in(const std::vector<LocationKind>& kinds, const std::string& folder) {
  std::vector<std::string> names;
  std::vector<Member> members;
  for (const auto& kind : kinds) {
    if (kind.folder != folder) continue;
    names.push_back(kind.member);
    members.push_back(optional(kind.member, kind.shape));
  }
  return with_exactly_one(std::move(names), object(std::move(members)));
}

bool is_folder(const std::vector<LocationKind>& kinds, const std::string& folder) {
  return std::any_of(kinds.begin(), kinds.end(), [&](const LocationKind& kind) { return kind.folder == folder; });
}

std::int64_t seconds_of(const base::Clock& clock) {
  return std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count();
}

}  // namespace

Reply LocationSubscriptions::handle(const Request& request) {
  const auto& kinds = location_kinds(host_.edition);
  for (const std::size_t segments : {2U, 3U}) {
    if (request.path.size() < segments || request.path.size() > segments + 1) continue;
    const auto folder = segments == 2 ? request.path[1] : request.path[1] + "/" + request.path[2];
    if (!is_folder(kinds, folder)) continue;
    if (request.path.size() == segments) return collection(request, folder);
    const auto found = subscriptions_.find(request.path.back());
    if (found == subscriptions_.end() || found->second.kind->folder != folder)
      return refuse(404, fmt::format("no subscription {} exists", request.path.back()));
    if (request.method == "PUT") return put(request, folder, found->first);
    if (request.method == "GET") {
      auto response = json_response(200, wrapped(found->second));
      response.headers.add("ETag", entity_tag(found->second.body));
      return response;
    }
    if (request.method != "DELETE") return nothing_here(request, true);
    erase(std::string{found->first});
    return no_content();
  }
  return nothing_here(request, false);
}

Reply LocationSubscriptions::collection(const Request& request, const std::string& folder) {
  if (request.method == "GET") return list(request, folder);
  if (request.method == "POST") return put(request, folder, "");
  return nothing_here(request, true);
}

Reply LocationSubscriptions::list(const Request& request, const std::string& folder) const {
  const bool known = third_edition() && folder != "distance";
  auto allowed = only_queries(request, {});
  if (known && folder == "users") allowed = only_queries(request, {"subscription_type", "address"});
  if (known && folder == "zones") allowed = only_queries(request, {"subscription_type", "zoneId"});
  if (known && folder == "area") allowed = only_queries(request, {"subscription_type"});
  if (!allowed) return tl::unexpected{allowed.error()};
  const auto fits = [&](const char* query, const std::string& found) {
    const auto values = request.values(query);
    return values.empty() || std::find(values.begin(), values.end(), found) != values.end();
  };
  json result{{"resourceURL", base() + "/" + folder}};
  if (third_edition()) result = {{"resourceURL", {{"href", base() + "/" + folder}}}};
  for (const auto& [id, subscription] : subscriptions_) {
    const auto& kind = *subscription.kind;
    const auto& addresses = subscription.watch.addresses;
    if (kind.folder != folder || !fits("subscription_type", kind.filter) || !fits("zoneId", subscription.watch.zone) ||
        !fits("address", addresses.empty() ? "" : addresses[0]))
      continue;
    if (third_edition()) {
      result["subscription"].push_back({{"href", href(subscription)}, {"subscriptionType", kind.type}});
    } else {
      result[kind.member].push_back(subscription.body);
    }
  }
  return json_response(200, {{"notificationSubscriptionList", std::move(result)}});
}

Reply LocationSubscriptions::put(const Request& request, const std::string& folder, std::string id) {
  const auto& kinds = location_kinds(host_.edition);
  auto body = body_of(request, wrapped_in(kinds, folder));
  if (!body) return tl::unexpected{body.error()};
  Subscription made;
  made.id = id.empty() ? "sub-" + outside_.random.hex(6) : id;
  for (const auto& kind : kinds)
    if (kind.folder == folder && body->contains(kind.member)) made.kind = &kind;
  made.body = body->at(made.kind->member);
  auto watch = read_watch(*made.kind, host_.edition, made.body, seconds_of(outside_.clock));
  if (!watch) return tl::unexpected{watch.error()};
  made.watch = std::move(*watch);
  if (!made.watch.zone.empty() && !serves(made.watch.zone))
    return refuse(404, fmt::format("{} serves no zone {}", host_.name, made.watch.zone));
  if (!id.empty()) {
    const auto& before = subscriptions_.at(id);
    if (auto match = check_if_match(request, before.body); !match) return tl::unexpected{match.error()};
    if (before.kind != made.kind) return refuse(422, "the type of a subscription cannot change");
    erase(id);
  }
  const auto self = href(made);
  if (third_edition()) {
    made.body["_links"] = {{"self", {{"href", self}}}};
  } else {
    made.body["resourceURL"] = self;
  }
  auto answer = id.empty() ? json_response(201, wrapped(made), self) : json_response(200, wrapped(made));
  answer.headers.add("ETag", entity_tag(made.body));
  start(subscriptions_.emplace(made.id, std::move(made)).first->second);
  return answer;
}

json LocationSubscriptions::wrapped(const Subscription& subscription) const {
  return {{subscription.kind->member, subscription.body}};
}

void LocationSubscriptions::start(Subscription& subscription) {
  const auto id = subscription.id;
  if (subscription.watch.ends_at_s > 0) {
    const std::chrono::seconds left{subscription.watch.ends_at_s - seconds_of(outside_.clock)};
    subscription.expiry_timer = outside_.executor.run_after(left, [this, id] {
      outside_.events.tell("location_subscription_expired", {{"host", host_.name}, {"subscription", id}});
      erase(id);
    });
  }
  if (subscription.body.value("requestTestNotification", false))
    notifier_.send(
        {host_.name,
         href(subscription),
         subscription.watch.callback,
         {{"notificationType", "TestNotification"}, {"_links", {{"subscription", {{"href", href(subscription)}}}}}}});
  switch (subscription.kind->watch) {
    case WatchKind::Area:
      return look_at_area(subscription, true);
    case WatchKind::Distance:
      return look_at_distance(subscription, true);
    case WatchKind::ZoneStatus:
      return look_at_zone(subscription, true);
    case WatchKind::Periodic:
      return report_period(subscription);
    case WatchKind::User:
    case WatchKind::Zone:
      return;
  }
}

void LocationSubscriptions::stop_timers(const Subscription& subscription) {
  outside_.executor.cancel(subscription.period_timer);
  outside_.executor.cancel(subscription.expiry_timer);
}

void LocationSubscriptions::erase(const std::string& id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) return;
  stop_timers(found->second);
  notifier_.forget(href(found->second));
  subscriptions_.erase(found);
}

void LocationSubscriptions::forget_all() {
  for (const auto& [id, subscription] : subscriptions_) stop_timers(subscription);
  subscriptions_.clear();
}

void LocationSubscriptions::for_each(const std::function<void(Subscription&)>& act) {
  std::vector<std::string> ids;
  for (const auto& [id, subscription] : subscriptions_) ids.push_back(id);
  for (const auto& id : ids)
    if (const auto found = subscriptions_.find(id); found != subscriptions_.end()) act(found->second);
}

}  // namespace edgecse::sandbox
