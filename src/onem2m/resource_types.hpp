// SPDX-License-Identifier: Apache-2.0
//
// Resource types as data: attributes, multiplicity, who may write when, what is announced, which children. Made at build
// time from the project's own table src/onem2m/tables/. TS-0001 9.6, TS-0004 7.4.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "onem2m/result.hpp"

namespace edgecse::onem2m {

enum class Presence : std::uint8_t { Mandatory, Optional, NotPermitted };
enum class Announced : std::uint8_t { No, Mandatory, Optional };  // NA, MA, OA
enum class Access : std::uint8_t { ReadOnly, WriteOnce, ReadWrite };

struct AttributeRule {
  std::string_view name;        // resourceName
  std::string_view short_name;  // rn
  std::string_view data_type;   // m2m:timestamp, xs:boolean, m2m:cseTypeID ...; of a list: of its items
  bool is_list;
  bool mandatory;               // cardinality 1 in the resource: null in an UPDATE is refused
  Presence create;
  Presence update;
  Access access;
  Announced announced;
  std::uint16_t data_type_row;  // where this room's table describes data_type
  std::string_view default_value;  // JSON text of what the CSE sets when a CREATE says nothing; empty: nothing
};

struct ResourceTypeRule {
  int number;
  std::string_view name;         // contentInstance
  std::string_view member_name;  // m2m:cin, the name around a representation; empty where only specialisations have one
  std::span<const AttributeRule> attributes;
  std::span<const int> children;          // type numbers
  std::span<const std::string_view> virtual_children;  // la, ol, fopt ...
  bool announceable;
  bool only_at_in_cse;
  bool creatable;                // through the API at all
  bool updatable;
  std::span<const AttributeRule> custom_attributes;  // those of a flexContainer specialisation; attributes has the others
  std::string_view container_definition;             // cnd of a flexContainer specialisation; empty: not fixed
  int management_definition;                         // mgd of a mgmtObj specialisation; else 0

  [[nodiscard]] const AttributeRule* find(std::string_view short_name) const;
  [[nodiscard]] bool allows_child(int type) const;
};

/// nullptr when the number is no known type. Announced types have rules of their own (10002 AEAnnc ...).
[[nodiscard]] const ResourceTypeRule* find_resource_type(int number);
/// By member name (`m2m:cnt`, `cod:bat`, `edg:handoverContext`); specialisations of flexContainer and mgmtObj have the number
/// of their base. nullptr for those that are not in the table.
[[nodiscard]] const ResourceTypeRule* find_resource_type_by_member(std::string_view member_name);
/// By containerDefinition. nullptr: the schema is not known (SPECIALIZATION_SCHEMA_NOT_FOUND).
[[nodiscard]] const ResourceTypeRule* find_flex_container_specialisation(std::string_view container_definition);
/// By mgmtDefinition.
[[nodiscard]] const ResourceTypeRule* find_mgmt_obj_specialisation(int management_definition);
/// One rule per number, ascending.
[[nodiscard]] std::span<const ResourceTypeRule> all_resource_types();

/// Whether any type or specialisation in the table has an attribute of that short name: what a query string may filter by.
[[nodiscard]] bool is_attribute_of_any_type(std::string_view short_name);

/// Whether a value fits an attribute: type, range, enumeration, members of complex types. Null is judged by the caller.
/// Fails with BAD_REQUEST and a sentence that names the attribute.
[[nodiscard]] Result<> check_value(const AttributeRule& rule, const nlohmann::json& value);

/// The representation of a CREATE or UPDATE against the table, without what needs other resources: unknown attributes, NP,
/// M, value types; null only in an UPDATE of a removable attribute (and cr in a CREATE); acpi alone in an UPDATE. Fails with
/// BAD_REQUEST. TS-0004 7.3.3.3, 7.3.3.4.
[[nodiscard]] Result<> check_create(const ResourceTypeRule& type, const nlohmann::json& attributes);
[[nodiscard]] Result<> check_update(const ResourceTypeRule& type, const nlohmann::json& attributes);

}  // namespace edgecse::onem2m
