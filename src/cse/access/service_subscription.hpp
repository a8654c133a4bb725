// SPDX-License-Identifier: Apache-2.0
//
// Whether the service subscription profile of this CSE's node lets an AE register: TS-0004 7.3.2.7. The profiles are resources
// of the IN-CSE; a CSE that has none refuses everybody, so the check is an option.
#pragma once

#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// SERVICE_SUBSCRIPTION_NOT_ESTABLISHED when no <serviceSubscribedNode> names this CSE, APP_RULE_VALIDATION_FAILED when none
/// of its rules fits App-ID and AE-ID-Stem (`C` or `S` alone when the CSE is to choose one). Any thread.
[[nodiscard]] onem2m::Result<> check_service_subscription(const CseCore& core, const Tree& tree, const std::string& app_id,
                                                          const std::string& stem);

/// Whether App-ID and AE-ID-Stem fit the attributes of a <serviceSubscribedAppRule>.
[[nodiscard]] bool rule_permits(const Json& rule, const std::string& app_id, const std::string& stem);
/// The two refusals.
[[nodiscard]] tl::unexpected<onem2m::Error> no_service_subscription(const CseCore& core);
[[nodiscard]] tl::unexpected<onem2m::Error> no_rule_fits(const CseCore& core, const std::string& app_id, const std::string& stem);

}  // namespace edgecse::cse
