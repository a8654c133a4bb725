// SPDX-License-Identifier: Apache-2.0
//
// m2m:timestamp (20261121T134500 with optional ,microseconds), m2m:absRelTimestamp (also relative milliseconds). UTC.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace edgecse::onem2m {

/// 20261121T134500,123456; a whole second has no fraction. Two changes within a second are told apart by ct, lt and filters.
[[nodiscard]] std::string format_timestamp(base::WallTime time);
/// Accepts fractions after ',' or '.', one to six digits.
[[nodiscard]] std::optional<base::WallTime> parse_timestamp(std::string_view text);
/// Relative: a count of milliseconds from now, may be negative, or an ISO 8601 duration.
[[nodiscard]] std::optional<base::WallTime> parse_absolute_or_relative(std::string_view text, base::WallTime now);

}  // namespace edgecse::onem2m
