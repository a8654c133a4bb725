// SPDX-License-Identifier: Apache-2.0
//
// The enumerations of MEC 021 on the wire: names, or their numbers. Inside the sandbox they are always names.
#pragma once

#include <array>
#include <string_view>

#include "platform/api_shapes.hpp"

namespace edgecse::sandbox {

/// Names and the number of the first.
struct Enumeration {
  std::array<std::string_view, 3> names;
  int first = 0;

  [[nodiscard]] nlohmann::json to_wire(std::string_view name, EnumerationStyle style) const {
    if (style == EnumerationStyle::Strings) return name;
    const auto found = std::find(names.begin(), names.end(), name);
    return static_cast<int>(found - names.begin()) + first;
  }
  /// The shape was checked before.
  [[nodiscard]] std::string from_wire(const nlohmann::json& value) const {
    if (value.is_string()) return value.get<std::string>();
    return std::string{names.at(static_cast<std::size_t>(value.get<int>() - first))};
  }
};

inline constexpr Enumeration kMobilityStatus{
    {"INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED", "INTERHOST_MOVEOUT_FAILED"}, 1};
inline constexpr Enumeration kServiceLevel{
    {"APP_MOBILITY_NOT_ALLOWED", "APP_MOBILITY_WITH_CONFIRMATION", "APP_MOBILITY_WITHOUT_CONFIRMATION"}, 1};
inline constexpr Enumeration kTransferState{{"NOT_TRANSFERRED", "USER_CONTEXT_TRANSFER_COMPLETED", ""}, 0};

}  // namespace edgecse::sandbox
