// SPDX-License-Identifier: Apache-2.0
//
// In which cell of the radio network (MEC 012) each device that is served here was last reported: asked for once when a device
// comes, then kept by cell changes. What a device that leaves the radio network for Wi-Fi was last in stays, with its time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "edge/device_tracker.hpp"
#include "mec/types.hpp"

namespace edgecse::edge {

struct ReportedCell {
  mec::CellIdentity cell;
  base::WallTime at;
};

/// Used on the executor's thread only.
class DeviceCells {
 public:
  /// Asks the platform for the cells of a user; answers on the executor, or not at all when it cannot be asked.
  using Ask = std::function<void(const std::string& ipv4_address, std::function<void(const std::vector<mec::CellUser>&)> done)>;

  DeviceCells(DeviceTracker& tracker, Ask ask, const base::Clock& clock)
      : tracker_(tracker), ask_(std::move(ask)), clock_(clock) {}

  /// A notification that was let in by its secret. Users that are no device of ours are ignored.
  void on_cell_change(const mec::CellChangeNotification& notification);
  /// The tracker has read the AEs again.
  void devices_read();
  /// Of the first of the AE's identifiers that is known.
  [[nodiscard]] std::optional<ReportedCell> cell_of(const TrackedAe& ae) const;

 private:
  DeviceTracker& tracker_;
  Ask ask_;
  const base::Clock& clock_;
  std::map<mec::AssociateId, std::optional<ReportedCell>> cells_;  // of every device here; nothing: not told yet
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
