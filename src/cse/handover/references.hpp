// SPDX-License-Identifier: Apache-2.0
//
// References to an AE that moved (announcement links, notification targets, group members, originators in access rules)
// follow it. TS-0001 10.2.16, TS-0004 7.5.1.2.16; docs/handover.md 6.
#pragma once

#include "cse/ae_references.hpp"
#include "cse/handover/shared.hpp"

namespace edgecse::cse::handover {

/// `sgn` with aerp true: rewrites this CSE's resources, those of units served elsewhere excepted. Any thread.
void handle_aerp(Shared& shared, onem2m::Request request, onem2m::ResponseCallback done);
[[nodiscard]] bool is_aerp(const onem2m::Request& request);

}  // namespace edgecse::cse::handover
