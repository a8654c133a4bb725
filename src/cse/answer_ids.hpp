// SPDX-License-Identifier: Apache-2.0
//
// Addresses in an answer have the form of the From they answer: who is known CSE-relative reads CSE-relative ones, who asks
// with an SP-relative or absolute From is somewhere else and needs such addresses. TS-0001 7.2, release4 18.
#pragma once

#include "cse/options.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::cse {

/// done, behind a step that completes m2m:uri, m2m:uril, the address of rcn 3 and Content-Location of an answer given here.
/// Requests of this CSE and of a CSE-relative From get done itself. Thread-safe as done is.
[[nodiscard]] onem2m::ResponseCallback with_ids_like_from(const CseOptions& options, const onem2m::Request& request,
                                                          onem2m::ResponseCallback done);

}  // namespace edgecse::cse
