// SPDX-License-Identifier: Apache-2.0
#include "cse/access_conditions.hpp"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <ctime>
#include <optional>
#include <vector>

namespace edgecse::cse {
namespace {

std::optional<int> to_number(std::string_view text) {
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Visit>
void split(std::string_view text, char separator, Visit&& visit) {
  while (true) {
    const std::size_t at = text.find(separator);
    visit(text.substr(0, at));
    if (at == std::string_view::npos) return;
    text.remove_prefix(at + 1);
  }
}

// One item of a field: `*`, `a`, `a-b`, each with an optional `/step`.
bool item_covers(std::string_view item, int value) {
  int step = 1;
  if (const std::size_t slash = item.find('/'); slash != std::string_view::npos) {
    const auto given = to_number(item.substr(slash + 1));
    if (!given || *given <= 0) return false;
    step = *given;
    item = item.substr(0, slash);
  }
  if (item == "*") return value % step == 0;
  const std::size_t dash = item.find('-');
  const auto first = to_number(item.substr(0, dash));
  if (!first) return false;
  if (dash == std::string_view::npos) return step == 1 ? value == *first : value >= *first && (value - *first) % step == 0;
  const auto last = to_number(item.substr(dash + 1));
  return last && *first <= value && value <= *last && (value - *first) % step == 0;
}

bool field_covers(std::string_view field, int value) {
  bool found = false;
  split(field, ',', [&](std::string_view item) { found = found || item_covers(item, value); });
  return found;
}

// second minute hour day-of-month month day-of-week year
constexpr std::size_t kSecond = 0, kMinute = 1, kHour = 2, kDay = 3, kFields = 7;

std::optional<std::array<std::string_view, kFields>> fields_of(std::string_view schedule_entry) {
  std::array<std::string_view, kFields> fields;
  std::size_t count = 0;
  split(schedule_entry, ' ', [&](std::string_view text) {
    if (text.empty()) return;
    if (count < kFields) fields[count] = text;
    ++count;
  });
  return count == kFields ? std::optional(fields) : std::nullopt;
}

std::array<int, kFields> parts_of(base::WallTime time) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return {};
  return {parts.tm_sec, parts.tm_min, parts.tm_hour, parts.tm_mday, parts.tm_mon + 1, parts.tm_wday, parts.tm_year + 1900};
}

// The fields from the first one on.
bool covered_from(const std::array<std::string_view, kFields>& fields, const std::array<int, kFields>& parts, std::size_t first) {
  for (std::size_t i = first; i < kFields; ++i)
    if (!field_covers(fields[i], parts[i])) return false;
  return true;
}

std::optional<std::vector<unsigned char>> to_bytes(std::string_view address) {
  const std::string text(address);
  std::vector<unsigned char> bytes(16);
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.resize(4);
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

bool any_block(const Json& addresses, std::string_view peer) {
  for (const char* family : {"ipv4", "ipv6"}) {
    const auto list = addresses.find(family);
    if (list == addresses.end() || !list->is_array()) continue;
    for (const Json& block : *list)
      if (block.is_string() && is_in_block(block.get_ref<const std::string&>(), peer)) return true;
  }
  return false;
}

}  // namespace

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, star = std::string_view::npos, resume = 0, in_pattern = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume = at;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern, ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

bool covers(std::string_view schedule_entry, base::WallTime time) {
  const auto fields = fields_of(schedule_entry);
  return fields && covered_from(*fields, parts_of(time), kSecond);
}

std::optional<base::WallTime> next_covered(std::string_view schedule_entry, base::WallTime from, base::WallTime until) {
  using namespace std::chrono;
  const auto fields = fields_of(schedule_entry);
  if (!fields) return std::nullopt;
  // A day, an hour, a minute that is not covered is left at once.
  for (base::WallTime time = from; time < until;) {
    const auto parts = parts_of(time);
    if (!covered_from(*fields, parts, kDay)) {
      time = floor<days>(time) + days{1};
    } else if (!field_covers((*fields)[kHour], parts[kHour])) {
      time = floor<hours>(time) + hours{1};
    } else if (!field_covers((*fields)[kMinute], parts[kMinute])) {
      time = floor<minutes>(time) + minutes{1};
    } else if (!field_covers((*fields)[kSecond], parts[kSecond])) {
      time = floor<seconds>(time) + seconds{1};
    } else {
      return time;
    }
  }
  return std::nullopt;
}

bool is_in_block(std::string_view block, std::string_view address) {
  const std::size_t slash = block.find('/');
  const auto wanted = to_bytes(block.substr(0, slash));
  const auto given = to_bytes(address);
  if (!wanted || !given || wanted->size() != given->size()) return false;
  std::size_t bits = wanted->size() * 8;
  if (slash != std::string_view::npos) {
    const auto length = to_number(block.substr(slash + 1));
    if (!length || *length < 0 || static_cast<std::size_t>(*length) > bits) return false;
    bits = static_cast<std::size_t>(*length);
  }
  for (std::size_t i = 0; i < wanted->size() && bits > 0; ++i) {
    const unsigned mask = bits >= 8 ? 0xFFU : 0xFFU << (8 - bits) & 0xFFU;
    if (((*wanted)[i] & mask) != ((*given)[i] & mask)) return false;
    bits = bits >= 8 ? bits - 8 : 0;
  }
  return true;
}

bool context_holds(const Json& context, base::WallTime now, std::string_view peer_address) {
  if (!context.is_object()) return false;
  for (const auto& [name, value] : context.items()) {
    if (name == "actw" && value.is_array()) {
      bool in_window = false;
      for (const Json& entry : value)
        in_window = in_window || (entry.is_string() && covers(entry.get_ref<const std::string&>(), now));
      if (!in_window) return false;
    } else if (name == "acip" && value.is_object()) {
      if (!any_block(value, peer_address)) return false;
    } else {
      return false;  // regions and the like: where the requester is is not known here
    }
  }
  return true;
}

}  // namespace edgecse::cse
