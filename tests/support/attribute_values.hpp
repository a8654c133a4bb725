// SPDX-License-Identifier: Apache-2.0
//
// Values for every attribute rule of the tables: one that fits, some that do not, the smallest CREATE. Made from the data types.
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "onem2m/enumerations.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/tables/rows.hpp"

namespace edgecse::test {

using Json = nlohmann::json;
using onem2m::AttributeRule;
using onem2m::Presence;
using onem2m::ResourceTypeRule;
using onem2m::tables::DataType;
using onem2m::tables::ValueKind;
namespace tables = onem2m::tables;

inline const DataType& data_type(std::string_view name) {
  for (const DataType& type : tables::data_types()) {
    if (type.name == name) return type;
  }
  throw std::runtime_error("no data type " + std::string(name));
}

inline Json fitting(const DataType& type);

inline Json fitting_object(const DataType& type) {
  Json value = Json::object();
  for (const tables::Member& member : type.members) {
    const DataType& member_type = tables::data_types()[member.type];
    value[member.name] = member.is_list ? Json::array({fitting(member_type)}) : fitting(member_type);
    if (type.constraint == tables::Constraint::OneOf) break;
  }
  if (type.constraint == tables::Constraint::Region) value = {{"accr", {50, 8.7, 100}}};
  if (type.constraint == tables::Constraint::Geometry) value = {{"typ", 1}, {"crd", "[8.7, 50]"}};
  return value;
}

inline Json fitting(const DataType& type) {
  switch (type.kind) {
    case ValueKind::Any:
    case ValueKind::AnySimple:
    case ValueKind::String:
    case ValueKind::Texts:
    case ValueKind::Token:
    case ValueKind::Name:
    case ValueKind::Uri:
    case ValueKind::ResourceName: return "abc";
    case ValueKind::Boolean: return true;
    case ValueKind::Number: return 1.5;
    case ValueKind::Integer: return 7;
    case ValueKind::Duration: return "PT30S";
    case ValueKind::Base64: return "YWJj";
    case ValueKind::Timestamp: return "20261121T134500";
    case ValueKind::TimestampOrRelative: return 5000;
    case ValueKind::ContentInfo: return "text/plain:0";
    case ValueKind::Schedule: return "0 0,30 8-18 * * 1-5 *";
    case ValueKind::Structure: return Json::object();
    case ValueKind::List: return Json::array();
    case ValueKind::Enumeration: return type.ranges.front().first;
    case ValueKind::Complex: return fitting_object(type);
  }
  return nullptr;
}

inline Json fitting(const AttributeRule& rule) {
  const Json one = fitting(data_type(rule.data_type));
  return rule.is_list ? Json::array({one}) : one;
}

/// Values of other types, and at the edges of this one.
inline std::vector<Json> misfits(const AttributeRule& rule) {
  const DataType& type = data_type(rule.data_type);
  if (rule.short_name == "mid") return {fitting(type), Json::array({nullptr}), Json::object()};  // a group may be empty
  if (rule.is_list) return {fitting(type), Json::array(), Json::array({nullptr}), Json::object()};
  switch (type.kind) {
    case ValueKind::Any: return {};
    case ValueKind::AnySimple: return {Json::array(), Json::object()};
    case ValueKind::String: return {1, Json::array({"a"})};
    case ValueKind::Texts: return {1, Json::array(), Json::array({"a", 1}), Json::object()};
    case ValueKind::Token: return {1, "", "two  blanks", "a\tb"};
    case ValueKind::Name: return {1, "", "1a", "a b", "a:b"};
    case ValueKind::Uri: return {1, "", "a b", "a\nb"};
    case ValueKind::Boolean: return {"true", 1};
    case ValueKind::Number: return {"1.5", true};
    case ValueKind::Integer: {
      std::vector<Json> values{"7", 7.5, true, std::numeric_limits<std::uint64_t>::max()};
      if (type.minimum >= 0) values.emplace_back(type.minimum - 1);
      return values;
    }
    case ValueKind::Duration: return {30, "30S", "PT", "P1H", "PT1S2M"};
    case ValueKind::Base64: return {1, "YWJ", "YW-j"};
    case ValueKind::Timestamp: return {20261121, "2026-11-21T13:45:00", "20261121", "20261321T134500"};
    case ValueKind::TimestampOrRelative: return {"soon", 1.5, Json::object()};
    case ValueKind::ResourceName: return {1, "", "a/b", "a b"};
    case ValueKind::ContentInfo: return {1, "text/plain", "text:0", "text/plain:3", "text/plain:0:6"};
    case ValueKind::Schedule: return {1, "* * * * *", "60 * * * * * *", "* * * * * 7 *", "5-1 * * * * * *"};
    case ValueKind::Structure: return {1, "a"};
    case ValueKind::List: return {1, Json::object()};
    case ValueKind::Enumeration: return {type.ranges.back().last + 1, -1, "1", 1.5};
    case ValueKind::Complex: return {1, "a", Json::array(), Json{{"noSuchMember", 1}}};
  }
  return {};
}

inline bool is_creator(const AttributeRule& rule, const ResourceTypeRule& type) {
  return rule.short_name == "cr" && type.number < onem2m::type::kAnnounced;
}

template <typename Visit>
void for_each_rule(const ResourceTypeRule& type, const Visit& visit) {
  for (const AttributeRule& rule : type.attributes) visit(rule);
  for (const AttributeRule& rule : type.custom_attributes) visit(rule);
}

/// A CREATE with what must be there and nothing else.
inline Json smallest_create(const ResourceTypeRule& type) {
  Json attributes = Json::object();
  for_each_rule(type, [&](const AttributeRule& rule) {
    if (rule.create == Presence::Mandatory) attributes[rule.short_name] = fitting(rule);
  });
  return attributes;
}

}  // namespace edgecse::test
