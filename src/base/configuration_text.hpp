// SPDX-License-Identifier: Apache-2.0
//
// YAML texts of single values, for defaults and listings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/yaml_document.hpp"

namespace edgecse::base {

[[nodiscard]] std::string quote_yaml(std::string_view text);
[[nodiscard]] std::string list_as_yaml(const std::vector<std::string>& texts);
/// On one line, as it was understood.
[[nodiscard]] std::string value_as_yaml(const YamlValue& value);
/// How many single changes make one name the other; for "did you mean".
[[nodiscard]] std::size_t edit_distance(std::string_view left, std::string_view right);

}  // namespace edgecse::base
