// SPDX-License-Identifier: Apache-2.0
#include "base/configuration_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace edgecse::base {

std::string quote_yaml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\x{:02x}", c);
    else out += c;
  }
  return out + '"';
}

std::string list_as_yaml(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + quote_yaml(text);
  return out + ']';
}

std::string value_as_yaml(const YamlValue& value) {
  switch (value.kind) {
    case YamlValue::Kind::Nothing: return "~";
    case YamlValue::Kind::Text: return value.quoted || value.text.empty() ? quote_yaml(value.text) : value.text;
    case YamlValue::Kind::List: {
      std::string out = "[";
      for (const auto& item : value.items) out += (out.size() > 1 ? ", " : "") + value_as_yaml(item);
      return out + ']';
    }
    case YamlValue::Kind::Mapping: {
      std::string out = "{";
      for (const auto& [name, member] : value.members) out += (out.size() > 1 ? ", " : "") + name + ": " + value_as_yaml(member);
      return out + '}';
    }
  }
  return {};
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace edgecse::base
