// SPDX-License-Identifier: Apache-2.0
//
// Non-blocking requests: kept as a <request>, done like a blocking one, the result kept there and, asynchronously, told to who
// waits for it. TS-0004 7.3.2.2 to 7.3.2.5, 7.4.12; TS-0001 8.2.2, 9.6.12.
#pragma once

#include <memory>

#include "cse/cmdh/communication_management.hpp"
#include "cse/cse_core.hpp"
#include "cse/request/partial_results.hpp"

namespace edgecse::cse {

/// Plugs into the core: non_blocking and the procedure of <request>. partial_results: where those who do a request tell what
/// they know before its end; management: by which requests go to other CSEs.
[[nodiscard]] std::unique_ptr<CsePart> make_non_blocking(CseCore& core, CommunicationManagement& management,
                                                         std::shared_ptr<PartialResults> partial_results);

}  // namespace edgecse::cse
