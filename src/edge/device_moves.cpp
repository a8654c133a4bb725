// SPDX-License-Identifier: Apache-2.0
//
// DeviceMobilitySubscriptions: who serves a device, compared with what the application knows.
#include <algorithm>

#include "base/log.hpp"
#include "edge/data_subscriptions.hpp"
#include "edge/subscription_body.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::edge {

void DataSubscriptions::compare_owners(const SubscriptionPtr& subscription) {
  bool learned = false;
  std::map<std::string, std::string> present;
  for (const auto* ae : subscription->view->catalog.devices()) {
    if (matches(*subscription, *ae)) present[ae->ae_id] = ae->moved_to.empty() ? options_.cse_id : ae->moved_to;
  }
  for (const auto& [device, owner] : present) {
    const auto known = subscription->known.find(device);
    if (known == subscription->known.end()) {
      subscription->known[device] = subscription->told[device] = owner;
      learned = true;
      continue;
    }
    if (known->second == owner) continue;
    tell_move(subscription, device, "MOVED", std::exchange(known->second, owner), owner);
    subscription->prepared.erase(device);
  }
  for (auto known = subscription->known.begin(); known != subscription->known.end();) {
    if (present.contains(known->first)) {
      ++known;
      continue;
    }
    // One that another host serves is forgotten here when its forwarding ends: it has not left.
    if (known->second == options_.cse_id) tell_move(subscription, known->first, "LEFT", options_.cse_id, {});
    else subscription->told.erase(known->first);
    known = subscription->known.erase(known);
  }
  // One that is just being made is kept by its maker.
  if (learned && subscriptions_.contains(subscription->id)) save(subscription, [](const auto&) {});
}

void DataSubscriptions::move_prepared(const std::string& device_id, const std::string& target) {
  for (const auto& [id, subscription] : subscriptions_) {
    const auto known = subscription->known.find(device_id);
    if (known == subscription->known.end() || known->second != options_.cse_id) continue;
    if (std::exchange(subscription->prepared[device_id], target) == target) continue;
    tell_move(subscription, device_id, "PREPARED", options_.cse_id, target);
  }
}

void DataSubscriptions::move_failed(const std::string& device_id) {
  for (const auto& [id, subscription] : subscriptions_) subscription->prepared.erase(device_id);
}

void DataSubscriptions::tell_move(const SubscriptionPtr& subscription, const std::string& device_id, const char* event,
                                  const std::string& from, const std::string& to) {
  const Json criteria = subscription->document.value("filterCriteria", Json::object());
  const bool is_prepared = std::string_view{event} == "PREPARED";
  const std::string owner = is_prepared ? from : to;
  if (criteria.contains("events") && std::find(criteria["events"].begin(), criteria["events"].end(), event) == criteria["events"].end()) {
    if (owner.empty()) subscription->told.erase(device_id);
    else subscription->told[device_id] = owner;
    return;
  }
  if (subscription->queue.size() >= options_.maximum_moves) {
    base::log::warning("edge", "a move is not told: too many wait for their callback",
                       {{"subscription", subscription->id}, {"device", device_id}, {"event", event}});
    return;
  }
  const auto made = std::make_shared<Event>();
  made->device_id = device_id;
  made->owner = owner;
  made->since = env_.clock.monotonic_now();
  made->document = {{"deviceId", device_id},
                    {"event", event},
                    {"from", from},
                    {"timeStamp", to_rfc3339(onem2m::format_timestamp(env_.clock.wall_now()))}};
  if (!to.empty()) made->document["to"] = to;
  subscription->queue.push_back(made);
  if (to.empty() || to == options_.cse_id || env_.hosts == nullptr) {
    if (to == options_.cse_id) made->document["newServiceUri"] = options_.root;
    return deliver(subscription);
  }
  made->complete = false;
  env_.hosts->find_by_cse(to, [this, alive = std::weak_ptr<bool>(alive_), subscription, made](const std::optional<KnownHost>& host) {
    if (alive.expired()) return;
    if (host && !host->data_endpoint.empty()) made->document["newServiceUri"] = host->data_endpoint;
    made->complete = true;
    deliver(subscription);
  });
}

}  // namespace edgecse::edge
