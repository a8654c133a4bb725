// SPDX-License-Identifier: Apache-2.0
//
// Asks notification targets whether they agree to be notified, before a subscription is made or changed. TS-0004 7.4.8.2.1,
// 7.5.1.2.3.
#pragma once

#include <string>
#include <vector>

#include "cse/router.hpp"
#include "cse/type_procedure.hpp"

namespace edgecse::cse {

/// The targets of nu that have to be asked: resources, not known before, that are not the originator.
[[nodiscard]] std::vector<std::string> targets_to_verify(const CseCore& core, const Preparation& preparation);

/// Done once, on any thread: null when all agree, else 5204, 4101 or 5205. reference: sur, SP-relative.
void verify_targets(CseCore& core, Router& router, const std::vector<std::string>& targets, const std::string& reference,
                    const std::string& originator, PreparedCallback done);

}  // namespace edgecse::cse
