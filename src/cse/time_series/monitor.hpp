// SPDX-License-Identifier: Apache-2.0
//
// Looks for data points of a timeSeries that did not come in time. The first instance after monitoring (re)starts sets
// the rhythm; a point expected at e is there when an instance's dgt d satisfies e - peid < d <= e + peid, and is
// missing when none does at e + mdt. TS-0001 10.2.4.8 (R3), TS-0004 7.4.38. What is expected is kept with the series:
// it survives restart and moves along.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Member of Resource::internal: {"next": expected time, "seen": [expected times that are covered already]}.
inline constexpr const char* kMonitorState = "monitor";

[[nodiscard]] std::unique_ptr<CsePart> make_time_series_monitor(CseCore& core);

}  // namespace edgecse::cse
