// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/process_machine.hpp"

#include <algorithm>

#include "cse/automation/criteria.hpp"
#include "cse/changes.hpp"

namespace edgecse::cse::automation {

namespace {

constexpr int kMostSteps = 32;  // at once: a circle of states whose transitions always hold ends there
constexpr std::size_t kDeepest = 4;

ProcessStatus status_of(const Resource& process) { return static_cast<ProcessStatus>(process.number("prst", 1)); }

void set_status(Resource& process, ProcessStatus status) { process.attributes["prst"] = static_cast<int>(status); }

}  // namespace

ProcessMachine::ProcessMachine(CseCore& core, ActionRunner& actions) : core_(core), actions_(actions) {
  core.listeners.push_back(this);
  core.loop->add_observer(*this);
  const Tree& tree = core.loop->snapshot()->tree;
  tree.for_each([&](const ResourcePtr& resource) {
    if (resource->type == kProcessManagement) index_.set(resource->id, subjects_of(tree, *resource));
  });
}

std::vector<std::string> ProcessMachine::subjects_of(const Tree& tree, const Resource& process) const {
  std::vector<std::string> subjects;
  const auto add = [&](const Json& condition) {
    const auto named = condition.find("sri");
    if (named == condition.end()) return subjects.push_back(process.parent);
    if (const auto target = find_subject(core_, tree, named->get<std::string>()))
      subjects.push_back(target->resource->id);
  };
  for (const char* list : {"atcos", "encos"})
    if (process.has(list))
      for (const Json& condition : process.attributes[list]) add(condition);
  for (const ResourcePtr& state : tree.children(process.id))
    if (state->type == kState && state->has("sttrs"))
      for (const Json& transition : state->attributes["sttrs"]) add(transition);
  return subjects;
}

void ProcessMachine::on_import(const Resource& resource) {
  if (resource.type == kProcessManagement) index_.add(resource.id, {resource.parent});
}

void ProcessMachine::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.type != kProcessManagement && change.type != kState) continue;
    const ResourcePtr resource = snapshot.tree.find(change.key);
    const ResourcePtr process = resource && resource->type == kState ? snapshot.tree.find(resource->parent) : resource;
    if (process) {
      index_.set(process->id, subjects_of(snapshot.tree, *process));
    } else if (change.type == kProcessManagement) {
      index_.remove(change.key);
    }
  }
}

void ProcessMachine::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.resource && event.kind != ResourceEvent::Kind::Deleted &&
      (event.type == kProcessManagement || event.type == kState)) {
    const ResourcePtr process = transaction.tree().find(event.type == kState ? event.parent : event.id);
    if (process) index_.add(process->id, subjects_of(transaction.tree(), *process));
  }
  if (index_.empty() || depth_ >= kDeepest || (event.resource && event.kind == ResourceEvent::Kind::Deleted)) return;
  for (const std::string& process : index_.watchers_of(event.resource ? event.id : event.parent))
    go_on(transaction, process);
}

void ProcessMachine::control(Transaction& transaction, Resource& process, ProcessControl control) {
  switch (control) {
    case ProcessControl::Enable:
      return set_status(process, ProcessStatus::Enabled);
    case ProcessControl::Pause:
      return set_status(process, ProcessStatus::Paused);
    case ProcessControl::Reactivate:
      return set_status(process, ProcessStatus::Activated);
    case ProcessControl::Disable:
      leave(transaction, process);
      process.attributes.erase("cust");
      return set_status(process, ProcessStatus::Disabled);
  }
}

void ProcessMachine::go_on(Transaction& transaction, const std::string& process) {
  ++depth_;
  for (int steps = 0; steps < kMostSteps && step(transaction, process); ++steps) {
  }
  --depth_;
}

// One step; false when nothing is to be done now.
bool ProcessMachine::step(Transaction& transaction, const std::string& id) {
  const ResourcePtr current = transaction.tree().find(id);
  if (!current || (!current->unit.empty() && !core_.gate->serves(transaction, current->unit))) return false;
  Resource process = *current;
  if (status_of(process) == ProcessStatus::Enabled) {
    if (!all_hold(transaction, process, "atcos")) return false;
    set_status(process, ProcessStatus::Activated);
    enter(transaction, process, find_resource(core_, transaction.tree(), process.text("inst")));
    put_and_tell(core_, transaction, std::move(process));
    return true;
  }
  if (status_of(process) != ProcessStatus::Activated) return false;
  const ResourcePtr state = find_resource(core_, transaction.tree(), process.text("cust"));
  if (!state) {
    set_status(process, ProcessStatus::Aborted);
    put_and_tell(core_, transaction, std::move(process));
    return false;
  }
  if ((process.has("encos") && all_hold(transaction, process, "encos")) || !state->has("sttrs")) {
    leave(transaction, process);
    set_status(process, ProcessStatus::Completed);
    put_and_tell(core_, transaction, std::move(process));
    return false;
  }
  const ResourcePtr next = next_state(transaction, process, *state);
  if (!next) return false;
  leave(transaction, process);
  enter(transaction, process, next);
  put_and_tell(core_, transaction, std::move(process));
  return true;
}

bool ProcessMachine::all_hold(const Transaction& transaction, const Resource& process, const char* conditions) const {
  if (!process.has(conditions)) return true;
  const Json list = process.attributes[conditions];
  return std::all_of(list.begin(), list.end(), [&](const Json& condition) {
    const auto subject = find_subject(core_, transaction.tree(), condition.at("sri").get<std::string>());
    return subject && holds(transaction, condition.at("evc"), *subject);
  });
}

ResourcePtr ProcessMachine::next_state(const Transaction& transaction, const Resource& process,
                                       const Resource& state) const {
  const Json transitions = state.attributes["sttrs"];
  for (const Json& transition : transitions) {
    const auto subject = find_subject(core_, transaction.tree(), transition.value("sri", process.parent));
    if (!subject || !holds(transaction, transition.at("evc"), *subject)) continue;
    const ResourcePtr next = find_resource(core_, transaction.tree(), transition.at("nxst").get<std::string>());
    if (next && next->type == kState && next->parent == process.id) return next;
  }
  return nullptr;
}

void ProcessMachine::enter(Transaction& transaction, Resource& process, const ResourcePtr& state) {
  if (!state) return set_status(process, ProcessStatus::Aborted);
  process.attributes["cust"] = state->id;
  Resource active = *state;
  active.attributes["sact"] = true;
  put_and_tell(core_, transaction, std::move(active));
  if (!state->has("stac")) return;
  if (const ResourcePtr action = find_resource(core_, transaction.tree(), state->text("stac")))
    actions_.run_anyway(transaction, action->id);
}

void ProcessMachine::leave(Transaction& transaction, const Resource& process) {
  const ResourcePtr state = find_resource(core_, transaction.tree(), process.text("cust"));
  if (!state || !state->attributes.value("sact", false)) return;
  Resource inactive = *state;
  inactive.attributes["sact"] = false;
  put_and_tell(core_, transaction, std::move(inactive));
}

}  // namespace edgecse::cse::automation
