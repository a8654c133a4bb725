// SPDX-License-Identifier: Apache-2.0
//
// What each AMS keeps for us by MEC 021: one registration with every tracked device, and the subscriptions.
#include <fmt/format.h>

#include "mec/decode.hpp"
#include "mec/life_cycle.hpp"

namespace edgecse::mec {
namespace {

constexpr std::size_t kCheckedSubscriptions = 200;  // of a platform's list

/// Level is left out: some platforms do not give it back.
bool same_devices(std::vector<DeviceInformation> a, const std::vector<DeviceInformation>& b) {
  std::sort(a.begin(), a.end(), [](const auto& x, const auto& y) { return x.associate_id < y.associate_id; });
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.associate_id == y.associate_id && x.context_transfer_state == y.context_transfer_state;
  });
}

}  // namespace

void LifeCycle::keep_ams(Ams& ams) {
  keep_ams_registration(ams);
  remove_stale_subscriptions(ams);
  if (subscribes_at(ams)) keep_ams_subscriptions(ams);
}

bool LifeCycle::subscribes_at(const Ams& ams) const { return ams.number == 0 || options_.subscribe_at_peers; }

bool LifeCycle::awaits_subscription(const Ams& ams) const {
  const Task& task = ams.mobility.task;
  return subscribes_at(ams) && !task.present && !task.unsupported && task.failures == 0;
}

/// Their secrets died with the process that made them. The list does not say whose they are: each is looked at.
void LifeCycle::remove_stale_subscriptions(Ams& ams) {
  if (ams.stale.present || !may_act(ams.stale)) return;
  send(ams.stale, {0, Api::Ams, ams.number, "GET", "/subscriptions", false, {}}, [this, &ams](const Answered& answer) {
    if (says_nothing(answer)) return fail(ams.stale, answer);
    ams.unchecked.clear();
    const auto links = succeeded(answer) ? decode_subscription_links(answer.body) : Result<std::vector<std::string>>{};
    if (links)
      for (const auto& href : *links)
        if (ams.unchecked.size() < kCheckedSubscriptions) ams.unchecked.push_back(last_segment(href));
    check_next_subscription(ams);
  });
}

void LifeCycle::check_next_subscription(Ams& ams) {
  while (!ams.unchecked.empty()) {
    const std::string id = std::move(ams.unchecked.back());
    ams.unchecked.pop_back();
    if (id.empty() || id == "subscriptions" || id == ams.mobility.id || id == ams.adjacency.id) continue;
    return send(ams.stale, {0, Api::Ams, ams.number, "GET", "/subscriptions/" + id, false, {}},
                [this, &ams, id](const Answered& answer) {
                  if (says_nothing(answer)) return fail(ams.stale, answer);
                  const bool told = succeeded(answer) && answer.body.is_object() &&
                                    answer.body.contains("callbackReference") &&
                                    answer.body["callbackReference"].is_string();
                  if (told && is_of_earlier_life(answer.body["callbackReference"]))
                    send_and_forget({0, Api::Ams, ams.number, "DELETE", "/subscriptions/" + id, false, {}});
                  check_next_subscription(ams);
                });
  }
  succeed(ams.stale, options_.audit_interval);
}

bool LifeCycle::is_of_earlier_life(const std::string& callback) const {
  if (!callback.starts_with(options_.callback + '/')) return false;
  return std::none_of(ams_.begin(), ams_.end(), [&](const Ams& ams) {
    return callback == callback_of(ams.mobility) || callback == callback_of(ams.adjacency);
  });
}

MobilityRegistration LifeCycle::wanted_registration(const Ams& ams) const {
  MobilityRegistration wanted{ams.id, app_instance_id_, {}, static_cast<std::uint64_t>(options_.registration_expiry.count())};
  for (const auto& [id, device] : devices_) wanted.devices.push_back(device);
  return wanted;
}

void LifeCycle::keep_ams_registration(Ams& ams) {
  if (!may_act(ams.registration)) return;
  if (!ams.registration.present) return ams.searched ? write_registration(ams) : search_registration(ams);
  const bool changed = wanted_registration(ams).devices != ams.sent;
  if (changed || now_.monotonic >= ams.renew_at) return write_registration(ams);
  audit_registration(ams);
}

/// A registration of an earlier life is replaced, not continued: its moves were triggered for a process that is gone, and an AMS
/// triggers once.
void LifeCycle::search_registration(Ams& ams) {
  send(ams.registration, {0, Api::Ams, ams.number, "GET", "/app_mobility_services", false, {}},
       [this, &ams](const Answered& answer) {
         if (says_nothing(answer)) return fail(ams.registration, answer);
         ams.searched = true;
         ams.id.clear();
         if (!succeeded(answer) || !answer.body.is_array()) return;
         for (const auto& entry : answer.body) {
           const auto registration = decode_mobility_registration(entry);
           if (!registration || registration->app_instance_id != app_instance_id_ || registration->id.empty()) continue;
           if (ams.made && ams.id.empty()) {
             take_over(ams, registration->id);
           } else {
             ams.earlier.push_back(registration->id);
           }
         }
         if (ams.made) delete_earlier(ams);
       });
}

void LifeCycle::take_over(Ams& ams, const std::string& id) {
  ams.id = id;
  ams.registration.present = true;
  ams.sent.clear();
  ams.renew_at = now_.monotonic;
}

void LifeCycle::delete_earlier(Ams& ams) {
  for (const auto& id : std::exchange(ams.earlier, {}))
    send_and_forget({0, Api::Ams, ams.number, "DELETE", "/app_mobility_services/" + id, false, {}});
}

void LifeCycle::write_registration(Ams& ams) {
  const bool create = !ams.registration.present;
  if (create && !ams.earlier.empty() && awaits_subscription(ams)) return;  // what is triggered at once must reach us
  if (create) ams.id.clear();
  auto wanted = wanted_registration(ams);
  Call call{0, Api::Ams, ams.number, create ? "POST" : "PUT",
            create ? "/app_mobility_services" : "/app_mobility_services/" + ams.id, false,
            encode_mobility_registration(wanted, ams.style)};
  send(ams.registration, std::move(call),
       [this, &ams, create, used = ams.style, devices = std::move(wanted.devices)](const Answered& answer) {
         if (!create && answer.status == 404) return vanish(ams.registration, ams.number);
         if (create && answer.status == 409 && !ams.earlier.empty()) {  // one at a time: then the earlier one goes on
           take_over(ams, ams.earlier.front());
           ams.earlier.erase(ams.earlier.begin());
           return delete_earlier(ams);
         }
         ams.made = ams.made || (create && succeeded(answer));
         std::string id = ams.id;
         if (create && succeeded(answer)) id = created_id(answer.location, answer.body, "appMobilityServiceId");
         if (!succeeded(answer) || id.empty()) {
           try_other_style(ams, used, answer.status);
           ams.searched = ams.searched && !succeeded(answer);  // made without a name: the list tells it
           return fail(ams.registration, answer);
         }
         ams.id = std::move(id);
         delete_earlier(ams);
         ams.sent = devices;
         ams.renew_at = options_.registration_expiry.count() > 0 ? now_.monotonic + options_.registration_expiry / 2
                                                                 : base::MonotonicTime::max();
         succeed(ams.registration, options_.audit_interval);
         if (wanted_registration(ams).devices != ams.sent) ams.registration.due = now_.monotonic;
       });
}

void LifeCycle::audit_registration(Ams& ams) {
  send(ams.registration, {0, Api::Ams, ams.number, "GET", "/app_mobility_services/" + ams.id, false, {}},
       [this, &ams](const Answered& answer) {
         if (answer.status == 404) return vanish(ams.registration, ams.number);
         const auto held = succeeded(answer) ? decode_mobility_registration(answer.body) : Result<MobilityRegistration>{};
         const bool differs = succeeded(answer) && held && !same_devices(held->devices, ams.sent);
         if (differs) ams.renew_at = now_.monotonic;
         ams.registration.due = now_.monotonic + (differs ? base::Duration::zero() : base::Duration{options_.audit_interval});
         if (wanted_registration(ams).devices != ams.sent) ams.registration.due = now_.monotonic;
       });
}

void LifeCycle::keep_ams_subscriptions(Ams& ams) {
  const auto refused = [&ams, used = ams.style](int status) { try_other_style(ams, used, status); };
  keep_subscription(ams.mobility, {Api::Ams, ams.number, "/subscriptions", [this, &ams] {
                      return encode_mobility_subscription(app_instance_id_, callback_of(ams.mobility),
                                                          unix_seconds_after(options_.subscription_expiry), ams.style);
                    }, options_.subscription_expiry, refused});
  keep_subscription(ams.adjacency, {Api::Ams, ams.number, "/subscriptions", [this, &ams] {
                      return encode_adjacency_subscription(app_instance_id_, callback_of(ams.adjacency),
                                                           unix_seconds_after(options_.subscription_expiry));
                    }, options_.subscription_expiry});
}

void LifeCycle::try_other_style(Ams& ams, EnumerationStyle used, int status) {
  if ((status != 400 && status != 422) || ams.style != used) return;
  ams.style = used == EnumerationStyle::Strings ? EnumerationStyle::Integers : EnumerationStyle::Strings;
}

}  // namespace edgecse::mec
