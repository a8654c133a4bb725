// SPDX-License-Identifier: Apache-2.0
#include "platform/services.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

bool names(const json& criteria, const char* member, const json& value) {
  const auto list = criteria.find(member);
  return list == criteria.end() || list->empty() || std::find(list->begin(), list->end(), value) != list->end();
}

}  // namespace

bool passes(const json& criteria, const json& info) {
  if (criteria.is_null()) return true;
  if (!names(criteria, "serInstanceIds", info.at("serInstanceId")) ||
      !names(criteria, "serNames", info.at("serName")) || !names(criteria, "states", info.at("state")))
    return false;
  if (criteria.contains("isLocal") && criteria.at("isLocal") != info.at("isLocal")) return false;
  const auto categories = criteria.find("serCategories");
  if (categories == criteria.end() || categories->empty()) return true;
  return std::any_of(categories->begin(), categories->end(), [&](const json& category) {
    return info.contains("serCategory") && info.at("serCategory").at("id") == category.at("id");
  });
}

Service& Services::add(Service service) {
  const auto id = service.id;
  auto& added = services_.insert_or_assign(id, std::move(service)).first->second;
  added.last_beat = time_stamp(outside_.clock);
  watch_silence(added);
  announce(added, "ADDED");
  return added;
}

void Services::update(Service& service, json info) {
  const bool state_only = [&] {
    auto before = service.info, after = info;
    before.erase("state");
    after.erase("state");
    return before == after;
  }();
  if (service.info == info) return;
  service.info = std::move(info);
  announce(service, state_only ? "STATE_CHANGED" : "ATTRIBUTES_CHANGED");
}

void Services::erase(const std::string& id) {
  const auto found = services_.find(id);
  if (found == services_.end()) return;
  const auto service = std::move(found->second);
  services_.erase(found);
  outside_.executor.cancel(service.silence_timer);
  announce(service, "REMOVED");
}

void Services::erase_of_application(const std::string& application) {
  std::vector<std::string> ids;
  for (const auto& [id, service] : services_)
    if (service.application == application) ids.push_back(id);
  for (const auto& id : ids) erase(id);
  for (auto entry = subscriptions_.begin(); entry != subscriptions_.end();) {
    if (entry->second.application == application) {
      notifier_.forget(subscription_href(entry->second));
      entry = subscriptions_.erase(entry);
    } else {
      ++entry;
    }
  }
}

void Services::forget_host(const std::string& host) {
  for (auto& [id, service] : services_)
    if (service.host == host) outside_.executor.cancel(service.silence_timer);
  std::erase_if(services_, [&](const auto& entry) { return entry.second.host == host; });
  std::erase_if(subscriptions_, [&](const auto& entry) { return entry.second.host == host; });
}

void Services::beat(Service& service) {
  service.last_beat = time_stamp(outside_.clock);
  watch_silence(service);
  if (service.info.at("state") != "SUSPENDED") return;
  auto info = service.info;
  info["state"] = "ACTIVE";
  update(service, std::move(info));
}

Service* Services::find(const std::string& id) {
  const auto found = services_.find(id);
  return found == services_.end() ? nullptr : &found->second;
}

std::optional<json> Services::seen_from(const std::string& host, const Service& service) const {
  auto info = service.info;
  const bool own = service.host == host;
  const bool everywhere = info.at("scopeOfLocality") == "MEC_SYSTEM";
  if (!own && !everywhere && info.at("consumedLocalOnly").get<bool>()) return std::nullopt;
  info["isLocal"] = own || everywhere;
  return info;
}

std::string Services::subscription_href(const AvailabilitySubscription& subscription) const {
  return fmt::format("{}/{}/mec_service_mgmt/v1/applications/{}/subscriptions/{}", outside_.api_root, subscription.host,
                     subscription.application, subscription.id);
}

void Services::announce(const Service& service, const char* change) {
  outside_.events.tell("service", {{"host", service.host},
                                   {"name", service.info.at("serName")},
                                   {"id", service.id},
                                   {"app_instance_id", service.application},
                                   {"change", change},
                                   {"state", service.info.at("state")}});
  for (const auto& [id, subscription] : subscriptions_) {
    const auto seen = seen_from(subscription.host, service);
    if (!seen || !passes(subscription.body.value("filteringCriteria", json()), *seen)) continue;
    json reference{{"serName", seen->at("serName")},
                   {"serInstanceId", service.id},
                   {"state", seen->at("state")},
                   {"changeType", change}};
    if (change != std::string_view{"REMOVED"})
      reference["link"] = {{"href", fmt::format("{}/{}/mec_service_mgmt/v1/services/{}", outside_.api_root,
                                                subscription.host, service.id)}};
    const auto href = subscription_href(subscription);
    notifier_.send({subscription.host,
                    href,
                    subscription.body.at("callbackReference"),
                    {{"notificationType", "SerAvailabilityNotification"},
                     {"serviceReferences", json::array({std::move(reference)})},
                     {"_links", {{"subscription", {{"href", href}}}}}}});
  }
  on_change_(service);
}

void Services::watch_silence(Service& service) {
  outside_.executor.cancel(service.silence_timer);
  service.silence_timer = 0;
  const auto interval = service.info.value("livenessInterval", 0U);
  if (interval == 0) return;
  // Two intervals: one lost heartbeat must not take a service away.
  service.silence_timer = outside_.executor.run_after(std::chrono::seconds{interval} * 2, [this, id = service.id] {
    auto* silent = find(id);
    if (!silent || silent->info.at("state") != "ACTIVE") return;
    auto info = silent->info;
    info["state"] = "SUSPENDED";
    update(*silent, std::move(info));
  });
}

}  // namespace edgecse::sandbox
