// SPDX-License-Identifier: Apache-2.0
//
// Reading and writing one member of a JSON object by the C++ type of what it is kept in. Inside this room only.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "onem2m/primitive.hpp"
#include "onem2m/result.hpp"

namespace edgecse::onem2m {

inline tl::unexpected<Error> wrong_member(std::string_view name, std::string_view expected) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the parameter {} is not {}", name, expected));
}

inline Result<> read_member(std::string_view, const Json& value, Json& into) {
  into = value;
  return {};
}

inline Result<> read_member(std::string_view name, const Json& value, std::string& into) {
  // Times relative to now are numbers in JSON (m2m:absRelTimestamp).
  if (value.is_number_integer()) {
    into = value.dump();
    return {};
  }
  if (!value.is_string()) return wrong_member(name, "a string");
  into = value.get_ref<const std::string&>();
  return {};
}

inline Result<> read_member(std::string_view name, const Json& value, bool& into) {
  if (!value.is_boolean()) return wrong_member(name, "a boolean");
  into = value.get<bool>();
  return {};
}

template <std::integral Number>
Result<> read_member(std::string_view name, const Json& value, Number& into) {
  if (!value.is_number_integer()) return wrong_member(name, "an integer");
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::cmp_greater(number, std::numeric_limits<Number>::max())) return wrong_member(name, "in the range of its type");
    into = static_cast<Number>(number);
    return {};
  }
  const auto number = value.get<std::int64_t>();
  if (!std::in_range<Number>(number)) return wrong_member(name, "in the range of its type");
  into = static_cast<Number>(number);
  return {};
}

template <typename T>
Result<> read_member(std::string_view name, const Json& value, std::vector<T>& into) {
  if (!value.is_array()) return wrong_member(name, "a list");
  into.clear();
  for (const Json& item : value) {
    if (auto read = read_member(name, item, into.emplace_back()); !read) return read;
  }
  return {};
}

template <typename T>
Result<> read_member(std::string_view name, const Json& value, std::optional<T>& into) {
  return read_member(name, value, into.emplace());
}

inline void write_member(Json& object, const char* name, const Json& field) {
  if (!field.is_null()) object[name] = field;
}
inline void write_member(Json& object, const char* name, const std::string& field) {
  if (!field.empty()) object[name] = field;
}
template <typename T>
void write_member(Json& object, const char* name, const std::vector<T>& field) {
  if (!field.empty()) object[name] = field;
}
template <typename T>
void write_member(Json& object, const char* name, const std::optional<T>& field) {
  if (field) object[name] = *field;
}

}  // namespace edgecse::onem2m
