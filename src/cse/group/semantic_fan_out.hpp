// SPDX-License-Identifier: Apache-2.0
//
// <semanticFanOutPoint>: a semantic query or discovery over what describes the members. TS-0001 9.6.14a, 10.2.7.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse::group {

/// A RETRIEVE of the group's sfop that may be done: descriptors that are members, and those below members. Fails with 4005
/// (another operation), 4000 (no query), 5001 (a member at another CSE), and as queries do. On the caller's thread.
[[nodiscard]] onem2m::Result<onem2m::Response> ask_members(const CseCore& core, const Tree& tree, base::WallTime now,
                                                           const onem2m::Request& request, const Resource& group);

}  // namespace edgecse::cse::group
