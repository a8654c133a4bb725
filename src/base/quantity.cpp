// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace edgecse::base {
namespace {

using std::chrono::milliseconds;

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};
constexpr std::array<SizeUnit, 5> kSizeUnits{{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"B", 0}}};

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The digits at the front, which are taken away.
std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr std::int64_t kLongest = 1'000'000 * kDay;

struct DurationPart {
  char letter;
  std::int64_t milliseconds;
  bool in_time;  // after the T
};
constexpr std::array<DurationPart, 5> kDurationParts{
    {{'W', 7 * kDay, false}, {'D', kDay, false}, {'H', 3'600'000, true}, {'M', 60'000, true}, {'S', 1'000, true}}};

/// A fraction of a second in milliseconds: up to three digits behind the point.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (text.empty() || (text.front() != '.' && text.front() != ',')) return 0;
  text.remove_prefix(1);
  const std::string_view digits = take_digits(text);
  if (digits.empty() || digits.size() > 3 || text != "S") return std::nullopt;
  return *parse_number<std::int64_t>(std::string(digits) + std::string(3 - digits.size(), '0'));
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  for (const auto& [name, shift] : kSizeUnits) {
    if (!text.ends_with(name)) continue;
    const auto number = parse_number<std::uint64_t>(text.substr(0, text.size() - name.size()));
    if (!number || *number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
    return *number << shift;
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, shift] : kSizeUnits)
    if (bytes != 0 && (bytes >> shift) << shift == bytes) return fmt::format("{}{}", bytes >> shift, name);
  return "0B";
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  bool in_time = false;
  std::size_t part = 0;  // parts come in the order of the table, each at most once
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (in_time || text.size() == 1) return std::nullopt;
      in_time = true;
      text.remove_prefix(1);
    }
    const auto number = parse_number<std::int64_t>(take_digits(text));
    const auto fraction = take_fraction(text);
    if (!number || !fraction || text.empty()) return std::nullopt;
    while (part < kDurationParts.size() &&
           (kDurationParts[part].letter != text.front() || kDurationParts[part].in_time != in_time))
      ++part;
    if (part == kDurationParts.size() || *number > kLongest / kDurationParts[part].milliseconds) return std::nullopt;
    total += *number * kDurationParts[part].milliseconds + *fraction;
    if (total > kLongest) return std::nullopt;
    ++part;
    any = true;
    text.remove_prefix(1);
  }
  return any ? std::optional(milliseconds{total}) : std::nullopt;
}

std::string format_duration(milliseconds duration) {
  const std::int64_t total = duration.count();
  if (total % 1000 != 0) return fmt::format("PT{}.{:03}S", total / 1000, total % 1000);
  if (total == 0) return "PT0S";
  for (const auto& [letter, unit, in_time] : kDurationParts)
    if (letter != 'W' && total % unit == 0) return fmt::format("P{}{}{}", in_time ? "T" : "", total / unit, letter);
  return "PT0S";
}

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_number<std::int64_t>(text); }

bool is_listen_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  const std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  return port && (in_brackets || host.find_first_of(":[]/ ") == std::string_view::npos);
}

}  // namespace edgecse::base
