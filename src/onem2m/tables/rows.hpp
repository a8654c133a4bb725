// SPDX-License-Identifier: Apache-2.0
//
// What generate.py fills from the tables of this folder. Inside this room only.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "onem2m/resource_types.hpp"

namespace edgecse::onem2m::tables {

/// How a JSON value is judged.
enum class ValueKind : std::uint8_t {
  Any, AnySimple, String, Texts, Token, Name, Uri, Boolean, Number, Integer, Duration, Base64, Timestamp, TimestampOrRelative,
  ResourceName, ContentInfo, Schedule, Structure, List, Enumeration, Complex,
};

/// OneOf: exactly one member. Region: one of accr (latitude, longitude, radius) and accc. Geometry: crd fits typ.
enum class Constraint : std::uint8_t { None, OneOf, Region, Geometry };

struct Range {
  int first, last;
};

/// A member of a complex type; type is an index of data_types().
struct Member {
  std::string_view name;
  std::uint16_t type;
  bool is_list;
  bool mandatory;
  bool may_be_empty;
  [[nodiscard]] friend bool operator==(const Member& one, std::string_view wanted) { return one.name == wanted; }
};

struct DataType {
  std::string_view name;
  ValueKind kind;
  std::int64_t minimum, maximum;      // of Integer
  std::span<const Range> ranges;      // of Enumeration
  std::span<const Member> members;    // of Complex
  Constraint constraint;              // of Complex, on top of its members
};

[[nodiscard]] std::span<const DataType> data_types();                      // by name
[[nodiscard]] std::span<const ResourceTypeRule> resource_types();          // by number
[[nodiscard]] std::span<const ResourceTypeRule> specialisations();         // of mgmtObj, flexContainer; by member name
[[nodiscard]] std::span<const ResourceTypeRule* const> by_member();        // both, by member name
[[nodiscard]] std::span<const std::string_view> attribute_names();         // short names of all types, sorted

}  // namespace edgecse::onem2m::tables
