// SPDX-License-Identifier: Apache-2.0
//
// Communication management: what the active CMDH policy of this CSE's <node> says about requests that are forwarded to other
// CSEs. Event category and parameters that a request leaves open are filled in, and what the limits do not allow is refused.
// Schedules, buffers and aggregation are not looked at. TS-0001 D.12, TS-0004 annex H steps 1 to 3.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class CommunicationManagement : public CsePart {
 public:
  /// Completes the request. Fails with BAD_REQUEST: the detail names the parameter and the limit. Any thread; costs nothing
  /// while there is no active policy.
  [[nodiscard]] virtual onem2m::Result<> apply(const Tree& tree, base::WallTime now, onem2m::Request& request) const = 0;
};

[[nodiscard]] std::unique_ptr<CommunicationManagement> make_communication_management(CseCore& core);

}  // namespace edgecse::cse
