// SPDX-License-Identifier: Apache-2.0
//
// Which AEs are reached through which device of the mobile network: by the label mec:ue=<type>:<value> on the AE, else by the
// host of its pointOfAccess when that is a number. Read by discovery and RETRIEVE, again whenever an AE comes or goes (a
// subscription at the CSEBase tells) and periodically, since a handover brings AEs silently.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "edge/requester.hpp"
#include "mec/types.hpp"

namespace edgecse::edge {

struct TrackedAe {
  std::string ae_id;       // stem
  std::string address;     // CSE-relative, structured
  std::vector<mec::AssociateId> associate_ids;
  std::vector<std::string> labels;
  std::string moved_to;    // CSE-ID of the owner when it is not this CSE
  Json attributes;
};

/// CSE-ID of the CSE that owns the AE's unit; empty: this one (also while it is frozen for a move that may still fail).
using OwnerOf = std::function<std::string(const std::string& ae_id)>;

/// Used on the executor's thread only.
class DeviceTracker {
 public:
  /// base_address: CSE-relative name of the CSEBase. Not tracked: the AE named except_stem (our own).
  DeviceTracker(Requester& requester, base::Executor& executor, std::string base_address, std::string except_stem,
                OwnerOf owner_of);
  DeviceTracker(const DeviceTracker&) = delete;
  DeviceTracker& operator=(const DeviceTracker&) = delete;

  /// on_read: after every reading that succeeded.
  void start(std::chrono::milliseconds interval, std::function<void()> on_read);
  /// Reads soon; several wishes become one reading. done runs after a reading that began after this call.
  void refresh(std::function<void()> done = {});

  [[nodiscard]] const std::map<std::string, TrackedAe>& devices() const { return devices_; }
  /// AE-ID stems of the device's AEs that are served here.
  [[nodiscard]] std::vector<std::string> find(const mec::AssociateId& associate_id) const;

 private:
  struct Reading;
  void begin();
  void read_next(std::shared_ptr<Reading> reading);
  [[nodiscard]] std::optional<TrackedAe> find_moved(const std::string& address) const;
  void finish(std::shared_ptr<Reading> reading, bool success);

  Requester& requester_;
  base::Executor& executor_;
  std::string base_address_, except_stem_;
  OwnerOf owner_of_;
  std::chrono::milliseconds interval_{0};
  std::function<void()> on_read_;
  std::map<std::string, TrackedAe> devices_;
  std::shared_ptr<Reading> reading_;
  std::vector<std::function<void()>> wishes_;
  bool wanted_ = false;
  base::TimerId timer_ = 0;
  // Asked by what waits on the executor; nothing is cancelled in the destructor, since the executor may be ending too.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

inline constexpr std::string_view kUserEquipmentLabel = "mec:ue=";

/// By labels, else by pointOfAccess.
[[nodiscard]] std::vector<mec::AssociateId> associate_ids_of(const std::vector<std::string>& labels,
                                                             const std::vector<std::string>& points_of_access);

}  // namespace edgecse::edge
