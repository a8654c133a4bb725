// SPDX-License-Identifier: Apache-2.0
//
// Reads JSON from strangers without oneM2M's rules: a counting pass over the text refuses deep nesting and floods of values
// before a document is built (nlohmann 3.11 overflows the stack when it copies or prints a deeply nested one).
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace edgecse::base {

struct JsonGuard {
  std::size_t maximum_depth = 32;
  std::size_t maximum_values = 20'000;
};

/// The error is a sentence with the byte offset.
[[nodiscard]] Result<nlohmann::json, std::string> parse_guarded_json(std::string_view text, const JsonGuard& guard = {});

/// Compact; bytes that are no UTF-8 become U+FFFD, so it never throws.
[[nodiscard]] std::string print_json(const nlohmann::json& value);

/// A member as text; empty when there is none, it is no string, or the value is no object.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* member);

}  // namespace edgecse::base
