// SPDX-License-Identifier: Apache-2.0
//
// The JSON that most requests are: read without an automaton for each byte. Internal to the codec.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "onem2m/json_codec.hpp"

namespace edgecse::onem2m {

/// How many bytes at the front stand for themselves in a JSON string: ASCII, no control character, quote or backslash.
[[nodiscard]] std::size_t plain_run(std::string_view text);

/// Nothing when the text has anything but plain strings, integers of up to 18 digits, true, false and null in objects and
/// arrays within the limits, or is no JSON: then the real parser must read it and say why.
[[nodiscard]] std::optional<nlohmann::json> parse_plain_json(std::string_view text, const JsonLimits& limits);

}  // namespace edgecse::onem2m
