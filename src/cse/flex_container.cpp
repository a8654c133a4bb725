// SPDX-License-Identifier: Apache-2.0
#include "cse/flex_container.hpp"

#include "cse/procedures.hpp"
#include "cse/representation.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

Result<> refuse_instances(const Json& attributes) {
  const auto instances = attributes.find("fcied");
  if (instances != attributes.end() && !instances->is_null())
    return refuse(ResponseStatus::NotImplemented, "fcied: instances of a flexContainer are not implemented");
  for (const char* limit : {"mni", "mbs", "mia"})
    if (const auto found = attributes.find(limit); found != attributes.end() && !found->is_null())
      return refuse(ResponseStatus::BadRequest, std::string(limit) + " limits instances, and fcied asks for none");
  return {};
}

void set_content_size(Resource& resource) {
  const onem2m::ResourceTypeRule* rule = rule_of(resource.type, resource.member_name);
  if (rule == nullptr) return;
  std::int64_t size = 0;
  for (const onem2m::AttributeRule& custom : rule->custom_attributes)
    if (const auto value = resource.attributes.find(custom.short_name); value != resource.attributes.end())
      size += content_size(*value);
  resource.attributes["cs"] = size;
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
  return refuse_instances(check.attributes);
}

Result<> FlexContainerProcedure::before_create(CreateContext& context) {
  set_content_size(context.resource);
  return {};
}

Result<> FlexContainerProcedure::before_update(UpdateContext& context) {
  if (auto fits = refuse_instances(context.requested); !fits) return fits;
  set_content_size(context.after);
  return {};
}

}  // namespace edgecse::cse
