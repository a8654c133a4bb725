// SPDX-License-Identifier: Apache-2.0
#include "cse/representation.hpp"

#include <iterator>

#include "base/shown_text.hpp"
#include "cse/access_control_policy.hpp"
#include "cse/announcement/announced_content.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

// {"m2m:cnt": {...}} with exactly one member.
Result<std::pair<std::string, const Json*>> single_member(const Json& content) {
  if (content.is_null()) return refuse(ResponseStatus::BadRequest, "the request has no content");
  if (!content.is_object() || content.size() != 1)
    return refuse(ResponseStatus::BadRequest, "the content must be one representation: an object with one member");
  const auto member = content.begin();
  if (!member.value().is_object())
    return refuse(ResponseStatus::BadRequest, "the representation '" + member.key() + "' is no object");
  return std::pair{member.key(), &member.value()};
}

// Whose representations are named by their specialisation.
bool is_specialised(int number) {
  switch (number % type::kAnnounced) {
    case type::kFlexContainer:
    case type::kMgmtObj:
      return true;
    default:
      return number == type::kFlexContainerInstance;
  }
}

Result<const onem2m::ResourceTypeRule*> find_rule(const CseCore& core, int number, const std::string& member_name,
                                                  bool creating) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(number);
  if (rule == nullptr) return refuse(ResponseStatus::NotImplemented, "resource type " + std::to_string(number) + " is not known");
  if (creating && rule->only_at_in_cse && core.options.type != CseType::In)
    return refuse(ResponseStatus::OperationNotAllowed, std::string(rule->name) + " is made at an IN-CSE only");
  if (creating && !core.procedures.has(number))
    return refuse(ResponseStatus::NotImplemented, std::string(rule->name) + " is not implemented");
  if (is_specialised(number)) {
    rule = onem2m::find_resource_type_by_member(member_name);
    if (rule == nullptr && creating && number % type::kAnnounced == type::kFlexContainer)
      return refuse(ResponseStatus::SpecializationSchemaNotFound, "no schema is known for '" + base::shown(member_name) + "'");
    if (rule != nullptr && rule->number == number) return rule;
  } else if (member_name == rule->member_name) {
    return rule;
  }
  return refuse(creating ? ResponseStatus::BadRequest : ResponseStatus::ContentsUnacceptable,
                "the representation '" + base::shown(member_name) + "' does not fit resource type " + std::to_string(number));
}

Result<> check_expiration(const Json& attributes, base::WallTime now) {
  const auto et = attributes.find("et");
  if (et == attributes.end() || !et->is_string()) return {};  // its kind is the attribute table's business
  const auto time = onem2m::parse_timestamp(et->get_ref<const std::string&>());
  if (!time) return refuse(ResponseStatus::BadRequest, "et '" + base::shown(et->get_ref<const std::string&>()) + "' is no timestamp");
  if (*time <= now) return refuse(ResponseStatus::BadRequest, "et " + et->get<std::string>() + " is in the past");
  return {};
}

Result<> check_creator(const onem2m::ResourceTypeRule& rule, const Json& attributes) {
  const auto creator = attributes.find("cr");
  if (creator == attributes.end()) return {};
  if (rule.find("cr") == nullptr)
    return refuse(ResponseStatus::BadRequest, std::string(rule.name) + " has no attribute cr");
  if (!creator->is_null()) return refuse(ResponseStatus::BadRequest, "cr must be null: the CSE names the creator");
  return {};
}

// supportedReleaseVersions came after Release 1: an AE of it cannot tell them, and shows none.
Result<> check_complete(const onem2m::ResourceTypeRule& rule, const onem2m::Request& request, const Json& attributes) {
  const bool of_release_1 = request.release_version.value_or("1") == "1";
  if (rule.number != type::kAe || !of_release_1 || attributes.contains("srv")) return onem2m::check_create(rule, attributes);
  Json with_release = attributes;
  with_release["srv"] = {"1"};
  return onem2m::check_create(rule, with_release);
}

// Every policy must be here to be evaluated; announced copies may name their original host's.
Result<> resolve_policies(const CseCore& core, const Tree& tree, int type_number, Json& attributes) {
  const auto policies = attributes.find("acpi");
  if (policies == attributes.end() || !policies->is_array()) return {};
  if (policies->empty()) return refuse(ResponseStatus::BadRequest, "acpi is empty");
  for (Json& id : *policies) {
    if (!id.is_string()) return refuse(ResponseStatus::BadRequest, "acpi holds something that is no identifier");
    const ResourcePtr policy = find_resource(core, tree, id.get_ref<const std::string&>());
    if (policy && is_access_control_policy(*policy)) {
      id = policy->id;
    } else if (type_number < type::kAnnounced) {
      return refuse(ResponseStatus::BadRequest, "acpi names '" + id.get<std::string>() + "', which is no accessControlPolicy here");
    }
  }
  return {};
}

Result<> check_child_type(const Resource& parent, int number) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(parent.type);
  if (rule != nullptr && rule->allows_child(number)) return {};
  const auto status = number == type::kSubscription ? ResponseStatus::TargetNotSubscribable
                                                    : ResponseStatus::InvalidChildResourceType;
  return refuse(status, "'" + parent.name + "' (type " + std::to_string(parent.type) + ") takes no child of type " +
                            std::to_string(number));
}

// TS-0004 7.3.3.4: acpi is changed alone, by who has UPDATE in pvs of a policy that applies now.
Result<> check_policy_change(const CseCore& core, const Tree& tree, base::WallTime now, const onem2m::Request& request,
                             const Resource& target, const Json& attributes) {
  if (!attributes.contains("acpi")) return {};
  if (attributes.size() != 1) return refuse(ResponseStatus::BadRequest, "acpi must be the only attribute of its UPDATE");
  const AccessQuestion question{tree, now, request, onem2m::AccessOperation::Update};
  const auto current = target.attributes.find("acpi");
  if (current == target.attributes.end() || current->empty()) return {};  // the creator, who may UPDATE
  for (const Json& id : *current) {
    const ResourcePtr policy = find_resource(core, tree, id.get_ref<const std::string&>());
    if (policy && may_access(core, question, *policy)) return {};
  }
  return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                "no accessControlPolicy of '" + target.name + "' lets " + request.from + " change acpi (pvs)");
}

// Some CSEs say that none is registered below them by an empty list; others leave it out.
void read_empty_descendants(int type_number, Json& attributes, bool creating) {
  const auto below = attributes.find("dcse");
  if (type_number != type::kRemoteCse || below == attributes.end() || !below->is_array() || !below->empty()) return;
  if (creating) {
    attributes.erase("dcse");
  } else {
    *below = nullptr;
  }
}

// What may be absent and is null in a CREATE is taken for absent. cr is another thing: it asks for a value. release4 1.
void read_nulls(const onem2m::ResourceTypeRule& rule, Json& attributes) {
  for (auto attribute = attributes.begin(); attribute != attributes.end();) {
    const onem2m::AttributeRule* known = attribute->is_null() && attribute.key() != "cr" ? rule.find(attribute.key()) : nullptr;
    const bool is_left_out = known != nullptr && known->create == onem2m::Presence::Optional &&
                             (!known->mandatory || attribute.key() == "et");
    attribute = is_left_out ? attributes.erase(attribute) : std::next(attribute);
  }
}

// A <CSEBase> has no expirationTime, and some CSEs say so where they announce it: then it lives as long as anything here.
void read_missing_expiration(const CseOptions& options, base::WallTime now, int type_number, Json& attributes) {
  const auto et = attributes.find("et");
  if (type_number != type::kCseBaseAnnc || et == attributes.end() || !et->is_null()) return;
  *et = onem2m::format_timestamp(now + options.maximum_expiration);
}

Result<> check_children_outlived(const Tree& tree, const Resource& target, const Json& attributes) {
  const auto et = attributes.find("et");
  if (et == attributes.end() || !et->is_string()) return {};
  const std::int64_t wanted = to_microseconds(et->get_ref<const std::string&>());
  for (const ResourcePtr& child : tree.children(target.id))
    if (to_microseconds(child->text("et")) > wanted)
      return refuse(ResponseStatus::BadRequest, "et would end before that of the child '" + child->name + "'");
  return {};
}

// A schema is missing when its containerDefinition is unknown, too; else the representation bears a wrong name.
tl::unexpected<onem2m::Error> unfit_member(const onem2m::Error& error, const std::string& member_name, const Json& attributes) {
  const auto definition = attributes.is_object() ? attributes.find("cnd") : attributes.end();
  if (error.status != ResponseStatus::SpecializationSchemaNotFound || definition == attributes.end() ||
      !definition->is_string() || !onem2m::find_flex_container_specialisation(definition->get_ref<const std::string&>()))
    return tl::unexpected(error);
  return refuse(ResponseStatus::BadRequest, "'" + base::shown(member_name) + "' is not the name of a representation of cnd '" +
                                                base::shown(definition->get_ref<const std::string&>()) + "'");
}

}  // namespace

std::int64_t to_microseconds(std::string_view timestamp) {
  const auto time = onem2m::parse_timestamp(timestamp);
  return time ? time->time_since_epoch().count() : 0;
}

const onem2m::ResourceTypeRule* rule_of(int number, const std::string& member_name) {
  if (is_specialised(number)) return onem2m::find_resource_type_by_member(member_name);
  return onem2m::find_resource_type(number);
}

Result<Representation> check_new(const CseCore& core, const Tree& tree, base::WallTime now, const onem2m::Request& request,
                                 const Resource& parent) {
  const int number = request.resource_type.value_or(0);
  auto member = single_member(request.content);
  auto rule = find_rule(core, number, member ? member->first : std::string{}, true);
  if (!rule && rule.error().status != ResponseStatus::BadRequest &&
      rule.error().status != ResponseStatus::SpecializationSchemaNotFound)
    return tl::unexpected(rule.error());
  if (!member) return tl::unexpected(member.error());
  if (!rule) return unfit_member(rule.error(), member->first, *member->second);
  if (auto fits = check_child_type(parent, number); !fits) return tl::unexpected(fits.error());
  Representation made{*rule, std::move(member->first), *member->second};
  read_empty_descendants(number, made.attributes, true);
  read_missing_expiration(core.options, now, number, made.attributes);
  read_nulls(**rule, made.attributes);
  if (auto fits = check_expiration(made.attributes, now); !fits) return tl::unexpected(fits.error());
  if (auto fits = check_creator(**rule, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = check_complete(**rule, request, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = announcement::check_announcement(**rule, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = resolve_policies(core, tree, number, made.attributes); !fits) return tl::unexpected(fits.error());
  return made;
}

Result<Representation> check_change(const CseCore& core, const Tree& tree, base::WallTime now,
                                    const onem2m::Request& request, const Resource& target) {
  auto member = single_member(request.content);
  if (!member) return tl::unexpected(member.error());
  auto rule = find_rule(core, target.type, member->first, false);
  if (!rule) return tl::unexpected(rule.error());
  if (member->first != target.member_name)
    return refuse(ResponseStatus::ContentsUnacceptable,
                  "the representation '" + member->first + "' does not fit '" + target.name + "', a " + target.member_name);
  Representation made{*rule, std::move(member->first), *member->second};
  read_empty_descendants(target.type, made.attributes, false);
  if (auto fits = check_expiration(made.attributes, now); !fits) return tl::unexpected(fits.error());
  if (auto fits = onem2m::check_update(**rule, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = announcement::check_announcement(**rule, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = check_children_outlived(tree, target, made.attributes); !fits) return tl::unexpected(fits.error());
  if (auto fits = check_policy_change(core, tree, now, request, target, made.attributes); !fits)
    return tl::unexpected(fits.error());
  if (auto fits = resolve_policies(core, tree, target.type, made.attributes); !fits) return tl::unexpected(fits.error());
  return made;
}

std::string choose_expiration(const CseOptions& options, base::WallTime now, const Json& attributes, const Resource& parent) {
  base::WallTime latest = now + options.maximum_expiration;
  const auto of_parent = onem2m::parse_timestamp(parent.text("et"));
  if (of_parent) latest = std::min(latest, *of_parent);
  const auto requested = attributes.find("et");
  if (requested != attributes.end() && requested->is_string()) {
    const auto time = onem2m::parse_timestamp(requested->get_ref<const std::string&>());
    if (time && *time <= latest) return requested->get<std::string>();
  }
  if (of_parent && *of_parent == latest) return parent.text("et");
  return onem2m::format_timestamp(latest);
}

}  // namespace edgecse::cse
