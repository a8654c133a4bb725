// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgecse::base {

/// RFC 4648 clause 4, with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing when the text is not the canonical form that to_base64 gives.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace edgecse::base
