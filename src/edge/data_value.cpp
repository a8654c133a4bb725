// SPDX-License-Identifier: Apache-2.0
#include "edge/data_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <set>
#include <string_view>

#include "onem2m/enumerations.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::edge {
namespace {

std::uint64_t number_after_dash(const std::string& id) {
  const auto dash = id.rfind('-');
  if (dash == std::string::npos) return 0;
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(id.data() + dash + 1, id.data() + id.size(), number);
  return fault == std::errc{} && end == id.data() + id.size() ? number : 0;
}

/// Attributes that every flexContainer has, whatever it stands for.
bool is_common(const std::string& name) {
  static const std::set<std::string> common = {"rn",   "ty",   "ri",  "pi",  "ct",  "lt",  "et",  "acpi", "lbl",  "at",  "aa",
                                               "ast",  "daci", "cr",  "cstn", "loc", "cnd", "or",  "cs",   "st",   "nl",  "mni",
                                               "mbs",  "mia",  "cni", "cbs", "fcied", "dgt", "ch"};
  return common.contains(name);
}

Json custom_attributes(const Json& attributes) {
  Json custom = Json::object();
  for (const auto& [name, value] : attributes.items())
    if (!is_common(name)) custom[name] = value;
  return custom;
}

/// Minutes that the offset at the end of the text is east of UTC; takes it off. nullopt: there is none that is valid.
std::optional<std::chrono::minutes> take_offset(std::string& text) {
  if (text.ends_with('Z') || text.ends_with('z')) {
    text.pop_back();
    return std::chrono::minutes{0};
  }
  const auto sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign < text.find_first_of("Tt") || text.size() - sign != 6 || text[sign + 3] != ':')
    return std::nullopt;
  int hours = 0, minutes = 0;
  if (std::sscanf(text.c_str() + sign + 1, "%2d:%2d", &hours, &minutes) != 2 || hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{hours * 60 + minutes};
  const bool west = text[sign] == '-';
  text.resize(sign);
  return west ? -offset : offset;
}

}  // namespace

const char* to_text(DataKind kind) {
  switch (kind) {
    case DataKind::FlexContainer: return "flexContainer";
    case DataKind::TimeSeries: return "timeSeries";
    case DataKind::Container: break;
  }
  return "container";
}

DataKind kind_of(int resource_type) {
  if (resource_type == onem2m::type::kFlexContainer) return DataKind::FlexContainer;
  if (resource_type == onem2m::type::kTimeSeries) return DataKind::TimeSeries;
  return DataKind::Container;
}

std::uint64_t sequence_of(DataKind kind, const Json& attributes) {
  if (kind == DataKind::FlexContainer)
    return attributes.is_object() ? attributes.value("st", std::uint64_t{0}) : std::uint64_t{0};
  return number_after_dash(text_of(attributes, "ri"));
}

Json value_of(DataKind kind, const Json& attributes) {
  Json value;
  std::string time = text_of(attributes, "ct");
  if (kind == DataKind::FlexContainer) {
    value["value"] = custom_attributes(attributes);
    time = text_of(attributes, "lt");
  } else {
    value["value"] = attributes.contains("con") ? attributes.at("con") : Json{};
    if (const auto generated = text_of(attributes, "dgt"); !generated.empty()) time = generated;
  }
  value["time"] = to_rfc3339(time);
  value["sequence"] = sequence_of(kind, attributes);
  if (const auto info = text_of(attributes, "cnf"); !info.empty()) value["contentInfo"] = info;
  return value;
}

std::string to_rfc3339(const std::string& timestamp) {
  const auto time = onem2m::parse_timestamp(timestamp);
  if (!time) return timestamp;
  const auto micros = time->time_since_epoch().count();
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{*time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), micros % 1'000'000);
}

std::string from_rfc3339(const std::string& text) {
  if (onem2m::parse_timestamp(text)) return text;
  std::string local = text;
  const auto offset = take_offset(local);
  if (!offset) return {};
  std::string compact;
  for (const char c : local)
    if (c != '-' && c != ':') compact += c == '.' ? ',' : c == 't' ? 'T' : c;
  const auto time = onem2m::parse_timestamp(compact);
  return time ? onem2m::format_timestamp(*time - *offset) : std::string{};
}

}  // namespace edgecse::edge
