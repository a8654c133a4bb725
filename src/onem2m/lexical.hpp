// SPDX-License-Identifier: Apache-2.0
//
// The written forms of simple data types. TS-0004 6.3.3, XML Schema part 2.
#pragma once

#include <string_view>

#include "onem2m/address.hpp"

namespace edgecse::onem2m {

/// Not empty; no tab, line end, leading, trailing or double blank.
[[nodiscard]] bool is_token(std::string_view text);
/// Does not start with a digit, '-' or '.'; no ':' and no blank.
[[nodiscard]] bool is_ncname(std::string_view text);
/// Not empty; no blank and no control character. What it means is for those who resolve it.
[[nodiscard]] bool is_uri_text(std::string_view text);
/// P1Y2M3DT4H5M6.7S, each part optional but one.
[[nodiscard]] bool is_duration(std::string_view text);
[[nodiscard]] bool is_base64(std::string_view text);
/// media type `:` encoding 0..2 and, optionally, `:` security 0..5.
[[nodiscard]] bool is_content_info(std::string_view text);
/// Seven fields: second minute hour day month weekday year; * lists ranges steps.
[[nodiscard]] bool is_schedule_entry(std::string_view text);

}  // namespace edgecse::onem2m
