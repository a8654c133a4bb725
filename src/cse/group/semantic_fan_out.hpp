// SPDX-License-Identifier: Apache-2.0
//
// <semanticFanOutPoint>: a semantic query or discovery over what describes the members. TS-0001 9.6.14a, 10.2.7.
#pragma once

#include <functional>
#include <memory>

#include "cse/commit_loop.hpp"
#include "cse/cse_core.hpp"

namespace edgecse::cse::group {

/// A RETRIEVE of the group's sfop that may be done: descriptors that are members, and those below members. For a query those
/// of members at other CSEs are read in the name of the originator; a discovery is handed to these CSEs. What they do not show,
/// and who does not answer in time, is left out. Done is called once, before this returns when all members are here. Fails with
/// 4005 (another operation), 4000 (no query), 5209 (no member is here or was reached), 4137 (more than one request may hold),
/// and as queries do.
void ask_members(CseCore& core, std::weak_ptr<char> alive, const SnapshotPtr& snapshot, onem2m::Request request, const Resource& group,
                 std::function<void(onem2m::Result<onem2m::Response>)> done);

}  // namespace edgecse::cse::group
