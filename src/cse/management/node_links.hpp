// SPDX-License-Identifier: Apache-2.0
//
// <AE> and <node> name each other: nodeLink of the one, hostedAELinks of the other. The link of the AE leads; this keeps the
// other end true. TS-0001 9.6.5, 9.6.18; release4 20.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// 4004 when nl names something of this CSE that is no <node>; a node of another CSE is not looked at. Any thread.
[[nodiscard]] onem2m::Result<> check_node_link(const CseCore& core, const Tree& tree, const Json& attributes);

[[nodiscard]] std::unique_ptr<CsePart> make_node_links(CseCore& core);

}  // namespace edgecse::cse
