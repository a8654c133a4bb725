// SPDX-License-Identifier: Apache-2.0
#include "onem2m/label_query.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace edgecse::onem2m {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes the next word; the rest is trimmed.
std::string_view take_word(std::string_view& text) {
  const std::size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  text = blank == std::string_view::npos ? std::string_view{} : trimmed(text.substr(blank));
  return word;
}

/// `(a,b)` as its trimmed members; empty when it is no list.
std::vector<std::string_view> list_of(std::string_view text) {
  std::vector<std::string_view> values;
  if (text.size() < 2 || text.front() != '(' || text.back() != ')') return values;
  text = text.substr(1, text.size() - 2);
  for (;;) {
    const std::size_t comma = text.find(',');
    values.push_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return values;
    text.remove_prefix(comma + 1);
  }
}

/// Whether some label has the key, and fits(value); the value of a bare key is empty.
template <typename Fits>
bool any_label(const nlohmann::json& labels, std::string_view key, const Fits& fits) {
  if (!labels.is_array()) return false;
  return std::any_of(labels.begin(), labels.end(), [&](const nlohmann::json& label) {
    if (!label.is_string()) return false;
    const std::string_view text = label.get_ref<const std::string&>();
    const std::size_t colon = text.find(':');
    if (text.substr(0, colon) != key) return false;
    return fits(colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
  });
}

}  // namespace

bool matches_label_query(std::string_view query, const nlohmann::json& labels) {
  std::string_view rest = trimmed(query);
  const std::string_view key = take_word(rest);
  const auto anything = [](std::string_view) { return true; };
  if (key.empty()) return false;
  if (key == "NT" && !rest.empty()) return !any_label(labels, rest, anything);
  if (rest.empty()) {
    const std::size_t colon = key.find(':');
    if (colon == std::string_view::npos) return any_label(labels, key, anything);
    return any_label(labels, key.substr(0, colon), [&](std::string_view value) { return value == key.substr(colon + 1); });
  }
  const std::string_view comparison = take_word(rest);
  if (comparison == "EQ") return any_label(labels, key, [&](std::string_view value) { return value == rest; });
  if (comparison == "NE") return any_label(labels, key, [&](std::string_view value) { return value != rest; });
  if (comparison != "IN" && comparison != "NI") return false;
  const auto values = list_of(rest);
  if (values.empty()) return false;
  return any_label(labels, key, [&](std::string_view value) {
    const bool listed = std::find(values.begin(), values.end(), value) != values.end();
    return listed == (comparison == "IN");
  });
}

}  // namespace edgecse::onem2m
