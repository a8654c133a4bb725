// SPDX-License-Identifier: Apache-2.0
//
// What a stranger wrote, for a sentence or a log line: cut, and nothing in it that is not printable ASCII.
#pragma once

#include <string>
#include <string_view>

namespace edgecse::base {

[[nodiscard]] inline std::string shown(std::string_view text, std::size_t longest = 40) {
  std::string clean;
  for (const char c : text.substr(0, longest)) clean += c >= 0x20 && c < 0x7f ? c : '?';
  return clean;
}

}  // namespace edgecse::base
