// SPDX-License-Identifier: Apache-2.0
//
// A YAML text as plain values with the lines they stand on. Strict and limited, because such files come from people and
// generators: one document, no aliases, no name twice, limits on size, depth and number of values. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace edgecse::base {

struct YamlValue {
  enum class Kind { Nothing, Text, List, Mapping };
  Kind kind = Kind::Nothing;
  std::string text{};                                       // Text: as written, without its quotes
  bool quoted = false;                                      // Text: in quotes, so never a number or a boolean
  std::vector<YamlValue> items{};                           // List
  std::vector<std::pair<std::string, YamlValue>> members{}; // Mapping, in order
  int line = 0;                                             // from 1; of a member: where its name stands
};

struct YamlFault {
  int line = 0;          // from 1; 0: the whole text
  std::string sentence;
};

inline constexpr std::size_t kMaximumYamlBytes = 1 << 20;
inline constexpr std::size_t kMaximumYamlDepth = 16;
inline constexpr std::size_t kMaximumYamlValues = 20'000;

/// An empty text is Nothing.
[[nodiscard]] Result<YamlValue, YamlFault> read_yaml(std::string_view text);

/// For messages: the text "8080x", a list, a mapping, nothing.
[[nodiscard]] std::string describe(const YamlValue& value);

}  // namespace edgecse::base
