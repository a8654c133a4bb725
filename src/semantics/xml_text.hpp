// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace edgecse::semantics {

/// Escaped for content and quoted attributes; what XML 1.0 cannot hold becomes U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

}  // namespace edgecse::semantics
