// SPDX-License-Identifier: Apache-2.0
//
// What a Hosting CSE tells the IN-CSE for its <AEContactList>: that resources here begin or cease to refer to an AE of another
// CSE (aerid), so that it hears when that AE changes its registrar. TS-0001 10.2.16, TS-0004 7.5.1.2.17.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// nullptr when this CSE has no registrar, over which the IN-CSE is reached, and where mobility.extensions are on: then the IN-CSE is
/// one of ours, which tells every CSE and needs no list.
[[nodiscard]] std::unique_ptr<CsePart> make_reference_reports(CseCore& core);

}  // namespace edgecse::cse
