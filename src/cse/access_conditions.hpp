// SPDX-License-Identifier: Apache-2.0
//
// The parts of an access control rule: originators, contexts (time windows, addresses), object details. What cannot be
// evaluated does not grant. TS-0001 9.6.2, TS-0004 6.3.5.27-29. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "cse/resource.hpp"

namespace edgecse::cse {

/// `*` stands for any text, also none.
[[nodiscard]] bool matches_wildcard(std::string_view pattern, std::string_view text);

/// m2m:scheduleEntry `second minute hour day-of-month month day-of-week year`; fields: `*`, numbers, ranges, lists, steps.
/// A damaged entry covers nothing.
[[nodiscard]] bool covers(std::string_view schedule_entry, base::WallTime time);

/// The first time from `from` on, but before `until`, that the entry covers; nothing when there is none.
[[nodiscard]] std::optional<base::WallTime> next_covered(std::string_view schedule_entry, base::WallTime from, base::WallTime until);

/// Numeric IPv4 or IPv6 address in a block `10.0.0.0/8`, or equal to a single one.
[[nodiscard]] bool is_in_block(std::string_view block, std::string_view address);

/// One m2m:accessControlContext: every member must hold.
[[nodiscard]] bool context_holds(const Json& context, base::WallTime now, std::string_view peer_address);

}  // namespace edgecse::cse
