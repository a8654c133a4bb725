// SPDX-License-Identifier: Apache-2.0
//
// Whether a JSON value fits a data type of the table. TS-0004 6.3.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/shown_text.hpp"
#include "onem2m/geometry.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/lexical.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/tables/rows.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;
using tables::DataType;
using tables::ValueKind;

/// What the kind wants, for the sentence; nullptr when the value fits.
using Fault = const char*;

template <typename Accepts>
Fault want_string(const json& value, Accepts accepts, Fault wanted) {
  return value.is_string() && accepts(std::string_view{value.get_ref<const std::string&>()}) ? nullptr : wanted;
}

Fault check_integer(const DataType& type, const json& value) {
  Fault wanted = type.minimum == 1 ? "a positive integer" : type.minimum == 0 ? "a non-negative integer" : "an integer";
  if (!value.is_number_integer()) return wanted;
  const bool too_large = value.is_number_unsigned() && !std::in_range<std::int64_t>(value.get<std::uint64_t>());
  if (too_large) return wanted;
  const auto number = value.get<std::int64_t>();
  return number >= type.minimum && number <= type.maximum ? nullptr : wanted;
}

bool is_relative_time(const json& value) {
  if (value.is_number_integer()) return true;
  if (!value.is_string()) return false;
  return parse_absolute_or_relative(value.get_ref<const std::string&>(), base::WallTime{}).has_value();
}

bool is_text_or_texts(const json& value) {
  if (!value.is_array()) return value.is_string();
  return !value.empty() && std::all_of(value.begin(), value.end(), [](const json& item) { return item.is_string(); });
}

Fault check_simple(const DataType& type, const json& value) {
  switch (type.kind) {
    case ValueKind::Any: return value.is_null() ? "a value" : nullptr;
    case ValueKind::AnySimple: return value.is_primitive() && !value.is_null() ? nullptr : "a simple value";
    case ValueKind::String: return value.is_string() ? nullptr : "a string";
    case ValueKind::Texts: return is_text_or_texts(value) ? nullptr : "a string or a list of strings";
    case ValueKind::Token: return want_string(value, is_token, "a token: a string without tabs, line ends and double blanks");
    case ValueKind::Name: return want_string(value, is_ncname, "a name (xs:NCName)");
    case ValueKind::Uri: return want_string(value, is_uri_text, "an identifier or URI: a string without blanks");
    case ValueKind::Boolean: return value.is_boolean() ? nullptr : "true or false";
    case ValueKind::Number: return value.is_number() ? nullptr : "a number";
    case ValueKind::Integer: return check_integer(type, value);
    case ValueKind::Duration: return want_string(value, is_duration, "a duration such as PT30S");
    case ValueKind::Base64: return want_string(value, is_base64, "base64 text");
    case ValueKind::Timestamp:
      return want_string(value, [](std::string_view text) { return parse_timestamp(text).has_value(); },
                         "a timestamp such as 20261121T134500");
    case ValueKind::TimestampOrRelative: return is_relative_time(value) ? nullptr : "a timestamp or milliseconds from now";
    case ValueKind::ResourceName: return want_string(value, is_resource_name, "a resource name: letters, digits and -._~");
    case ValueKind::ContentInfo: return want_string(value, is_content_info, "of the form type/subtype:encoding[:security]");
    case ValueKind::Schedule: return want_string(value, is_schedule_entry, "a schedule of seven fields");
    case ValueKind::Structure: return value.is_structured() ? nullptr : "an object or a list";
    case ValueKind::List: return value.is_array() ? nullptr : "a list";
    case ValueKind::Enumeration:
    case ValueKind::Complex: break;
  }
  return nullptr;
}

bool is_enumerated(const DataType& type, const json& value) {
  if (!value.is_number_integer()) return false;
  const auto number = value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<int>::max()
                          ? std::numeric_limits<std::int64_t>::max()
                          : value.get<std::int64_t>();
  return std::any_of(type.ranges.begin(), type.ranges.end(),
                     [&](const tables::Range& range) { return number >= range.first && number <= range.last; });
}

/// A stranger's value in a sentence: what a list or an object holds would not help to find it.
std::string shown_value(const json& value) {
  if (value.is_string()) return fmt::format("'{}'", base::shown(value.get_ref<const std::string&>()));
  if (value.is_object()) return "an object";
  if (value.is_array()) return value.empty() ? "an empty list" : "a list";
  return value.dump();
}

tl::unexpected<Error> bad(const std::string& path, const json& value, std::string_view wanted) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the attribute {} is {}, not {}", path, shown_value(value), wanted));
}

Result<> check_one(const DataType& type, const json& value, const std::string& path);

Result<> check_list(const DataType& item_type, const json& value, const std::string& path, bool may_be_empty) {
  if (!value.is_array()) return bad(path, value, "a list");
  if (value.empty() && !may_be_empty) return bad(path, value, "a list of at least one item");
  for (std::size_t i = 0; i < value.size(); ++i) {
    // The path of an item is only put together for the sentence.
    if (auto checked = check_one(item_type, value[i], path); !checked) {
      checked.error().detail += fmt::format(" (item {} of the list {})", i + 1, path);
      return checked;
    }
  }
  return {};
}

/// crd is GeoJSON text for typ; both have been checked for their kind.
bool has_fitting_coordinates(const json& geometry) {
  const auto coordinates = parse_json(geometry["crd"].get_ref<const std::string&>(), {.maximum_depth = 8, .maximum_values = 20'000});
  return coordinates && fits_geometry(static_cast<GeometryType>(geometry["typ"].get<int>()), *coordinates);
}

Result<> check_members(const DataType& type, const json& value, const std::string& path) {
  if (!value.is_object()) return bad(path, value, fmt::format("an object of type {}", type.name));
  for (const auto& [name, member_value] : value.get_ref<const json::object_t&>()) {
    const auto member = std::find(type.members.begin(), type.members.end(), std::string_view{name});
    if (member == type.members.end()) {
      return refuse(ResponseStatus::BadRequest,
                    fmt::format("the attribute {} has the member {}, which {} does not define", path, base::shown(name), type.name));
    }
    const DataType& member_type = tables::data_types()[member->type];
    const std::string member_path = path + "." + name;
    auto checked = member->is_list ? check_list(member_type, member_value, member_path, member->may_be_empty)
                                   : check_one(member_type, member_value, member_path);
    if (!checked) return checked;
  }
  for (const tables::Member& member : type.members) {
    if (member.mandatory && !value.contains(member.name)) {
      return refuse(ResponseStatus::BadRequest,
                    fmt::format("the attribute {} has no member {}, which {} demands", path, member.name, type.name));
    }
  }
  switch (type.constraint) {
    case tables::Constraint::None: break;
    case tables::Constraint::Region:
      if (value.contains("accr") && value["accr"].size() != 3) return bad(path + ".accr", value["accr"], "latitude, longitude and radius");
      [[fallthrough]];
    case tables::Constraint::OneOf:
      if (value.size() != 1) return bad(path, value, "one choice of its members");
      break;
    case tables::Constraint::Geometry:
      if (!has_fitting_coordinates(value)) return bad(path, value, "a geometry whose coordinates fit its type");
      break;
  }
  return {};
}

Result<> check_one(const DataType& type, const json& value, const std::string& path) {
  if (type.kind == ValueKind::Complex) return check_members(type, value, path);
  if (type.kind == ValueKind::Enumeration) {
    return is_enumerated(type, value) ? Result<>{} : Result<>{bad(path, value, fmt::format("a value of {}", type.name))};
  }
  const Fault wanted = check_simple(type, value);
  return wanted == nullptr ? Result<>{} : Result<>{bad(path, value, wanted)};
}

}  // namespace

Result<> check_value(const AttributeRule& rule, const json& value) {
  const DataType& type = tables::data_types()[rule.data_type_row];
  const std::string path{rule.short_name};
  // Members may all be gone, so a group may also begin with none: its fan-out says NO_MEMBERS.
  return rule.is_list ? check_list(type, value, path, rule.short_name == "mid") : check_one(type, value, path);
}

}  // namespace edgecse::onem2m
