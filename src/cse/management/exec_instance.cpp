// SPDX-License-Identifier: Apache-2.0
#include "cse/management/exec_instance.hpp"

namespace edgecse::cse {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr const char* kNode = "node";  // in Resource::internal: ri of the <node>

bool is_report(const Json& attributes) { return attributes.contains("exs") || attributes.contains("exr"); }

bool is_only_report(const Json& content) {
  if (!content.is_object() || content.size() != 1 || !content.begin()->is_object()) return false;
  const Json& attributes = *content.begin();
  return !attributes.empty() && attributes.size() == attributes.count("exs") + attributes.count("exr");
}

bool asks_for_end(const Json& attributes) {
  const auto disable = attributes.find("exd");
  return disable != attributes.end() && *disable == true;
}

bool has_ended(const Resource& instance) {
  const std::int64_t status = instance.number("exs");
  return status == exec_status::kFinished || status == exec_status::kCancelled;
}

/// Who may UPDATE the <node> speaks for it, and so does the CSE that it hosts. That an AE names the node in its nodeLink is
/// no proof: every AE may.
bool executes(const CseCore& core, const Tree& tree, const Request& request, const Resource& instance) {
  const auto id = instance.internal.find(kNode);
  const ResourcePtr node = id == instance.internal.end() ? nullptr : tree.find(id->get_ref<const std::string&>());
  if (!node) return false;
  const base::WallTime now = core.environment.clock.wall_now();
  if (may_access(core, {tree, now, request, onem2m::AccessOperation::Update}, *node)) return true;
  const std::string link = node->text("hcl");
  const ResourcePtr cse = link.empty() ? nullptr : find_resource(core, tree, link);
  return cse && cse->text("csi") == request.from;
}

/// A node reports that it took the command, how it ended, or that it cannot be cancelled.
Result<> check_report(const Json& attributes) {
  const auto status = attributes.find("exs");
  if (status == attributes.end()) return {};
  const int reported = status->get<int>();
  if (reported == exec_status::kInitiated || reported == exec_status::kCancelling)
    return refuse(ResponseStatus::BadRequest, "exs " + std::to_string(reported) + " is set by the CSE, not reported by a node");
  const bool ends = reported == exec_status::kFinished || reported == exec_status::kCancelled;
  if (!ends && attributes.contains("exr") && attributes["exr"] == exec_result::kSuccess)
    return refuse(ResponseStatus::BadRequest, "exr 0 (success) belongs to exs 3 (finished)");
  return {};
}

}  // namespace

void remember_node(const CseCore& core, const Tree& tree, Resource& instance) {
  const std::string target = instance.text("ext");
  ResourcePtr node = find_resource(core, tree, target);
  if (!node)
    tree.for_each_child(core.base_id(), [&](const ResourcePtr& child) {
      if (child->type == type::kNode && child->text("ni") == target) node = child;
    });
  if (node && node->type == type::kNode) instance.internal[kNode] = node->id;
}

Result<> check_end_of(const Resource& instance) {
  if (instance.number("exs") != exec_status::kNonCancellable) return {};
  return refuse(ResponseStatus::MgmtCommandNotCancellable, "'" + instance.name + "' cannot be cancelled any more: its node said so");
}

std::optional<Result<>> ExecInstanceProcedure::authorise(const Tree& tree, const Request& request,
                                                         const Resource& instance) const {
  const bool concerns_it = request.operation == Operation::Retrieve ||
                           (request.operation == Operation::Update && is_only_report(request.content));
  if (!concerns_it || !executes(core_, tree, request, instance)) return std::nullopt;
  return Result<>{};
}

Result<> ExecInstanceProcedure::check_update(const UpdateCheck& check) const {
  const bool reports = is_report(check.attributes), cancels = asks_for_end(check.attributes);
  if (reports && !executes(core_, check.tree, check.request, check.target))
    return refuse(ResponseStatus::BadRequest, "exs and exr are reported by the node that executes, not by " + check.request.from);
  if ((reports || cancels) && has_ended(check.target))
    return refuse(ResponseStatus::AlreadyComplete, "'" + check.target.name + "' has ended already");
  if (reports) return check_report(check.attributes);
  return cancels ? check_end_of(check.target) : Result<>{};
}

Result<> ExecInstanceProcedure::check_delete(const Tree&, const Request&, const Resource& instance) const {
  return check_end_of(instance);
}

Result<> ExecInstanceProcedure::before_update(UpdateContext& context) {
  Json& after = context.after.attributes;
  if (is_report(context.requested)) {
    if (after["exs"] == exec_status::kFinished && !context.requested.contains("exr")) after["exr"] = exec_result::kSuccess;
    return {};
  }
  if (!asks_for_end(context.requested)) return {};
  // What no node has taken yet ends at once; else the node is asked by the change itself, and reports.
  const bool taken = context.before.number("exs") != exec_status::kInitiated;
  after["exs"] = taken ? exec_status::kCancelling : exec_status::kCancelled;
  return {};
}

}  // namespace edgecse::cse
