// SPDX-License-Identifier: Apache-2.0
//
// eventConfig and statsCollect at an IN-CSE: which events are counted for whom. TS-0001 9.6.24 to 9.6.26, 10.2.13.
// Events are counted as statsCollect resources say; there is no charging system (Mch) to hand the records to: the
// counts are shown as metrics.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Registers the types' procedures.
[[nodiscard]] std::unique_ptr<CsePart> make_statistics(CseCore& core);

}  // namespace edgecse::cse
