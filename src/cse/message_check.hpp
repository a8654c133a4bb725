// SPDX-License-Identifier: Apache-2.0
//
// Whether a request primitive is valid before anything is looked up. TS-0004 7.3.2.1, in its order. Pure.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

[[nodiscard]] onem2m::Result<> check_message(const CseCore& core, const Tree& tree, base::WallTime now,
                                             const onem2m::Request& request);

/// When the request expires: its rqet, else the configured life from now.
[[nodiscard]] base::WallTime deadline_of(const CseOptions& options, const onem2m::Request& request, base::WallTime now);

}  // namespace edgecse::cse
