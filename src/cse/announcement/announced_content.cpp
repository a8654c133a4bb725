// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/announced_content.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "onem2m/address.hpp"

namespace edgecse::cse::announcement {
namespace {

using onem2m::Announced;
using onem2m::refuse;
using onem2m::ResourceTypeRule;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr int kAllOperations = 63;  // m2m:accessControlOperations

/// Of the type of references, but names of other worlds.
constexpr std::array<std::string_view, 11> kOtherNames{"cnd", "lor", "mcff", "mgs", "obis", "obps", "or", "poa", "purl", "spur", "url"};

bool names_resources(const onem2m::AttributeRule& rule) {
  if (std::ranges::find(kOtherNames, rule.short_name) != kOtherNames.end()) return false;
  return rule.data_type == "m2m:ID" || rule.data_type == "xs:anyURI" || rule.data_type == "m2m:nhURI";
}

bool is_set_of_rules(const onem2m::AttributeRule& rule) { return rule.short_name == "pv" || rule.short_name == "pvs"; }

/// `acp1` -> `/mn1/acp1`; URLs and what is no identifier of this CSE stay.
std::string qualified(const Scope& scope, const std::string& id) {
  if (id.empty() || id.find("://") != std::string::npos || id.starts_with("//")) return id;
  if (id.starts_with('/')) return scope.other_service_provider ? scope.options.service_provider + id : id;
  if (onem2m::is_ae_id_stem(id)) {
    const std::string stem = onem2m::to_sp_relative_originator(id, scope.options.id);
    return scope.other_service_provider ? scope.options.service_provider + stem : stem;
  }
  return onem2m::parse_address(id) ? scope.link_to(id) : id;
}

/// An entry of acor: `Cx` is another AE elsewhere. Patterns are names, too; role identifiers are everybody's.
std::string qualified_originator(const Scope& scope, const std::string& name) {
  if (name == "all" || name == "*" || name.find('@') != std::string::npos) return name;
  if (name.find('*') == std::string::npos || name.starts_with('/')) return qualified(scope, name);
  if (!name.starts_with('S')) return scope.link_to(name);
  return (scope.other_service_provider ? scope.options.service_provider : std::string{}) + '/' + name;
}

Json qualified_rules(const Scope& scope, Json rules, bool with_this_cse) {
  if (!rules.is_object() || !rules.contains("acr") || !rules["acr"].is_array()) return rules;
  for (Json& rule : rules["acr"])
    if (rule.is_object() && rule.contains("acor") && rule["acor"].is_array())
      for (Json& name : rule["acor"])
        if (name.is_string()) name = qualified_originator(scope, name.get<std::string>());
  if (with_this_cse) rules["acr"].push_back({{"acor", {qualified(scope, scope.options.id)}}, {"acop", kAllOperations}});
  return rules;
}

}  // namespace

std::string Scope::link_to(const std::string& id) const {
  const std::string sp_relative = options.id + '/' + id;
  return other_service_provider ? options.service_provider + sp_relative : sp_relative;
}

Scope scope_of(const CseOptions& options, const std::string& target) {
  return {options, target.starts_with("//") && !target.starts_with(options.service_provider + '/')};
}

std::string announced_member(int type, const std::string& member_name) {
  for (const char* suffix : {"A", "Annc"}) {
    const ResourceTypeRule* rule = onem2m::find_resource_type_by_member(member_name + suffix);
    if (rule != nullptr && rule->number == type + onem2m::type::kAnnounced) return member_name + suffix;
  }
  return {};
}

bool is_announced(const ResourceTypeRule& rule, const Json& attributes, const std::string& name) {
  const onem2m::AttributeRule* attribute = rule.find(name);
  if (attribute == nullptr || attribute->announced == Announced::No) return false;
  if (attribute->announced == Announced::Mandatory) return true;
  const auto wanted = attributes.find("aa");
  return wanted != attributes.end() && std::find(wanted->begin(), wanted->end(), Json(name)) != wanted->end();
}

Json as_announced(const Scope& scope, const onem2m::AttributeRule& rule, const Json& value) {
  if (is_set_of_rules(rule)) return qualified_rules(scope, value, rule.short_name == "pvs");
  if (!names_resources(rule)) return value;
  if (value.is_string()) return qualified(scope, value.get<std::string>());
  if (!value.is_array()) return value;
  Json list = Json::array();
  for (const Json& entry : value) list.push_back(entry.is_string() ? Json(qualified(scope, entry.get<std::string>())) : entry);
  return list;
}

Json make_announced(const Scope& scope, const ResourceTypeRule& rule, const Json& attributes) {
  Json content = Json::object();
  for (const auto& [name, value] : attributes.items())
    if (is_announced(rule, attributes, name)) content[name] = as_announced(scope, *rule.find(name), value);
  if (attributes.contains("et")) content["et"] = attributes["et"];
  content["lnk"] = scope.link_to(attributes.at("ri").get<std::string>());
  return content;
}

Json make_change(const Scope& scope, const ResourceTypeRule& rule, const Json& attributes, const std::vector<std::string>& names) {
  Json content = Json::object();
  for (const std::string& name : names) {
    const auto value = attributes.find(name);
    const bool shown = value != attributes.end() && (name == "et" || is_announced(rule, attributes, name));
    content[name] = shown ? as_announced(scope, *rule.find(name), *value) : Json{};
  }
  return content;
}

Result<> check_announcement(const ResourceTypeRule& rule, const Json& attributes) {
  if (const auto names = attributes.find("aa"); names != attributes.end() && names->is_array()) {
    for (const Json& name : *names)
      if (!name.is_string() || rule.find(name.get_ref<const std::string&>()) == nullptr)
        return refuse(ResponseStatus::BadRequest, "aa names " + name.dump() + ", which is no attribute of " + std::string(rule.name));
  }
  if (const auto targets = attributes.find("at"); targets != attributes.end() && targets->is_array()) {
    for (const Json& target : *targets) {
      const auto address = onem2m::parse_address(target.is_string() ? target.get_ref<const std::string&>() : std::string{});
      if (!address) return refuse(ResponseStatus::BadRequest, "at names " + target.dump() + ", which is no CSE-ID and no address");
    }
  }
  return {};
}

bool clean_announced_attributes(const ResourceTypeRule& rule, Json& attributes) {
  const auto names = attributes.find("aa");
  if (names == attributes.end() || !names->is_array()) return false;
  Json left = Json::array();
  for (const Json& name : *names) {
    const onem2m::AttributeRule* attribute = rule.find(name.get_ref<const std::string&>());
    if (attribute != nullptr && attribute->announced != Announced::No && attributes.contains(name.get<std::string>()) &&
        std::find(left.begin(), left.end(), name) == left.end())
      left.push_back(name);
  }
  if (left == *names) return false;
  if (left.empty()) {
    attributes.erase("aa");
  } else {
    *names = std::move(left);
  }
  return true;
}

}  // namespace edgecse::cse::announcement
