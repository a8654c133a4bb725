// SPDX-License-Identifier: Apache-2.0
#include "edge/device_cells.hpp"

#include <set>

namespace edgecse::edge {

void DeviceCells::on_cell_change(const mec::CellChangeNotification& notification) {
  for (const auto& id : notification.associate_ids)
    if (const auto known = cells_.find(id); known != cells_.end()) known->second = {notification.target, clock_.wall_now()};
}

void DeviceCells::devices_read() {
  std::set<mec::AssociateId> here;
  for (const auto& [stem, ae] : tracker_.devices())
    if (ae.moved_to.empty()) here.insert(ae.associate_ids.begin(), ae.associate_ids.end());
  std::erase_if(cells_, [&](const auto& entry) { return !here.contains(entry.first); });
  for (const auto& id : here) {
    if (!cells_.try_emplace(id).second || id.type != "UE_IPv4_ADDRESS") continue;
    ask_(id.value, [this, alive = std::weak_ptr<bool>(alive_), id](const std::vector<mec::CellUser>& users) {
      if (alive.expired()) return;
      const auto known = cells_.find(id);
      if (known == cells_.end() || known->second) return;  // gone, or a change was quicker
      for (const auto& user : users)
        if (user.associate_id == id) known->second = {user.cell, clock_.wall_now()};
    });
  }
}

std::optional<ReportedCell> DeviceCells::cell_of(const TrackedAe& ae) const {
  for (const auto& id : ae.associate_ids)
    if (const auto known = cells_.find(id); known != cells_.end() && known->second) return known->second;
  return std::nullopt;
}

}  // namespace edgecse::edge
