// SPDX-License-Identifier: Apache-2.0
//
// Device management: what the types around <node> do beyond being data. TS-0001 9.6.14 to 9.6.18, annex D.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Registers the procedures of this folder.
void add_management(CseCore& core);

}  // namespace edgecse::cse
