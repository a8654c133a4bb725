// SPDX-License-Identifier: Apache-2.0
//
// Empties a CSE for the next conformance test.
#pragma once

#include <functional>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Deletes everything below the CSEBase but what the CSE itself put there (and AEs of this process), and what waits to be sent;
/// nobody is told. done is called once, on the loop's thread.
void reset(CseCore& core, std::function<void(const onem2m::Result<>&)> done);

}  // namespace edgecse::cse
