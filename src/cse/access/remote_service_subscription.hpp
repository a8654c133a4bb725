// SPDX-License-Identifier: Apache-2.0
//
// The service subscription of this CSE's node when its profile is at the IN-CSE: found there by the CSE-ID, its rules read one
// after the other, with this CSE as the Originator. TS-0004 7.3.2.7.
#pragma once

#include <functional>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// As check_service_subscription (access/service_subscription.hpp); 5103 or 4008 when the IN-CSE, which the registrar is taken
/// to be, is not reached. done is called once, on any thread. Any thread.
void ask_service_subscription(CseCore& core, std::string app_id, std::string stem, std::function<void(onem2m::Result<>)> done);

}  // namespace edgecse::cse
