// SPDX-License-Identifier: Apache-2.0
//
// triggerRequest at an IN-CSE: wakes an entity, or has it register, on behalf of an AE. The payload (m2m:tgp) goes as a
// notification to the recipient's pointOfAccess, or to the Trigger-Recipient-ID when that is a URL; there is no core
// network (T8) here. Repeated until it is answered or triggerValidityTime is over. TS-0001 8.3.3, 10.2.15;
// TS-0004 7.4.57.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Registers the type's procedure. What was being delivered goes on after a restart.
[[nodiscard]] std::unique_ptr<CsePart> make_trigger_requests(CseCore& core);

}  // namespace edgecse::cse
