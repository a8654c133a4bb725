// SPDX-License-Identifier: Apache-2.0
//
// MEC 013 queries (location/v2) of one host: users and zones of the zones that the host serves. Bodies are wrapped in a
// member, as the files of both editions say. Only the system's executor touches it.
#pragma once

#include "platform/exchange.hpp"
#include "platform/surroundings.hpp"
#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

/// LocationInfo of a point.
[[nodiscard]] nlohmann::json location_info(const Position& position);
/// UserInfo of a terminal that has an access point.
[[nodiscard]] nlohmann::json user_info(const Terminal& terminal, const HostPlan& host, const Surroundings& outside);

/// path[0] is "queries".
[[nodiscard]] Reply handle_location(const Request& request, const HostPlan& host, const Scenario& scenario,
                                    const Terminals& terminals, const Surroundings& outside);

}  // namespace edgecse::sandbox
