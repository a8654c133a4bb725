// SPDX-License-Identifier: Apache-2.0
//
// Ends the life of resources at their expirationTime, as DELETE does. Resources are in an ordered index in memory, rebuilt at
// start; instances with an end of their own (et, mia) have a row in Meta that orders by time. TS-0004 7.3.3.8, 7.4.7.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Observes the loop; timers start with start(). A resource of a unit that is not served here waits.
[[nodiscard]] std::unique_ptr<CsePart> make_expiration(CseCore& core);

}  // namespace edgecse::cse
