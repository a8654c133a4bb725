// SPDX-License-Identifier: Apache-2.0
#include "onem2m/timestamp.hpp"

#include <algorithm>
#include <charconv>

#include "base/quantity.hpp"

namespace edgecse::onem2m {
namespace {

using std::chrono::days;

/// Exactly the digits of text, no sign and no blanks.
std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

/// The part after ',' or '.': one to six digits, as microseconds.
std::optional<base::Duration> fraction(std::string_view text) {
  if (text.empty() || text.size() > 6) return std::nullopt;
  const auto value = digits(text);
  if (!value) return std::nullopt;
  std::int64_t microseconds = *value;
  for (std::size_t i = text.size(); i < 6; ++i) microseconds *= 10;
  return base::Duration{microseconds};
}

}  // namespace

std::string format_timestamp(base::WallTime time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(time - day)};
  // Written for every change of a resource, so by hand.
  std::string text(15, 'T');
  const auto put = [&text](std::size_t at, std::size_t width, std::int64_t number) {
    for (std::size_t i = width; i-- > 0; number /= 10) text[at + i] = static_cast<char>('0' + number % 10);
  };
  put(0, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));
  put(4, 2, static_cast<unsigned>(date.month()));
  put(6, 2, static_cast<unsigned>(date.day()));
  put(9, 2, clock.hours().count());
  put(11, 2, clock.minutes().count());
  put(13, 2, clock.seconds().count());
  const base::Duration fraction = time - std::chrono::floor<std::chrono::seconds>(time);
  if (fraction == base::Duration::zero()) return text;
  text.resize(22, ',');
  put(16, 6, fraction.count());
  return text;
}

std::optional<base::WallTime> parse_timestamp(std::string_view text) {
  if (text.size() < 15 || text[8] != 'T') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(4, 2));
  const auto day = digits(text.substr(6, 2));
  const auto hour = digits(text.substr(9, 2));
  const auto minute = digits(text.substr(11, 2));
  const auto second = digits(text.substr(13, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                         std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  base::Duration rest{0};
  if (text.size() > 15) {
    if (text[15] != ',' && text[15] != '.') return std::nullopt;
    const auto parsed = fraction(text.substr(16));
    if (!parsed) return std::nullopt;
    rest = *parsed;
  }
  return base::WallTime{std::chrono::sys_days{date}} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
         std::chrono::seconds{*second} + rest;
}

std::optional<base::WallTime> parse_absolute_or_relative(std::string_view text, base::WallTime now) {
  if (const auto absolute = parse_timestamp(text)) return absolute;
  if (const auto duration = base::parse_duration(text)) return now + *duration;
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  // Some 31,000 years: no sum below overflows.
  constexpr std::int64_t kFarthest = 1'000'000'000'000'000;
  if (milliseconds > kFarthest || milliseconds < -kFarthest) return std::nullopt;
  return now + std::chrono::milliseconds{milliseconds};
}

}  // namespace edgecse::onem2m
