// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace edgecse::base {

/// Lower-case hexadecimal digits, two per byte.
[[nodiscard]] std::string to_hex(std::string_view bytes);

}  // namespace edgecse::base
