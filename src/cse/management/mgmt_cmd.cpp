// SPDX-License-Identifier: Apache-2.0
#include "cse/management/mgmt_cmd.hpp"

#include "cse/management/command_arguments.hpp"
#include "cse/management/exec_instance.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Result;

namespace {

constexpr int kExecInstance = ExecInstanceProcedure::kType;

/// The node itself, or each member when a group is to execute.
std::vector<std::string> targets_of(const CseCore& core, const Tree& tree, const Resource& command) {
  const std::string target = command.text("ext");
  const ResourcePtr group = find_resource(core, tree, target);
  if (!group || group->type != onem2m::type::kGroup) return {target};
  std::vector<std::string> members;
  const auto list = group->attributes.find("mid");
  if (list != group->attributes.end())
    for (const Json& member : *list)
      if (member.is_string()) members.push_back(member.get<std::string>());
  return members;
}

Resource make_instance(const CseCore& core, Transaction& transaction, const Resource& command, const std::string& target) {
  Resource instance;
  instance.id = transaction.new_id();
  instance.parent = command.id;
  instance.name = "exin-" + instance.id;
  instance.type = kExecInstance;
  instance.member_name = "m2m:exin";
  instance.creator = command.creator;
  instance.unit = command.unit;
  instance.created = transaction.next_creation();
  Json& attributes = instance.attributes;
  for (const char* copied : {"exra", "exm", "exf", "exy", "exn", "et", "acpi"})
    if (const auto found = command.attributes.find(copied); found != command.attributes.end()) attributes[copied] = *found;
  attributes.update({{"ty", kExecInstance}, {"ri", instance.id}, {"rn", instance.name}, {"pi", command.id},
                     {"ext", target}, {"exs", exec_status::kInitiated}, {"exr", exec_result::kNotFinished}});
  attributes["ct"] = attributes["lt"] = onem2m::format_timestamp(transaction.now());
  remember_node(core, transaction.tree(), instance);
  return instance;
}

bool is_to_be_executed(const Json& requested) {
  const auto enable = requested.find("exe");
  return enable != requested.end() && *enable == true;
}

}  // namespace

Result<> MgmtCmdProcedure::before_update(UpdateContext& context) {
  return is_to_be_executed(context.requested) ? check_command_arguments(context.after.attributes) : Result<>{};
}

Result<> MgmtCmdProcedure::after_update(UpdateContext& context) {
  if (!is_to_be_executed(context.requested)) return {};
  Transaction& transaction = context.transaction;
  for (const std::string& target : targets_of(core_, transaction.tree(), context.after)) {
    Resource instance = make_instance(core_, transaction, context.after, target);
    const std::string id = instance.id;
    transaction.put(std::move(instance));
    const ResourcePtr stored = transaction.tree().find(id);
    ResourceEvent event{ResourceEvent::Kind::Created, id, kExecInstance, stored->member_name, stored->parent, stored->attributes};
    event.resource = stored;
    event.request = &context.request;
    core_.tell(transaction, event);
  }
  return {};
}

Result<> MgmtCmdProcedure::check_delete(const Tree& tree, const onem2m::Request&, const Resource& command) const {
  for (const ResourcePtr& instance : tree.children(command.id))
    if (instance->type == ExecInstanceProcedure::kType)
      if (auto ends = check_end_of(*instance); !ends) return ends;
  return {};
}

}  // namespace edgecse::cse
