// SPDX-License-Identifier: Apache-2.0
#include "cse/flex_container.hpp"

#include <algorithm>

#include "cse/changes.hpp"
#include "cse/container.hpp"
#include "cse/procedures.hpp"
#include "cse/representation.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr const char* kLimits[] = {"mni", "mbs", "mia"};

std::int64_t size_of_custom(const onem2m::ResourceTypeRule* rule, const Json& attributes) {
  std::int64_t size = 0;
  if (rule == nullptr) return size;
  for (const onem2m::AttributeRule& custom : rule->custom_attributes)
    if (const auto value = attributes.find(custom.short_name); value != attributes.end()) size += content_size(*value);
  return size;
}

// requested: the limits of this request; attributes: what the resource will be.
Result<> check_limits(const onem2m::ResourceTypeRule* rule, const Json& requested, const Json& attributes) {
  for (const char* limit : kLimits) {
    if (!is_set(requested, limit)) continue;
    if (!is_set(attributes, "fcied"))
      return refuse(ResponseStatus::BadRequest, std::string(limit) + " limits instances, and fcied asks for none");
    if (requested[limit] == 0) return refuse(ResponseStatus::BadRequest, std::string(limit) + " must not be 0");
  }
  if (is_set(attributes, "fcied") && is_set(attributes, "mbs") && attributes["mbs"] < size_of_custom(rule, attributes))
    return refuse(ResponseStatus::BadRequest, "mbs has no room for the custom attributes");
  return {};
}

void set_content_size(Resource& resource) {
  resource.attributes["cs"] = size_of_custom(rule_of(resource.type, resource.member_name), resource.attributes);
}

// What an instance keeps: the custom attributes, labels, location.
Json values_to_keep(const Resource& resource) {
  Json kept = Json::object();
  const onem2m::ResourceTypeRule* rule = rule_of(resource.type, resource.member_name);
  const Json& all = resource.attributes;
  if (rule != nullptr)
    for (const onem2m::AttributeRule& custom : rule->custom_attributes)
      if (const auto value = all.find(custom.short_name); value != all.end())
        kept[std::string(custom.short_name)] = *value;
  for (const char* name : {"lbl", "loc"})
    if (const auto value = all.find(name); value != all.end()) kept[name] = *value;
  return kept;
}

Result<> add_instance(Transaction& transaction, Resource& resource, const std::string& originator) {
  Json attributes = values_to_keep(resource);
  attributes["org"] = originator;
  std::string name = resource.name + '_' + std::to_string(resource.number("st"));
  if (!transaction.tree().child(resource.id, name)) attributes["rn"] = std::move(name);
  auto made = append_instance(
      transaction, resource,
      {onem2m::type::kFlexContainerInstance, resource.member_name, attributes, resource.number("cs"), originator});
  if (!made) return tl::unexpected(made.error());
  return {};
}

void remove_all(Transaction& transaction, Resource& resource) {
  transaction.erase_all_instances(resource);
  resource.first_sequence = resource.next_sequence;
  resource.latest = nullptr;
  resource.attributes["cni"] = 0;
  resource.attributes["cbs"] = 0;
}

void keep_latest_only(Transaction& transaction, Resource& resource) {
  if (!resource.latest) return;
  const InstancePtr latest = resource.latest;
  remove_all(transaction, resource);
  restore_instance(transaction, resource, *latest);
}

bool changes_values(const onem2m::ResourceTypeRule* rule, const Json& requested) {
  return std::any_of(requested.items().begin(), requested.items().end(), [&](const auto& item) {
    if (item.key() == "lbl" || item.key() == "loc") return true;
    if (rule == nullptr) return false;
    return std::any_of(rule->custom_attributes.begin(), rule->custom_attributes.end(),
                       [&](const onem2m::AttributeRule& custom) { return custom.short_name == item.key(); });
  });
}

void tell_newest(CseCore& core, Transaction& transaction, const Resource& resource, const onem2m::Request& request) {
  const Instance& newest = *resource.latest;
  tell_instance(core, transaction, ResourceEvent::Kind::Created, newest, newest.attributes(), &request);
}

}  // namespace

Result<> FlexContainerProcedure::check_create(const CreateCheck& check) const {
  const std::string& member = check.request.content.begin().key();
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type_by_member(member);
  const auto given = check.attributes.find("cnd");
  if (rule != nullptr && !rule->container_definition.empty() && given != check.attributes.end() &&
      *given != rule->container_definition)
    return refuse(ResponseStatus::BadRequest,
                  "cnd of " + member + " is " + std::string(rule->container_definition) + ", not " + given->dump());
  return check_limits(rule, check.attributes, check.attributes);
}

Result<> FlexContainerProcedure::check_update(const UpdateCheck& check) const {
  return check_limits(rule_of(check.target.type, check.target.member_name), check.attributes,
                      merged(check.target, check.attributes));
}

Result<> FlexContainerProcedure::before_create(CreateContext& context) {
  Resource& resource = context.resource;
  set_content_size(resource);
  if (!resource.has("fcied")) return {};
  resource.attributes["cni"] = 0;
  resource.attributes["cbs"] = 0;
  return add_instance(context.transaction, resource, context.request.from);
}

Result<> FlexContainerProcedure::after_create(CreateContext& context) {
  if (context.resource.latest) tell_newest(core_, context.transaction, context.resource, context.request);
  return {};
}

Result<> FlexContainerProcedure::before_update(UpdateContext& context) {
  Resource& after = context.after;
  Transaction& transaction = context.transaction;
  set_content_size(after);
  const bool had_instances = context.before.has("fcied");
  if (!after.has("fcied")) {
    if (!had_instances) return {};
    remove_all(transaction, after);
    for (const char* gone : {"cni", "cbs", "mni", "mbs", "mia"}) after.attributes.erase(gone);
    return {};
  }
  const bool wanted = after.attributes.value("fcied", false);
  const bool were_wanted = context.before.attributes.value("fcied", false);
  if (!had_instances || (wanted && !were_wanted)) {  // begins anew
    remove_all(transaction, after);
    return add_instance(transaction, after, context.request.from);
  }
  if (!wanted) {
    if (were_wanted) keep_latest_only(transaction, after);
    return {};
  }
  if (changes_values(rule_of(after.type, after.member_name), context.requested))
    return add_instance(transaction, after, context.request.from);
  return trim(core_, transaction, after);
}

Result<> FlexContainerProcedure::after_update(UpdateContext& context) {
  if (context.after.next_sequence != context.before.next_sequence && context.after.latest)
    tell_newest(core_, context.transaction, context.after, context.request);
  return {};
}

}  // namespace edgecse::cse
