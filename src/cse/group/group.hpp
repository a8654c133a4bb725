// SPDX-License-Identifier: Apache-2.0
//
// Groups: members, fanOutPoint, forwarded notifications. TS-0001 9.6.13, 9.6.14, 10.2.7.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"
#include "cse/request/partial_results.hpp"

namespace edgecse::cse {

/// Plugs into the core: type procedure, listener, virtual targets. A fan-out tells partial_results what it knows so far.
[[nodiscard]] std::unique_ptr<CsePart> make_group(CseCore& core, std::shared_ptr<const PartialResults> partial_results);

}  // namespace edgecse::cse
