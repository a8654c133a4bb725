// SPDX-License-Identifier: Apache-2.0
//
// Resource types that are data: every type of onem2m's tables is created, read, changed and deleted by the generic
// procedures unless it has one of its own. A new plain type is a row of a table and nothing else. TS-0004 7.4.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// To be called first: what has a procedure of its own replaces the generic one.
void add_plain_types(CseCore& core);

}  // namespace edgecse::cse
