// SPDX-License-Identifier: Apache-2.0
#include "onem2m/resource_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/shown_text.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/flex_container_definitions.hpp"
#include "onem2m/tables/rows.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

const AttributeRule* find_in(std::span<const AttributeRule> rules, std::string_view short_name) {
  const auto rule = std::lower_bound(rules.begin(), rules.end(), short_name,
                                     [](const AttributeRule& one, std::string_view name) { return one.short_name < name; });
  return rule != rules.end() && rule->short_name == short_name ? &*rule : nullptr;
}

tl::unexpected<Error> bad(const ResourceTypeRule& type, std::string_view short_name, std::string_view why) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the attribute {} {} in <{}>", short_name, why, type.name));
}

Result<> check_present(const ResourceTypeRule& type, const std::string& name, const json& value, bool is_create) {
  const AttributeRule* rule = type.find(name);
  if (rule == nullptr) return bad(type, base::shown(name), "is not defined");
  const Presence presence = is_create ? rule->create : rule->update;
  if (presence == Presence::NotPermitted) {
    return bad(type, name, is_create ? "is not permitted in a CREATE" : "is not permitted in an UPDATE");
  }
  // creator: null asks the CSE to fill in the originator, a value is refused. TS-0004 7.3.3.3.
  if (rule->short_name == "cr" && is_create && type.number < type::kAnnounced) {
    if (value.is_null()) return {};
    return bad(type, name, "must be null");
  }
  if (!value.is_null()) return check_value(*rule, value);
  if (is_create) return bad(type, name, "must not be null in a CREATE");
  if (rule->short_name == "et" && type.number < type::kAnnounced) return {};  // the CSE shall choose it anew
  if (rule->mandatory) return bad(type, name, "cannot be removed");
  return {};
}

Result<> check_complete(const ResourceTypeRule& type, std::span<const AttributeRule> rules, const json& attributes) {
  for (const AttributeRule& rule : rules) {
    if (rule.create != Presence::Mandatory || attributes.contains(rule.short_name)) continue;
    // Stage 3 wants content always; contentRef alone carries the content just as well.
    if (type.number == type::kContentInstance && rule.short_name == "con" && attributes.contains("conr")) continue;
    return bad(type, rule.short_name, "is missing");
  }
  return {};
}

Result<> check_all(const ResourceTypeRule& type, const json& attributes, bool is_create) {
  if (!attributes.is_object()) {
    return refuse(ResponseStatus::BadRequest, fmt::format("the representation of <{}> is no object", type.name));
  }
  for (const auto& [name, value] : attributes.get_ref<const json::object_t&>()) {
    if (auto checked = check_present(type, name, value, is_create); !checked) return checked;
  }
  return {};
}

}  // namespace

const AttributeRule* ResourceTypeRule::find(std::string_view short_name) const {
  const AttributeRule* rule = find_in(attributes, short_name);
  return rule != nullptr ? rule : find_in(custom_attributes, short_name);
}

bool ResourceTypeRule::allows_child(int type) const { return std::binary_search(children.begin(), children.end(), type); }

const ResourceTypeRule* find_resource_type(int number) {
  const auto types = tables::resource_types();
  const auto type = std::lower_bound(types.begin(), types.end(), number,
                                     [](const ResourceTypeRule& one, int wanted) { return one.number < wanted; });
  return type != types.end() && type->number == number ? &*type : nullptr;
}

const ResourceTypeRule* find_resource_type_by_member(std::string_view member_name) {
  const auto types = tables::by_member();
  const auto type =
      std::lower_bound(types.begin(), types.end(), member_name,
                       [](const ResourceTypeRule* one, std::string_view wanted) { return one->member_name < wanted; });
  return type != types.end() && (*type)->member_name == member_name ? *type : find_added_by_member(member_name);
}

const ResourceTypeRule* find_flex_container_specialisation(std::string_view container_definition) {
  if (container_definition.empty()) return nullptr;
  for (const ResourceTypeRule& type : tables::specialisations()) {
    if (type.container_definition == container_definition) return &type;
  }
  return find_added_by_definition(container_definition);
}

const ResourceTypeRule* find_mgmt_obj_specialisation(int management_definition) {
  for (const ResourceTypeRule& type : tables::specialisations()) {
    if (type.number == type::kMgmtObj && type.management_definition == management_definition) return &type;
  }
  return nullptr;
}

bool is_attribute_of_any_type(std::string_view short_name) {
  const auto names = tables::attribute_names();
  return std::binary_search(names.begin(), names.end(), short_name) || is_added_attribute(short_name);
}

std::span<const ResourceTypeRule> all_resource_types() { return tables::resource_types(); }

Result<> check_create(const ResourceTypeRule& type, const json& attributes) {
  if (auto checked = check_all(type, attributes, true); !checked) return checked;
  if (auto checked = check_complete(type, type.attributes, attributes); !checked) return checked;
  const bool is_of_onem2m_itself = type.member_name.starts_with("m2m:");  // TS-0001's own, as genericInterworkingService
  if (type.number == type::kFlexContainer && !is_of_onem2m_itself && are_incomplete_flex_containers_accepted()) return {};
  return check_complete(type, type.custom_attributes, attributes);
}

Result<> check_update(const ResourceTypeRule& type, const json& attributes) {
  if (auto checked = check_all(type, attributes, false); !checked) return checked;
  // TS-0004 7.3.3.4: who may change acpi is judged apart, so nothing else may ride along. Announced resources are kept by
  // their original's host, which sends what changed.
  if (type.number < type::kAnnounced && attributes.size() > 1 && attributes.contains("acpi")) {
    return bad(type, "acpi", "must be alone in an UPDATE");
  }
  return {};
}

}  // namespace edgecse::onem2m
