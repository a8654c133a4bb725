// SPDX-License-Identifier: Apache-2.0
//
// Whether a request primitive is valid before anything is looked up. TS-0004 7.3.2.1, in its order. Pure.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

[[nodiscard]] onem2m::Result<> check_message(const CseCore& core, const Tree& tree, base::WallTime now,
                                             const onem2m::Request& request);

/// m2m:responseType.
inline constexpr int kNonBlockingSynch = 1, kNonBlockingAsynch = 2, kBlocking = 3, kFlexBlocking = 4, kNoResponse = 5;

/// Relative rqet, rset, oet and rp count from the receipt: written as absolute times they keep their meaning when the request
/// waits or travels.
void make_times_absolute(onem2m::Request& request, base::WallTime now);

/// When the request expires: its rqet, else the configured life from now.
[[nodiscard]] base::WallTime deadline_of(const CseCore& core, const onem2m::Request& request, base::WallTime now);

}  // namespace edgecse::cse
