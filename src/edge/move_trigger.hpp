// SPDX-License-Identifier: Apache-2.0
//
// What the network tells about a device's path, for whoever decides on moves. docs/handover.md 8.
#pragma once

#include <string>

namespace edgecse::edge {

enum class MoveReason {
  Ams,         // MEC 021: the network moves the user to another host
  Evacuation,  // MEC 011: this instance is to stop
};

/// Called on the edge room's executor; must not block. Units are named by AE-ID stem (the AE's resourceID).
class MoveTrigger {
 public:
  virtual ~MoveTrigger() = default;
  /// The unit should be served by the target CSE (SP-relative CSE-ID, as /mn2). The same trigger may come again; a unit that
  /// is not served here, or a target that is this CSE, is to be ignored. With Evacuation the target may be empty: choose.
  virtual void trigger(const std::string& ae_id, const std::string& target_cse_id, MoveReason reason) = 0;
  /// The network has steered the device's traffic to its new host.
  virtual void network_completed(const std::string& ae_id) = 0;
  /// The device stays where it was.
  virtual void network_failed(const std::string& ae_id) = 0;
};

}  // namespace edgecse::edge
