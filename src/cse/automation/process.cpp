// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/process.hpp"

#include <algorithm>

#include "cse/automation/criteria.hpp"
#include "cse/changes.hpp"

namespace edgecse::cse::automation {

using onem2m::AccessOperation;
using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

Result<> check_condition(const char* name, const Json& criteria, const Target& subject) {
  if (auto fits = check_criteria(criteria, subject); !fits)
    return as(ResponseStatus::InvalidProcessConfiguration, name, fits.error());
  return {};
}

// atcos, encos: each names its subject.
Result<> check_conditions(const Asker& asker, const char* name, const Json& requested) {
  if (!is_set(requested, name)) return {};
  for (const Json& condition : requested[name]) {
    auto subject = accessible(asker, condition.at("sri"), AccessOperation::Retrieve);
    if (!subject) return as(ResponseStatus::InvalidProcessConfiguration, name, subject.error());
    if (auto fits = check_condition(name, condition.at("evc"), *subject); !fits) return fits;
  }
  return {};
}

Result<> check_state_of(const Asker& asker, const char* name, const std::string& id, const std::string& process) {
  auto state = accessible(asker, id, AccessOperation::Retrieve);
  if (!state) return as(ResponseStatus::InvalidProcessConfiguration, name, state.error());
  if (state->resource->type == kState && state->resource->parent == process && !state->is_instance()) return {};
  return refuse(ResponseStatus::InvalidProcessConfiguration,
                std::string(name) + " names '" + id + "', which is no state of this process");
}

Result<> check_control(const Resource& process, const Json& attributes, ProcessControl control) {
  const auto status = static_cast<ProcessStatus>(process.number("prst"));
  const auto refuse_because = [](const char* why) { return refuse(ResponseStatus::OperationNotAllowed, why); };
  switch (control) {
    case ProcessControl::Enable:
      if (status != ProcessStatus::Disabled) return refuse_because("only a disabled process can be enabled");
      if (!is_set(attributes, "inst"))
        return refuse(ResponseStatus::InvalidProcessConfiguration, "the process has no initialState (inst)");
      return {};
    case ProcessControl::Disable:
      if (status == ProcessStatus::Disabled) return refuse_because("the process is disabled already");
      return {};
    case ProcessControl::Pause:
      if (status != ProcessStatus::Activated) return refuse_because("only an activated process can be paused");
      return {};
    case ProcessControl::Reactivate:
      if (status != ProcessStatus::Paused) return refuse_because("only a paused process can be reactivated");
      return {};
  }
  return {};
}

Result<> check_disabled(const Tree& tree, const std::string& process_id) {
  const ResourcePtr process = tree.find(process_id);
  if (!process || process->number("prst", 1) == static_cast<int>(ProcessStatus::Disabled)) return {};
  return refuse(ResponseStatus::OperationNotAllowed, "states are made and changed only while the process is disabled");
}

Result<> check_transitions(const Asker& asker, const std::string& process_id, const Json& requested) {
  if (!is_set(requested, "sttrs")) return {};
  const ResourcePtr process = asker.tree.find(process_id);
  for (const Json& transition : requested["sttrs"]) {
    if (auto fits = check_state_of(asker, "nxst", transition.at("nxst"), process_id); !fits) return fits;
    Target subject;
    subject.resource = process ? asker.tree.find(process->parent) : nullptr;
    if (is_set(transition, "sri")) {
      auto named = accessible(asker, transition["sri"], AccessOperation::Retrieve);
      if (!named) return as(ResponseStatus::InvalidProcessConfiguration, "sttrs", named.error());
      subject = std::move(*named);
    }
    if (!subject.resource)
      return refuse(ResponseStatus::InvalidProcessConfiguration, "sttrs: there is no subject for evc");
    if (auto fits = check_condition("sttrs", transition.at("evc"), subject); !fits) return fits;
  }
  return {};
}

Result<> check_action(const Asker& asker, const Resource& state, const Json& requested) {
  if (!is_set(requested, "stac")) return {};
  auto action = accessible(asker, requested["stac"], AccessOperation::Retrieve);
  if (!action) return as(ResponseStatus::InvalidProcessConfiguration, "stac", action.error());
  if (action->resource->type == kAction && action->resource->parent == state.id) return {};
  return refuse(ResponseStatus::InvalidProcessConfiguration, "stac names no action of this state");
}

}  // namespace

Result<> ProcessManagementProcedure::check_update(const UpdateCheck& check) const {
  const Json& requested = check.attributes;
  const Asker asker{core_, check.tree, check.now, check.request};
  const bool configures = requested.contains("inst") || requested.contains("atcos") || requested.contains("encos");
  if (configures && check.target.number("prst") != static_cast<int>(ProcessStatus::Disabled))
    return refuse(ResponseStatus::OperationNotAllowed,
                  "inst, atcos and encos are changed only while the process is disabled");
  if (auto fits = check_conditions(asker, "atcos", requested); !fits) return fits;
  if (auto fits = check_conditions(asker, "encos", requested); !fits) return fits;
  if (is_set(requested, "inst")) {
    if (auto fits = check_state_of(asker, "inst", requested["inst"], check.target.id); !fits) return fits;
  }
  if (!is_set(requested, "prct")) return {};
  return check_control(check.target, merged(check.target, requested),
                       static_cast<ProcessControl>(requested["prct"].get<int>()));
}

Result<> ProcessManagementProcedure::before_create(CreateContext& context) {
  context.resource.attributes["prst"] = static_cast<int>(ProcessStatus::Disabled);
  context.resource.attributes["prct"] = static_cast<int>(ProcessControl::Disable);
  return {};
}

Result<> ProcessManagementProcedure::before_update(UpdateContext& context) {
  if (is_set(context.requested, "prct"))
    machine_.control(context.transaction, context.after,
                     static_cast<ProcessControl>(context.requested["prct"].get<int>()));
  return {};
}

Result<> ProcessManagementProcedure::after_update(UpdateContext& context) {
  if (is_set(context.requested, "prct")) machine_.go_on(context.transaction, context.after.id);
  return {};
}

Result<> StateProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_disabled(check.tree, check.parent.id); !fits) return fits;
  return check_transitions({core_, check.tree, check.now, check.request}, check.parent.id, check.attributes);
}

Result<> StateProcedure::check_update(const UpdateCheck& check) const {
  const Asker asker{core_, check.tree, check.now, check.request};
  if (auto fits = check_disabled(check.tree, check.target.parent); !fits) return fits;
  if (auto fits = check_action(asker, check.target, check.attributes); !fits) return fits;
  return check_transitions(asker, check.target.parent, check.attributes);
}

Result<> StateProcedure::check_delete(const Tree& tree, const onem2m::Request&, const Resource& state) const {
  if (state.attributes.value("sact", false)) return refuse(ResponseStatus::OperationNotAllowed, "the state is active");
  return check_disabled(tree, state.parent);
}

Result<> StateProcedure::before_create(CreateContext& context) {
  context.resource.attributes["sact"] = false;
  return {};
}

}  // namespace edgecse::cse::automation
