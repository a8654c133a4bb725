// SPDX-License-Identifier: Apache-2.0
//
// Actions that the CSE takes by itself, and processes made of them: types 63 to 66. TS-0001 9.6.59 to 9.6.62 (Release
// 4).
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Registers the types' procedures.
[[nodiscard]] std::unique_ptr<CsePart> make_automation(CseCore& core);

}  // namespace edgecse::cse
