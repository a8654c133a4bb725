// SPDX-License-Identifier: Apache-2.0
//
// What the radio network information API keeps for us by MEC 012: one subscription to the cell changes of the devices that are
// served here. As optional as rules are: the application is operational without it.
#include "mec/life_cycle.hpp"

namespace edgecse::mec {

void LifeCycle::keep_cell_changes() {
  if (!options_.cell_changes) return;
  std::vector<AssociateId> users;
  for (const auto& [id, device] : devices_)
    if (device.context_transfer_state == ContextTransferState::NotTransferred) users.push_back(id);
  if (users.empty()) return leave_cell_changes();  // an empty list would mean every user of the network
  if (cells_.task.present && cell_users_ != users && cells_.task.call == 0) renew_soon(cells_);
  keep_subscription(cells_, {Api::Rni, 0, "/subscriptions", [this, users] {
                      cell_users_ = users;  // asked for; what is refused is asked again after its time
                      return encode_cell_change_subscription(app_instance_id_, callback_of(cells_),
                                                             unix_seconds_after(options_.radio_subscription_expiry), users);
                    }, options_.radio_subscription_expiry});
}

void LifeCycle::leave_cell_changes() {
  if (!cells_.task.present || cells_.task.call != 0) return;
  if (!cells_.id.empty()) send_and_forget({0, Api::Rni, 0, "DELETE", "/subscriptions/" + cells_.id, false, {}});
  cells_.task.present = false;
  cells_.secret.clear();
}

}  // namespace edgecse::mec
