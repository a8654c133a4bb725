// SPDX-License-Identifier: Apache-2.0
//
// What the mobility service does when terminals, registrations or subscriptions change.
#include "platform/mobility_enumerations.hpp"
#include "platform/mobility_service.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

/// The 2.2.1 edition gives an application no way to say its appDId, so the name counts as well.
bool same_program(const Application& a, const Application& b) { return a.app_d_id == b.app_d_id || a.name == b.name; }

}  // namespace

void MobilityService::store(Registration registration) {
  const auto id = registration.id;
  const auto old = registrations_.find(id);
  const bool fresh = old == registrations_.end();
  registration.order = fresh ? next_order_++ : old->second.order;
  std::vector<Device> left;  // devices that the application does not name any more
  if (!fresh) {
    outside_.executor.cancel(old->second.expiry_timer);
    for (const auto& before : old->second.devices) {
      const auto now = std::find_if(registration.devices.begin(), registration.devices.end(),
                                    [&](const Device& device) { return device.associate_id == before.associate_id; });
      if (now == registration.devices.end()) {
        left.push_back(before);
      } else if (now->state == before.state || now->state != "NOT_TRANSFERRED") {
        now->move = before.move;
        now->target = before.target;
        now->target_host = before.target_host;
      }
    }
  }
  auto& stored = registrations_.insert_or_assign(id, std::move(registration)).first->second;
  start_expiry(stored);
  outside_.events.tell("ams_registration", {{"host", host_.name},
                                            {"app_instance_id", stored.application},
                                            {"devices", stored.devices.size()},
                                            {"new", fresh}});
  // An application that drops a device in the middle of its move says that it has nothing left to do for it.
  for (auto& device : left) {
    if (device.move == Move::Triggered && ties_.serving_host(device.address()) == device.target_host)
      notify_move(stored, device, "INTERHOST_MOVEOUT_COMPLETED");
    ties_.changed(device.address());
  }
  if (fresh) announce_adjacency(stored, false);
  settle_all();
  // Copied: the steering may ask back.
  std::vector<std::string> addresses;
  for (const auto& device : registrations_.at(id).devices) addresses.push_back(device.address());
  for (const auto& address : addresses) ties_.changed(address);
}

void MobilityService::erase_registration(const std::string& id, const char* why) {
  const auto found = registrations_.find(id);
  if (found == registrations_.end()) return;
  const auto registration = std::move(found->second);
  registrations_.erase(found);
  outside_.executor.cancel(registration.expiry_timer);
  outside_.events.tell("ams_deregistration",
                       {{"host", host_.name}, {"app_instance_id", registration.application}, {"why", why}});
  announce_adjacency(registration, true);
  for (const auto& device : registration.devices) ties_.changed(device.address());
}

void MobilityService::start_expiry(Registration& registration) {
  if (registration.expiry_s == 0) return;
  registration.expiry_timer = outside_.executor.run_after(
      std::chrono::seconds{registration.expiry_s}, [this, id = registration.id] { erase_registration(id, "expired"); });
}

void MobilityService::terminal_moved(const std::string& address) {
  for (auto& [id, registration] : registrations_)
    for (auto& device : registration.devices)
      if (device.address() == address) settle(registration, device);
}

void MobilityService::settle_all() {
  for (auto& [id, registration] : registrations_)
    for (auto& device : registration.devices) settle(registration, device);
}

void MobilityService::settle(Registration& registration, Device& device) {
  const auto* application = applications_.find(registration.application);
  // Registrations from other hosts are here only to be found as targets.
  if (!application || application->host != host_.name || device.move == Move::Completed) return;
  const auto serving = ties_.serving_host(device.address());
  if (serving.empty()) return;
  if (device.move == Move::Triggered && serving != device.target_host) {
    notify_move(registration, device, "INTERHOST_MOVEOUT_FAILED");
    device.move = Move::None;
  }
  if (serving == host_.name || device.level == "APP_MOBILITY_NOT_ALLOWED") return;
  const bool transferred = device.state == "USER_CONTEXT_TRANSFER_COMPLETED";
  if (device.move == Move::None && !transferred) {
    const auto* target = target_of(registration, serving);
    if (!target || !somebody_listens(registration, device)) return;
    device.move = Move::Triggered;
    device.target = target->application;
    device.target_host = serving;
    notify_move(registration, device, "INTERHOST_MOVEOUT_TRIGGERED");
  }
  if (device.move == Move::Triggered && (transferred || device.level == "APP_MOBILITY_WITHOUT_CONFIRMATION")) {
    notify_move(registration, device, "INTERHOST_MOVEOUT_COMPLETED");
    device.move = Move::Completed;
  }
}

bool MobilityService::keeps(const std::string& address) const {
  for (const auto& [id, registration] : registrations_) {
    const auto* application = applications_.find(registration.application);
    if (!application || application->host != host_.name) continue;
    for (const auto& device : registration.devices) {
      if (device.address() != address) continue;
      if (device.level == "APP_MOBILITY_NOT_ALLOWED") return true;
      if (device.level == "APP_MOBILITY_WITH_CONFIRMATION" && device.state == "NOT_TRANSFERRED") return true;
    }
  }
  return false;
}

void MobilityService::notify_move(const Registration& registration, const Device& device, const char* status) {
  outside_.events.tell("mobility", {{"host", host_.name},
                                    {"ue", device.address()},
                                    {"app_instance_id", registration.application},
                                    {"target_app_instance_id", device.target},
                                    {"target_host", device.target_host},
                                    {"status", status}});
  for (const auto& [id, subscription] : subscriptions_) {
    if (!covers(subscription, registration, device)) continue;
    const auto& criteria = subscription.body.at("filterCriteria");
    const auto wanted = criteria.value("mobilityStatus", json::array());
    const bool default_only = wanted.empty() && status != kMobilityStatus.names[0];
    const auto wire = kMobilityStatus.to_wire(status, outside_.enumerations);
    if (default_only || (!wanted.empty() && std::find(wanted.begin(), wanted.end(), wire) == wanted.end())) continue;
    json target{{"appInstanceId", device.target}};
    if (const auto* application = applications_.find(device.target);
        application && !application->comm_interface.is_null())
      target["commInterface"] = application->comm_interface;
    notifier_.send({host_.name,
                    href(subscription),
                    subscription.body.at("callbackReference"),
                    {{"notificationType", "MobilityProcedureNotification"},
                     {"timeStamp", time_stamp(outside_.clock)},
                     {"associateId", json::array({device.associate_id})},
                     {"mobilityStatus", wire},
                     {"targetAppInfo", std::move(target)},
                     {"_links", links_of(subscription)}}});
  }
}

bool MobilityService::somebody_listens(const Registration& registration, const Device& device) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const auto& entry) { return covers(entry.second, registration, device); });
}

bool MobilityService::covers(const Subscription& subscription, const Registration& registration,
                             const Device& device) const {
  if (subscription.type != "MobilityProcedureSubscription" || subscription.application != registration.application)
    return false;
  const auto ids = subscription.body.at("filterCriteria").value("associateId", json::array());
  return ids.empty() || std::find(ids.begin(), ids.end(), device.associate_id) != ids.end();
}

const MobilityService::Registration* MobilityService::target_of(const Registration& registration,
                                                                const std::string& host) const {
  const Registration* chosen = nullptr;  // an older one with the same name may be what a crash left behind
  for (const auto* neighbour : neighbours(registration)) {
    if (applications_.find(neighbour->application)->host != host) continue;
    const bool better = !chosen || (outside_.quirks == Quirks::AdvantEdge ? neighbour->application < chosen->application
                                                                          : neighbour->order > chosen->order);
    if (better) chosen = neighbour;
  }
  return chosen;
}

std::vector<const MobilityService::Registration*> MobilityService::neighbours(const Registration& registration) const {
  std::vector<const Registration*> result;
  const auto* own = applications_.find(registration.application);
  if (!own) return result;
  for (const auto& [id, other] : registrations_) {
    const auto* application = applications_.find(other.application);
    if (application && application->host != own->host && same_program(*application, *own)) result.push_back(&other);
  }
  return result;
}

void MobilityService::announce_adjacency(const Registration& changed, bool removed) {
  const auto* application = applications_.find(changed.application);
  if (!application) return;
  for (const auto& [id, subscription] : subscriptions_) {
    if (subscription.type != "AdjacentAppInfoSubscription") continue;
    const auto* own = applications_.find(subscription.application);
    if (!own || own->host == application->host || !same_program(*own, *application)) continue;
    auto adjacent = json::array();
    for (const auto& [other_id, other] : registrations_) {
      const auto* instance = applications_.find(other.application);
      if (!instance || instance->host == own->host || !same_program(*instance, *own)) continue;
      adjacent.push_back(
          {{"appInstanceId", instance->id},
           {"commInterface",
            json::array({instance->comm_interface.is_null() ? json::object() : instance->comm_interface})}});
    }
    outside_.events.tell(
        "adjacent_instances",
        {{"host", host_.name}, {"app_instance_id", own->id}, {"instances", adjacent.size()}, {"removed", removed}});
    notifier_.send({host_.name,
                    href(subscription),
                    subscription.body.at("callbackReference"),
                    {{"notificationType", "AdjacentAppInfoNotification"},
                     {"timeStamp", time_stamp(outside_.clock)},
                     {"adjacentAppInfo", std::move(adjacent)},
                     {"_links", links_of(subscription)}}});
  }
}

void MobilityService::forget_application(const std::string& id) {
  std::vector<std::string> registrations, subscriptions;
  for (const auto& [key, registration] : registrations_)
    if (registration.application == id) registrations.push_back(key);
  for (const auto& [key, subscription] : subscriptions_)
    if (subscription.application == id) subscriptions.push_back(key);
  for (const auto& key : subscriptions) erase_subscription(key);
  for (const auto& key : registrations) erase_registration(key, "the instance ended");
}

void MobilityService::forget_all() {
  for (auto& [id, registration] : registrations_) outside_.executor.cancel(registration.expiry_timer);
  for (auto& [id, subscription] : subscriptions_) {
    outside_.executor.cancel(subscription.warning_timer);
    outside_.executor.cancel(subscription.expiry_timer);
  }
  registrations_.clear();
  subscriptions_.clear();
}

}  // namespace edgecse::sandbox
