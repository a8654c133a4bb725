// SPDX-License-Identifier: Apache-2.0
//
// What a JSON body must look like, said as data: shapes are composed from smaller ones. A shape finds the first fault
// and says it in a sentence with the path of the member. Members that no shape names are allowed, as the ETSI files
// allow them.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace edgecse::sandbox {

/// (value, its path) -> the fault. Pure.
using Shape = std::function<std::optional<std::string>(const nlohmann::json&, const std::string&)>;

struct Member {
  enum class Presence { Required, Optional, Forbidden };
  std::string name;
  Presence presence;
  Shape shape;
  std::string reason;  // why it is forbidden
};

[[nodiscard]] Member required(std::string name, Shape shape);
[[nodiscard]] Member optional(std::string name, Shape shape);
[[nodiscard]] Member forbidden(std::string name, std::string reason);

[[nodiscard]] Shape anything();
[[nodiscard]] Shape text();
/// An absolute http or https URI.
[[nodiscard]] Shape http_uri();
[[nodiscard]] Shape boolean();
[[nodiscard]] Shape integer(std::int64_t low, std::int64_t high);
[[nodiscard]] Shape unsigned_32();
[[nodiscard]] Shape number(double low, double high);
[[nodiscard]] Shape one_of(std::vector<std::string> values);
[[nodiscard]] Shape list_of(Shape item, std::size_t at_least = 0);
[[nodiscard]] Shape object(std::vector<Member> members);
/// An object that has the shape and of these members exactly, or at most, one.
[[nodiscard]] Shape with_exactly_one(std::vector<std::string> names, Shape shape);
[[nodiscard]] Shape with_at_most_one(std::vector<std::string> names, Shape shape);

}  // namespace edgecse::sandbox
