// SPDX-License-Identifier: Apache-2.0
#include "onem2m/lexical.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "base/base64.hpp"

namespace edgecse::onem2m {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Cuts text at the first separator and hands out the part before it.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view part = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

std::optional<int> small_number(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// Consumes number-and-letter parts in the order of designators; counts them. False on anything else.
bool take_duration_parts(std::string_view& text, std::string_view designators, bool fraction, int& parts) {
  while (!text.empty() && is_digit(text.front())) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    bool has_fraction = false;
    if (fraction && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
      has_fraction = true;
      ++end;
      while (end < text.size() && is_digit(text[end])) ++end;
    }
    if (end == text.size()) return false;
    const std::size_t at = designators.find(text[end]);
    if (at == std::string_view::npos || (has_fraction && text[end] != 'S')) return false;
    designators.remove_prefix(at + 1);
    text.remove_prefix(end + 1);
    ++parts;
  }
  return true;
}

bool is_schedule_range(std::string_view part, int first, int last) {
  std::string_view rest = part;
  const std::string_view range = take_until(rest, '/');
  if (part.find('/') != std::string_view::npos) {
    const auto step = small_number(rest);
    if (!step || *step == 0) return false;
  }
  if (range == "*") return true;
  std::string_view end = range;
  const auto from = small_number(take_until(end, '-'));
  if (!from || *from < first || *from > last) return false;
  if (range.find('-') == std::string_view::npos) return true;
  const auto to = small_number(end);
  return to && *to >= *from && *to <= last;
}

}  // namespace

bool is_token(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ') return false;
  return text.find_first_of("\t\r\n") == std::string_view::npos && text.find("  ") == std::string_view::npos;
}

bool is_ncname(std::string_view text) {
  if (text.empty() || is_digit(text.front()) || text.front() == '-' || text.front() == '.') return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || byte >= 0x80;
    if (!letter && !is_digit(c) && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

bool is_uri_text(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return false;
  }
  return true;
}

bool is_duration(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  int parts = 0;
  if (!take_duration_parts(text, "YMWD", false, parts)) return false;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    const int before = parts;
    if (!take_duration_parts(text, "HMS", true, parts) || parts == before) return false;
  }
  return text.empty() && parts > 0;
}

bool is_base64(std::string_view text) { return base::from_base64(text).has_value(); }

bool is_content_info(std::string_view text) {
  const std::string_view type = take_until(text, '/');
  const std::string_view subtype = take_until(text, ':');
  if (!is_uri_text(type) || !is_uri_text(subtype)) return false;
  const std::string_view encoding = take_until(text, ':');
  if (encoding.size() != 1 || encoding[0] < '0' || encoding[0] > '2') return false;
  return text.empty() || (text.size() == 1 && text[0] >= '0' && text[0] <= '5');
}

bool is_schedule_entry(std::string_view text) {
  struct Field {
    int first, last;
  };
  constexpr std::array<Field, 7> kFields{{{0, 59}, {0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}, {1970, 9999}}};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const bool is_last = i + 1 == kFields.size();
    if (is_last == (text.find(' ') != std::string_view::npos)) return false;
    std::string_view field = take_until(text, ' ');
    if (field.empty() || field.back() == ',') return false;
    while (!field.empty()) {
      if (!is_schedule_range(take_until(field, ','), kFields[i].first, kFields[i].last)) return false;
    }
  }
  return true;
}

}  // namespace edgecse::onem2m
