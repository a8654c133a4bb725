// SPDX-License-Identifier: Apache-2.0
//
// Announcements both ways: resources here that other CSEs show, and those of others that are shown here. TS-0001 9.6.26,
// 10.2.8; TS-0004 7.3.3.10, 7.3.3.11.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Plugs into the core: procedures of the announced types, listener, answer holder. After the exchange part.
[[nodiscard]] std::unique_ptr<CsePart> make_announcement(CseCore& core);

/// 4005 when an instance is to be announced where its parent is not. TS-0004 7.3.3.10.
[[nodiscard]] onem2m::Result<> check_instance_announcement(const CseOptions& options, const Resource& parent, const Json& instance);

/// Whether the originator keeps a bi-directional announcement of the resource and so may UPDATE it.
[[nodiscard]] bool may_synchronise(const CseOptions& options, const onem2m::Request& request, const Resource& original);

}  // namespace edgecse::cse
