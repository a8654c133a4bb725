// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/action.hpp"

#include "cse/automation/criteria.hpp"
#include "cse/changes.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::automation {

using onem2m::AccessOperation;
using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr std::int64_t kRunsByDefault = 1'000;  // of a continuous action without ecp

AccessOperation privilege_for(onem2m::Operation operation) {
  return static_cast<AccessOperation>(1 << (static_cast<int>(operation) - 1));
}

EvaluationMode mode_of(const Json& attributes) { return static_cast<EvaluationMode>(attributes.at("evm").get<int>()); }

bool takes_parameter(EvaluationMode mode) {
  return mode == EvaluationMode::Periodic || mode == EvaluationMode::Continuous;
}

Result<> check_object(const Asker& asker, const Json& attributes) {
  const std::string object = attributes.at("orc").get<std::string>();
  auto request = action_request(attributes.at("apv"), object);
  if (!request) return as(ResponseStatus::BadRequest, "apv", request.error());
  auto found = accessible(asker, object, privilege_for(request->operation), request->resource_type);
  if (!found) return as(ResponseStatus::BadRequest, "orc", found.error());
  if (local_originator(asker.core.options, request->from) != local_originator(asker.core.options, asker.request.from))
    return refuse(ResponseStatus::BadRequest, "apv: fr must be the Originator, " + asker.request.from);
  return {};
}

// attributes: as they will be. parent: subject when sri names none.
Result<> check_action(const Asker& asker, const Json& attributes, const ResourcePtr& parent) {
  Target subject;
  subject.resource = parent;
  if (is_set(attributes, "sri")) {
    auto found = accessible(asker, attributes["sri"], AccessOperation::Retrieve);
    if (!found) return as(ResponseStatus::BadRequest, "sri", found.error());
    subject = std::move(*found);
  }
  if (auto fits = check_object(asker, attributes); !fits) return fits;
  if (is_set(attributes, "ecp") && !takes_parameter(mode_of(attributes)))
    return refuse(ResponseStatus::BadRequest, "ecp goes with evm 2 and 3 only");
  if (!subject.resource) return refuse(ResponseStatus::BadRequest, "there is no subject for evc");
  return check_criteria(attributes.at("evc"), subject);
}

Result<> check_dependencies(const Asker& asker, const Resource& action, const Json& requested) {
  if (!is_set(requested, "dep")) return {};
  for (const Json& id : requested["dep"]) {
    const ResourcePtr dependency = find_resource(asker.core, asker.tree, id.get<std::string>());
    if (!dependency || dependency->parent != action.id || dependency->type != kDependency)
      return refuse(ResponseStatus::BadRequest,
                    "dep: '" + id.get<std::string>() + "' is no dependency below this action");
  }
  return {};
}

Result<> check_dependency(const Asker& asker, const Json& attributes) {
  auto found = accessible(asker, attributes.at("rri"), AccessOperation::Retrieve);
  if (!found) return as(ResponseStatus::BadRequest, "rri", found.error());
  return check_criteria(attributes.at("evc"), *found);
}

}  // namespace

Json fresh_state(const Resource& action) {
  const auto mode = static_cast<EvaluationMode>(action.number("evm"));
  const std::int64_t left = mode == EvaluationMode::Once         ? 1
                            : mode == EvaluationMode::Continuous ? action.number("ecp", kRunsByDefault)
                                                                 : 0;
  return {{"left", left}, {"next", 0}, {"due", 0}};
}

Result<onem2m::Request> action_request(const Json& primitive, const std::string& object) {
  for (const char* name : {"op", "to", "fr", "rqi"})
    if (!primitive.is_object() || !primitive.contains(name))
      return refuse(ResponseStatus::BadRequest, std::string("the request has no ") + name);
  auto request = onem2m::request_from_json(primitive);
  if (!request) return request;
  request->to = object;
  if (!request->release_version) request->release_version = "4";
  if (request->operation == onem2m::Operation::Create && !request->resource_type)
    return refuse(ResponseStatus::BadRequest, "a CREATE without ty");
  return request;
}

Result<> ActionProcedure::check_create(const CreateCheck& check) const {
  return check_action({core_, check.tree, check.now, check.request}, check.attributes,
                      check.tree.find(check.parent.id));
}

Result<> ActionProcedure::check_update(const UpdateCheck& check) const {
  const Asker asker{core_, check.tree, check.now, check.request};
  const Json attributes = merged(check.target, check.attributes);
  if (auto fits = check_dependencies(asker, check.target, check.attributes); !fits) return fits;
  if (is_set(check.attributes, "evm") && !takes_parameter(mode_of(attributes)) && check.target.has("ecp"))
    return refuse(ResponseStatus::BadRequest,
                  "evm cannot become " + attributes["evm"].dump() + " before ecp is removed");
  return check_action(asker, attributes, check.tree.find(check.target.parent));
}

Result<> ActionProcedure::before_create(CreateContext& context) {
  context.resource.internal[kRunState] = fresh_state(context.resource);
  return {};
}

Result<> ActionProcedure::before_update(UpdateContext& context) {
  if (context.requested.contains("evm") || context.requested.contains("ecp"))
    context.after.internal[kRunState] = fresh_state(context.after);
  return {};
}

Result<> DependencyProcedure::check_create(const CreateCheck& check) const {
  return check_dependency({core_, check.tree, check.now, check.request}, check.attributes);
}

Result<> DependencyProcedure::check_update(const UpdateCheck& check) const {
  return check_dependency({core_, check.tree, check.now, check.request}, merged(check.target, check.attributes));
}

}  // namespace edgecse::cse::automation
