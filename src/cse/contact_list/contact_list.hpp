// SPDX-License-Identifier: Apache-2.0
//
// <AEContactList>: which CSEs must hear when an AE changes its registrar. The IN-CSE keeps it from what Hosting CSEs tell it
// (aerid) when they begin or cease to refer to an AE of another CSE. TS-0001 9.6.42, 9.6.43, 10.2.16;
// TS-0004 7.5.1.2.17.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// nullptr when this is no IN-CSE.
[[nodiscard]] std::unique_ptr<CsePart> make_contact_list(CseCore& core);

/// IN-CSE, inside a job: the CSE refers to `after` and no longer to `before`; empty: to none. Types of the list and its entries
/// are changed by nobody else.
void note_contact(CseCore& core, Transaction& transaction, const std::string& cse_id, const std::string& before,
                  const std::string& after);

}  // namespace edgecse::cse
