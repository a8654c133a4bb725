// SPDX-License-Identifier: Apache-2.0
#include "platform/shape.hpp"

namespace edgecse::sandbox {
namespace {

using Fault = std::optional<std::string>;
using nlohmann::json;

std::string name_of(const std::string& path) { return path.empty() ? "the body" : path; }

Fault expected(const std::string& path, const std::string& what, const json& found) {
  auto shown = found.is_structured() ? found.type_name() : found.dump(-1, ' ', true, json::error_handler_t::replace);
  if (shown.size() > 80) shown.replace(80, std::string::npos, "...");
  return fmt::format("{}: expected {}, found {}", name_of(path), what, shown);
}

std::size_t count(const json& value, const std::vector<std::string>& names) {
  return static_cast<std::size_t>(
      std::count_if(names.begin(), names.end(), [&](const auto& name) { return value.contains(name); }));
}

Fault fault_of(const Member& member, const json& value, const std::string& path) {
  const auto found = value.find(member.name);
  const auto inner = path.empty() ? member.name : path + "." + member.name;
  if (found == value.end()) {
    if (member.presence != Member::Presence::Required) return std::nullopt;
    return fmt::format("{}: the member {} is missing", name_of(path), member.name);
  }
  if (member.presence == Member::Presence::Forbidden) return fmt::format("{}: {}", inner, member.reason);
  return member.shape(*found, inner);
}

}  // namespace

Member required(std::string name, Shape shape) {
  return {std::move(name), Member::Presence::Required, std::move(shape), {}};
}
Member optional(std::string name, Shape shape) {
  return {std::move(name), Member::Presence::Optional, std::move(shape), {}};
}
Member forbidden(std::string name, std::string reason) {
  return {std::move(name), Member::Presence::Forbidden, anything(), std::move(reason)};
}

Shape anything() {
  return [](const json&, const std::string&) { return Fault{}; };
}

Shape text() {
  return [](const json& value, const std::string& path) {
    return value.is_string() ? Fault{} : expected(path, "a string", value);
  };
}

Shape http_uri() {
  return [](const json& value, const std::string& path) -> Fault {
    if (value.is_string()) {
      const auto& uri = value.get_ref<const std::string&>();
      const auto begin = uri.find("://");
      const bool scheme = uri.starts_with("http://") || uri.starts_with("https://");
      if (scheme && uri.size() > begin + 3 && uri.find_first_of(" \t\r\n") == std::string::npos) return std::nullopt;
    }
    return expected(path, "an http or https URI", value);
  };
}

Shape boolean() {
  return [](const json& value, const std::string& path) {
    return value.is_boolean() ? Fault{} : expected(path, "true or false", value);
  };
}

Shape integer(std::int64_t low, std::int64_t high) {
  return [low, high](const json& value, const std::string& path) -> Fault {
    const bool fits =
        value.is_number_unsigned()
            ? (high >= 0 && value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high) &&
               (low <= 0 || value.get<std::uint64_t>() >= static_cast<std::uint64_t>(low)))
            : (value.is_number_integer() && value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high);
    return fits ? Fault{} : expected(path, fmt::format("an integer from {} to {}", low, high), value);
  };
}

Shape unsigned_32() { return integer(0, 4'294'967'295); }

Shape number(double low, double high) {
  return [low, high](const json& value, const std::string& path) -> Fault {
    const bool fits = value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
    return fits ? Fault{} : expected(path, fmt::format("a number from {} to {}", low, high), value);
  };
}

Shape one_of(std::vector<std::string> values) {
  return [values = std::move(values)](const json& value, const std::string& path) -> Fault {
    if (value.is_string() && std::find(values.begin(), values.end(), value.get<std::string>()) != values.end())
      return std::nullopt;
    return expected(path, fmt::format("one of {}", fmt::join(values, ", ")), value);
  };
}

Shape list_of(Shape item, std::size_t at_least) {
  return [item = std::move(item), at_least](const json& value, const std::string& path) -> Fault {
    if (!value.is_array()) return expected(path, "a list", value);
    if (value.size() < at_least) return fmt::format("{}: expected at least {} items", name_of(path), at_least);
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto fault = item(value[i], fmt::format("{}[{}]", path, i))) return fault;
    return std::nullopt;
  };
}

Shape object(std::vector<Member> members) {
  return [members = std::move(members)](const json& value, const std::string& path) -> Fault {
    if (!value.is_object()) return expected(path, "an object", value);
    for (const auto& member : members)
      if (auto fault = fault_of(member, value, path)) return fault;
    return std::nullopt;
  };
}

Shape with_exactly_one(std::vector<std::string> names, Shape shape) {
  return [names = std::move(names), shape = std::move(shape)](const json& value, const std::string& path) -> Fault {
    if (auto fault = shape(value, path)) return fault;
    if (count(value, names) == 1) return std::nullopt;
    return fmt::format("{}: expected exactly one of {}", name_of(path), fmt::join(names, ", "));
  };
}

Shape with_at_most_one(std::vector<std::string> names, Shape shape) {
  return [names = std::move(names), shape = std::move(shape)](const json& value, const std::string& path) -> Fault {
    if (auto fault = shape(value, path)) return fault;
    if (count(value, names) <= 1) return std::nullopt;
    return fmt::format("{}: {} exclude each other", name_of(path), fmt::join(names, ", "));
  };
}

}  // namespace edgecse::sandbox
