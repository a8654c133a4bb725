// SPDX-License-Identifier: Apache-2.0
#include "edge/ams_adaptor.hpp"

#include <set>

#include "base/log.hpp"

namespace edgecse::edge {
namespace {

constexpr std::string_view kRoom = "edge";

std::string_view to_text(mec::MobilityStatus status) {
  switch (status) {
    case mec::MobilityStatus::Triggered: return "triggered";
    case mec::MobilityStatus::Completed: return "completed";
    case mec::MobilityStatus::Failed: break;
  }
  return "failed";
}

}  // namespace

AmsAdaptor::AmsAdaptor(AmsAdaptorOptions options, DeviceRegistrar& registrar, DeviceTracker& tracker, HostDirectory& hosts,
                       MoveTrigger& trigger, const base::Clock& clock)
    : options_(std::move(options)),
      registrar_(registrar),
      tracker_(tracker),
      hosts_(hosts),
      trigger_(trigger),
      clock_(clock) {}

void AmsAdaptor::on_mobility(const mec::MobilityProcedureNotification& notification) {
  for (const auto& id : notification.associate_ids) {
    if (!tracker_.find(id).empty()) {
      report(id, notification);
      continue;
    }
    // Perhaps its AE registered a moment ago.
    tracker_.refresh([this, alive = std::weak_ptr<bool>(alive_), id, notification] {
      if (!alive.expired()) report(id, notification);
    });
  }
}

void AmsAdaptor::report(const mec::AssociateId& id, const mec::MobilityProcedureNotification& notification) {
  auto ae_ids = tracker_.find(id);
  base::log::info(kRoom, "the network reports a move",
                  {{"associate_id", id.value},
                   {"status", std::string{to_text(notification.status)}},
                   {"target_app_instance", notification.target_app_instance_id},
                   {"aes", std::to_string(ae_ids.size())}});
  switch (notification.status) {
    case mec::MobilityStatus::Triggered: return trigger_all(ae_ids, notification.target_app_instance_id);
    case mec::MobilityStatus::Completed:
    case mec::MobilityStatus::Failed: break;
  }
  // These concern AEs that left, too.
  for (const auto& [stem, ae] : tracker_.devices()) {
    if (std::find(ae.associate_ids.begin(), ae.associate_ids.end(), id) == ae.associate_ids.end()) continue;
    if (notification.status == mec::MobilityStatus::Completed) trigger_.network_completed(stem);
    else trigger_.network_failed(stem);
  }
}

void AmsAdaptor::trigger_all(const std::vector<std::string>& ae_ids, const std::string& target_instance) {
  if (ae_ids.empty()) return;
  hosts_.find_by_instance(target_instance, [this, alive = std::weak_ptr<bool>(alive_), ae_ids,
                                            target_instance](const std::optional<KnownHost>& host) {
    if (alive.expired()) return;
    if (!host) {  // survivable: the device's requests at its new host make that host ask for the unit
      base::log::warning(kRoom, "no CSE is known behind the target instance", {{"app_instance_id", target_instance}});
      return;
    }
    if (host->cse_id == options_.own_cse_id) return;
    for (const auto& ae_id : ae_ids) trigger_.trigger(ae_id, host->cse_id, MoveReason::Ams);
  });
}

void AmsAdaptor::devices_read() {
  std::set<mec::AssociateId> here, moved;
  for (const auto& [stem, ae] : tracker_.devices()) {
    for (const auto& id : ae.associate_ids) (ae.moved_to.empty() ? here : moved).insert(id);
  }
  const auto now = clock_.monotonic_now();
  for (const auto& id : here) {
    auto& entry = registered_[id];
    const bool fresh = entry.device.associate_id.value.empty() || entry.forget_at != base::MonotonicTime::max();
    if (!fresh) continue;
    entry = {{id, options_.level, mec::ContextTransferState::NotTransferred}};
    registrar_.track(entry.device);
  }
  for (auto entry = registered_.begin(); entry != registered_.end();) {
    auto& [id, known] = *entry;
    const bool left = !here.contains(id);
    if (left && moved.contains(id) && known.forget_at == base::MonotonicTime::max()) {
      known.device.context_transfer_state = mec::ContextTransferState::Completed;
      known.forget_at = now + options_.keep_completed;
      registrar_.track(known.device);
    }
    const bool gone = left && !moved.contains(id) && known.forget_at == base::MonotonicTime::max();
    if (gone || now >= known.forget_at) {
      registrar_.untrack(id);
      entry = registered_.erase(entry);
    } else {
      ++entry;
    }
  }
}

}  // namespace edgecse::edge
