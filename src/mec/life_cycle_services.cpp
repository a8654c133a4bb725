// SPDX-License-Identifier: Apache-2.0
//
// What the own platform keeps for us by MEC 011: subscriptions, required services, own services with their liveness, rules.
#include <fmt/format.h>

#include "mec/decode.hpp"
#include "mec/life_cycle.hpp"

namespace edgecse::mec {
namespace {

constexpr std::chrono::seconds kServiceLookupInterval{60};

}  // namespace

void LifeCycle::remove_stale_subscriptions() {
  if (stale_.present || !may_act(stale_)) return;
  // Their secrets died with the process that made them, so they are of no use; a platform that cannot list them is no
  // reason to wait.
  send(stale_, {0, Api::AppSupport, 0, "GET", app_path("/subscriptions"), false, {}}, [this](const Answered& first) {
    if (says_nothing(first)) return fail(stale_, first);
    if (succeeded(first)) remove_unknown_subscriptions(Api::AppSupport, first.body);
    send(stale_, {0, Api::ServiceManagement, 0, "GET", app_path("/subscriptions"), false, {}},
         [this](const Answered& second) {
           if (says_nothing(second)) return fail(stale_, second);
           if (succeeded(second)) remove_unknown_subscriptions(Api::ServiceManagement, second.body);
           succeed(stale_, options_.audit_interval);
         });
  });
}

void LifeCycle::remove_unknown_subscriptions(Api api, const Json& list) {
  const auto links = decode_subscription_links(list);
  if (!links) return;
  for (const auto& href : *links) {
    const std::string id = last_segment(href);
    if (id.empty() || id == "subscriptions") continue;
    const bool ours = (termination_.task.present && id == termination_.id) ||
                      (availability_.task.present && id == availability_.id);
    if (!ours) send_and_forget({0, api, 0, "DELETE", app_path("/subscriptions/" + id), false, {}});
  }
}

void LifeCycle::keep_subscription(Subscription& subscription, const SubscriptionPlan& plan) {
  if (!may_act(subscription.task)) return;
  if (!subscription.task.present) return create_subscription(subscription, plan);
  if (subscription.renew_at <= now_.wall) return renew_subscription(subscription, plan);
  audit_subscription(subscription, plan);
}

void LifeCycle::create_subscription(Subscription& subscription, const SubscriptionPlan& plan) {
  subscription.secret = random_.hex(16);
  Call call{0, plan.api, plan.platform, "POST", plan.path, false, plan.body()};
  send(subscription.task, std::move(call), [this, &subscription, plan](const Answered& answer) {
    if (!succeeded(answer)) {
      if (plan.refused) plan.refused(answer.status);
      if (answer.status == 404 && plan.api != Api::Ams && plan.api != Api::Rni) doubt_ready();
      return fail(subscription.task, answer);
    }
    subscription.id = created_id(answer.location, answer.body, "subscriptionId");
    const bool expires = plan.expiry.count() > 0;
    subscription.renew_at = expires ? now_.wall + plan.expiry / 2 : base::WallTime::max();
    succeed(subscription.task, options_.audit_interval);
  });
}

void LifeCycle::renew_soon(Subscription& subscription) {
  subscription.task.due = now_.monotonic;
  subscription.renew_at = now_.wall;
}

void LifeCycle::renew_subscription(Subscription& subscription, const SubscriptionPlan& plan) {
  const std::string path = plan.path + "/" + subscription.id;
  Json body = plan.body();
  body["_links"] = {{"self", {{"href", path}}}};
  Call call{0, plan.api, plan.platform, "PUT", path, false, std::move(body)};
  send(subscription.task, std::move(call), [this, &subscription, plan, path](const Answered& answer) {
    if (succeeded(answer)) {
      subscription.renew_at = now_.wall + plan.expiry / 2;
      return succeed(subscription.task, options_.audit_interval);
    }
    if (answer.status / 100 != 4) return fail(subscription.task, answer);
    // It lapsed, or the platform renews nothing: a new one takes its place.
    send_and_forget({0, plan.api, plan.platform, "DELETE", path, false, {}});
    subscription.task.present = false;
    subscription.task.due = now_.monotonic;
  });
}

void LifeCycle::audit_subscription(Subscription& subscription, const SubscriptionPlan& plan) {
  if (subscription.id.empty()) {  // the platform did not tell where it is
    subscription.task.due = now_.monotonic + options_.audit_interval;
    wake_ = std::min(wake_, subscription.task.due);
    return;
  }
  Call call{0, plan.api, plan.platform, "GET", plan.path + "/" + subscription.id, false, {}};
  send(subscription.task, std::move(call), [this, &subscription, platform = plan.platform](const Answered& answer) {
    if (answer.status == 404) return vanish(subscription.task, platform);
    if (succeeded(answer)) return succeed(subscription.task, options_.audit_interval);
    subscription.task.due = now_.monotonic + options_.audit_interval;
  });
}

void LifeCycle::keep_required_services() {
  if (lookups_.empty()) return;
  keep_subscription(availability_, {Api::ServiceManagement, 0, app_path("/subscriptions"), [this] {
                      return encode_availability_subscription(options_.required_services, callback_of(availability_));
                    }});
  for (auto& lookup : lookups_) {
    if (!may_act(lookup.task)) continue;
    Call call{0, Api::ServiceManagement, 0, "GET", "/services?ser_name=" + lookup.service_name, false, {}};
    send(lookup.task, std::move(call), [this, &lookup](const Answered& answer) {
      auto services = succeeded(answer) ? decode_services(answer.body) : Result<std::vector<ServiceInfo>>{};
      if (succeeded(answer) && services) {
        for (auto& service : *services) {
          if (service.name != lookup.service_name || service.state != ServiceState::Active) continue;
          commands_.push_back(RequiredServiceFound{std::move(service)});
          return succeed(lookup.task, kServiceLookupInterval);
        }
      }
      lookup.task.present = false;
      Answered told = answer;
      if (succeeded(answer)) told.status = 404, told.detail = "no platform offers it yet";
      fail(lookup.task, told);
    });
  }
}

void LifeCycle::keep_services() {
  audit_services();
  if (!services_reviewed_) return;
  for (auto entry = services_.begin(); entry != services_.end();) {
    auto& service = entry->second;
    const bool gone = !service.offered && !service.task.present && service.task.call == 0 && service.beat.call == 0;
    if (gone) {
      entry = services_.erase(entry);
      continue;
    }
    keep_service(service);
    ++entry;
  }
}

void LifeCycle::keep_service(Service& service) {
  if (!service.offered) {
    if (service.task.present && may_act(service.task)) remove_service(service);
    return;
  }
  if (!service.task.present) {
    if (may_act(service.task)) create_service(service);
    return;
  }
  const bool other_state = service.answered.value("state", "ACTIVE") == "INACTIVE"
                               ? service.wanted.state == ServiceState::Active
                               : service.wanted.state == ServiceState::Inactive;
  if ((service.changed || other_state) && may_act(service.task)) {
    if (service.changed) remove_service(service);
    else update_service_state(service);
  }
  keep_beat(service);
}

void LifeCycle::create_service(Service& service) {
  service.changed = false;
  Json body = encode_service(service.wanted);
  if (first_edition_) body.erase("livenessInterval");
  Call call{0, Api::ServiceManagement, 0, "POST", app_path("/services"), false, std::move(body)};
  send(service.task, std::move(call), [this, &service](const Answered& answer) {
    if (!succeeded(answer)) {
      if (answer.status == 404) {
        doubt_ready();
        look_for_capif();
      }
      // Heartbeats came with 2.2.1; a strict platform of 2.1.1 refuses what it does not know.
      if (answer.status == 400) first_edition_ = !first_edition_;
      return fail(service.task, answer);
    }
    accept_service(service, answer);
  });
}

/// From 3.2.1 on MEC 011 has a second form of service management, on CAPIF's paths. A platform with that form only must not
/// look like one that merely forgot us.
void LifeCycle::look_for_capif() {
  if (std::exchange(looked_for_capif_, true)) return;
  Call call{++last_call_, Api::Capif, 0, "GET", "/allServiceAPIs", false, {}};
  pending_[call.id] = [this](const Answered& answer) {
    if (says_nothing(answer) || lacks(answer)) return;
    commands_.push_back(Remark{"service management", answer.status, 1,
                               "the platform offers it in the CAPIF profile of MEC 011 only, which is not spoken here: switch "
                               "its mec_service_mgmt API on, or set mec.platform.apis.service_mgmt to where it is"});
  };
  commands_.push_back(std::move(call));
}

void LifeCycle::accept_service(Service& service, const Answered& answer) {
  service.id = created_id(answer.location, answer.body, "serInstanceId");
  if (service.id.empty()) {  // an entry that we cannot name: the next review of the list removes it
    services_reviewed_ = false;
    service_audit_.due = now_.monotonic;
    return fail(service.task, answer);
  }
  service.answered = answer.body.is_object() ? answer.body : Json::object();
  if (!service.answered.contains("state") || !service.answered["state"].is_string()) {
    service.answered["state"] = to_text(service.wanted.state);
  }
  service.liveness_href.clear();
  if (const auto decoded = decode_service(answer.body)) {
    service.liveness_href = decoded->liveness_href;
    const auto told = decoded->liveness_interval_s > 0 ? decoded->liveness_interval_s : service.wanted.liveness_interval_s;
    service.interval = std::chrono::seconds{std::clamp<std::uint64_t>(told, 1, 86'400)};
  }
  service.beat = Task{service.beat.name};
  service.beat.due = now_.monotonic + service.interval / 2;
  succeed(service.task, std::chrono::seconds{0});
}

void LifeCycle::update_service_state(Service& service) {
  // Some platforms take a PUT only when nothing but the state differs from what they answered.
  Json body = service.answered;
  body["state"] = to_text(service.wanted.state);
  if (!body.contains("serName")) {
    body = encode_service(service.wanted);
    body["serInstanceId"] = service.id;
  }
  Call call{0, Api::ServiceManagement, 0, "PUT", app_path("/services/" + service.id), false, std::move(body)};
  send(service.task, std::move(call), [this, &service, state = service.wanted.state](const Answered& answer) {
    if (answer.status == 404) return vanish(service.task);
    if (succeeded(answer)) {
      service.answered["state"] = to_text(state);
      return succeed(service.task, std::chrono::seconds{0});
    }
    if (answer.status / 100 == 4 && !says_nothing(answer)) service.changed = true;  // take it away and offer it anew
    fail(service.task, answer);
  });
}

void LifeCycle::remove_service(Service& service) {
  send(service.task, {0, Api::ServiceManagement, 0, "DELETE", app_path("/services/" + service.id), false, {}},
       [this, &service](const Answered& answer) {
         if (!succeeded(answer) && answer.status != 404) return fail(service.task, answer);
         service.task.present = false;
         service.task.due = now_.monotonic;
       });
}

void LifeCycle::audit_services() {
  if (!may_act(service_audit_)) return;
  std::vector<std::string> expected;  // entries made while the question is on its way are not judged by its answer
  for (const auto& [name, service] : services_) {
    if (service.task.present) expected.push_back(name);
  }
  send(service_audit_, {0, Api::ServiceManagement, 0, "GET", app_path("/services"), false, {}},
       [this, expected = std::move(expected)](const Answered& answer) {
         if (says_nothing(answer)) return fail(service_audit_, answer);
         compare_services(answer, expected);
         services_reviewed_ = true;
         succeed(service_audit_, options_.audit_interval);
       });
}

void LifeCycle::compare_services(const Answered& answer, const std::vector<std::string>& expected) {
  if (answer.status == 404 && !expected.empty()) doubt_ready();
  const auto listed = decode_services(answer.body);
  if (!succeeded(answer) || !listed) return;
  const auto find_listed = [&](const std::string& id) {
    return std::find_if(listed->begin(), listed->end(), [&](const auto& entry) { return entry.instance_id == id; });
  };
  for (const auto& name : expected) {
    const auto found = services_.find(name);
    if (found == services_.end() || !found->second.task.present || found->second.task.call != 0) continue;
    const auto entry = find_listed(found->second.id);
    if (entry == listed->end()) vanish(found->second.task);
    else if (entry->state == ServiceState::Suspended) found->second.beat.due = now_.monotonic;
  }
  if (services_reviewed_) return;
  for (const auto& entry : *listed) {
    const bool ours = std::any_of(services_.begin(), services_.end(), [&](const auto& known) {
      return known.second.task.present && known.second.id == entry.instance_id;
    });
    if (ours || entry.instance_id.empty()) continue;
    send_and_forget({0, Api::ServiceManagement, 0, "DELETE", app_path("/services/" + entry.instance_id), false, {}});
  }
}

void LifeCycle::keep_beat(Service& service) {
  const bool wanted = !service.liveness_href.empty() && service.interval.count() > 0 &&
                      service.wanted.state == ServiceState::Active;
  if (!wanted || !may_act(service.beat)) return;
  Call call{0, Api::ServiceManagement, 0, "PATCH", service.liveness_href, true, encode_liveness_update()};
  send(service.beat, std::move(call), [this, &service](const Answered& answer) {
    if (succeeded(answer)) return succeed(service.beat, std::chrono::microseconds{service.interval} / 2);
    if (answer.status == 404 && service.task.call == 0) vanish(service.task);
    fail(service.beat, answer);
  });
}

}  // namespace edgecse::mec
