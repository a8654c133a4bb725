// SPDX-License-Identifier: Apache-2.0
//
// Distributed authorisation: this CSE decides, and names policies, for others who ask by <authorizationDecision> (policy
// decision point) and <authorizationPolicy> (policy retrieval point). TS-0003 7.5, TS-0001 9.6.41, 9.6.42.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// What they answer is made when they are read, from the request that their attributes describe and the policies of now: it is
/// never out of date, and nothing is stored.
void add_authorization_points(CseCore& core);

}  // namespace edgecse::cse
