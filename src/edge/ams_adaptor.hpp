// SPDX-License-Identifier: Apache-2.0
//
// MEC 021 on one side, units of oneM2M on the other: the devices of the AEs served here are registered at every AMS; what an
// AMS reports about a device becomes a trigger for each of its AEs. docs/handover.md 8.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "edge/device_tracker.hpp"
#include "edge/host_directory.hpp"
#include "edge/move_trigger.hpp"
#include "mec/types.hpp"

namespace edgecse::mec {
class Application;
}

namespace edgecse::edge {

/// Where tracked devices are made known; the seam between this room's rules and mec::Application.
class DeviceRegistrar {
 public:
  virtual ~DeviceRegistrar() = default;
  virtual void track(mec::DeviceInformation device) = 0;
  virtual void untrack(mec::AssociateId associate_id) = 0;
};

struct AmsAdaptorOptions {
  std::string own_cse_id;
  /// How long a device that left stays registered with USER_CONTEXT_TRANSFER_COMPLETED, so that the platform sees it.
  std::chrono::seconds keep_completed{20};
  /// With confirmation the platform steers a device's traffic only after its context is at the new host.
  mec::MobilityServiceLevel level = mec::MobilityServiceLevel::WithConfirmation;
};

/// Used on the executor's thread only.
class AmsAdaptor {
 public:
  AmsAdaptor(AmsAdaptorOptions options, DeviceRegistrar& registrar, DeviceTracker& tracker, HostDirectory& hosts,
             MoveTrigger& trigger, const base::Clock& clock);

  /// A notification that was let in by its secret.
  void on_mobility(const mec::MobilityProcedureNotification& notification);
  /// The tracker has read the AEs again.
  void devices_read();

 private:
  struct Registered {
    mec::DeviceInformation device;
    base::MonotonicTime forget_at = base::MonotonicTime::max();
  };
  void report(const mec::AssociateId& id, const mec::MobilityProcedureNotification& notification);
  void trigger_all(const std::vector<std::string>& ae_ids, const std::string& target_instance);

  AmsAdaptorOptions options_;
  DeviceRegistrar& registrar_;
  DeviceTracker& tracker_;
  HostDirectory& hosts_;
  MoveTrigger& trigger_;
  const base::Clock& clock_;
  std::map<mec::AssociateId, Registered> registered_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::edge
