// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/action_runner.hpp"

#include <algorithm>
#include <limits>

#include "base/log.hpp"
#include "cse/automation/action.hpp"
#include "cse/automation/criteria.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::automation {

using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr std::int64_t kPeriodByDefault = 10'000;  // milliseconds
constexpr std::int64_t kLongestPeriod = 1'000'000'000'000;
constexpr const char* kSeenInstance = "seen";  // of internal: sequence of the instance that ol was last

std::int64_t priority(const Resource& action) { return action.number("apy", std::numeric_limits<std::int64_t>::max()); }

}  // namespace

ActionRunner::ActionRunner(CseCore& core) : core_(core) {
  core.listeners.push_back(this);
  core.loop->add_observer(*this);
  const Tree& tree = core.loop->snapshot()->tree;
  tree.for_each([&](const ResourcePtr& resource) {
    if (resource->type == kAction) index_.set(resource->id, subjects_of(tree, *resource));
  });
}

void ActionRunner::start() {
  const auto actions = std::make_shared<std::deque<std::string>>();
  core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) {
    if (resource->type != kAction || !resource->internal.contains(kRunState)) return;
    if (resource->internal[kRunState].value("due", 0) > 0) actions->push_back(resource->id);
  });
  core_.environment.executor.post([this, actions, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) run_next(actions);
  });
}

std::vector<std::string> ActionRunner::subjects_of(const Tree& tree, const Resource& action) const {
  const std::string subject = action.text("sri");
  if (subject.empty()) return {action.parent};
  const auto target = find_subject(core_, tree, subject);
  return target ? std::vector{target->resource->id} : std::vector<std::string>{};
}

void ActionRunner::on_import(const Resource& resource) {
  if (resource.type == kAction && resource.text("sri").empty()) index_.add(resource.id, {resource.parent});
}

void ActionRunner::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.type != kAction) continue;
    const ResourcePtr action = snapshot.tree.find(change.key);
    if (action) {
      index_.set(action->id, subjects_of(snapshot.tree, *action));
    } else {
      index_.remove(change.key);
    }
  }
}

void ActionRunner::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.type == kAction && event.kind != ResourceEvent::Kind::Deleted && event.resource)
    index_.add(event.id, subjects_of(transaction.tree(), *event.resource));
  if (index_.empty()) return;
  if (event.resource) {
    if (event.kind != ResourceEvent::Kind::Deleted) evaluate(transaction, event, event.id);
  } else {
    evaluate(transaction, event, event.parent);
  }
}

// Whether the event changes what the action looks at. subject: the resource that the event is about, or that holds the
// instance.
bool ActionRunner::concerns(const ResourceEvent& event, const std::string& subject, const Target& target) const {
  if (target.resource->id != subject) return false;
  const bool instance = event.resource == nullptr;
  if (target.is_instance()) {
    if (instance) return true;
    // Limits that go down push out the oldest.
    return target.kind == Target::Kind::Oldest && event.modified != nullptr &&
           (event.modified->contains("mni") || event.modified->contains("mbs"));
  }
  // A flexContainer's new instance comes with an UPDATE of itself.
  return !instance || event.kind == ResourceEvent::Kind::Deleted || target.resource->type != type::kFlexContainer;
}

void ActionRunner::evaluate(Transaction& transaction, const ResourceEvent& event, const std::string& subject) {
  std::vector<ResourcePtr> actions;
  for (const std::string& id : index_.watchers_of(subject))
    if (ResourcePtr action = transaction.tree().find(id); action && action->type == kAction)
      actions.push_back(std::move(action));
  std::stable_sort(actions.begin(), actions.end(), [](const ResourcePtr& a, const ResourcePtr& b) {
    return std::pair(priority(*a), a->created) < std::pair(priority(*b), b->created);
  });
  std::vector<std::string> running;
  for (const ResourcePtr& action : actions) {
    if (!action->internal.contains(kRunState)) continue;
    const std::string named = action->text("sri");
    const auto target = find_subject(core_, transaction.tree(), named.empty() ? action->parent : named);
    if (!target || !concerns(event, subject, *target)) continue;
    if (!action->unit.empty() && !core_.gate->serves(transaction, action->unit)) continue;
    Resource changed = *action;
    if (target->is_instance() && !moved(transaction, changed, event, *target)) continue;
    Resource counted = changed;
    const bool runs = take_run(transaction, counted) && holds(transaction, action->attributes["evc"], *target) &&
                      dependencies_hold(transaction, *action);
    if (runs) running.push_back(action->id);
    if (runs || target->kind == Target::Kind::Oldest) transaction.put(runs ? std::move(counted) : std::move(changed));
  }
  if (!running.empty()) run_later(transaction, std::move(running));
}

// Whether another instance took the place of la or ol. Which one was the oldest is kept with the action.
bool ActionRunner::moved(const Transaction& transaction, Resource& action, const ResourceEvent& event,
                         const Target& target) {
  if (target.kind == Target::Kind::Latest && event.kind == ResourceEvent::Kind::Created) return true;
  const JobInstances instances(transaction);
  const auto found = find_instance(target, instances, transaction.now());
  if (!found) return false;
  if (target.kind == Target::Kind::Latest) return split_instance_id(event.id).second > (*found)->sequence;
  if (action.internal.value(kSeenInstance, std::uint64_t{0}) == (*found)->sequence) return false;
  action.internal[kSeenInstance] = (*found)->sequence;
  return true;
}

// Whether its mode lets it run now; counts the run.
bool ActionRunner::take_run(const Transaction& transaction, Resource& action) {
  Json& state = action.internal[kRunState];
  switch (static_cast<EvaluationMode>(action.number("evm"))) {
    case EvaluationMode::Off:
      return false;
    case EvaluationMode::Once:
    case EvaluationMode::Continuous:
      if (state.value("left", std::int64_t{0}) <= 0) return false;
      state["left"] = state["left"].get<std::int64_t>() - 1;
      break;
    case EvaluationMode::Periodic: {
      const std::int64_t now = transaction.now().time_since_epoch().count();
      if (state.value("next", std::int64_t{0}) > now) return false;
      state["next"] = now + std::min(action.number("ecp", kPeriodByDefault), kLongestPeriod) * 1'000;
      break;
    }
  }
  state["due"] = state.value("due", 0) + 1;
  return true;
}

bool ActionRunner::dependencies_hold(const Transaction& transaction, const Resource& action) const {
  if (!action.has("dep")) return true;
  bool result = false;
  const Json dependencies = action.attributes["dep"];
  for (const Json& id : dependencies) {
    const ResourcePtr dependency = find_resource(core_, transaction.tree(), id.get<std::string>());
    if (!dependency || dependency->type != kDependency) continue;
    const bool sufficient = dependency->attributes.value("sfc", false);
    const auto subject = find_subject(core_, transaction.tree(), dependency->text("rri"));
    const bool met = subject && holds(transaction, dependency->attributes["evc"], *subject);
    if (met && sufficient) return true;
    if (!met && !sufficient) return false;  // also when what it names is gone: safer than to go on without
    if (met) result = true;
  }
  return result;
}

void ActionRunner::run_anyway(Transaction& transaction, const std::string& id) {
  const ResourcePtr action = transaction.tree().find(id);
  if (!action || action->type != kAction) return;
  Resource changed = *action;
  Json& state = changed.internal[kRunState];
  state["due"] = state.value("due", 0) + 1;
  transaction.put(std::move(changed));
  run_later(transaction, {id});
}

void ActionRunner::run_later(Transaction& transaction, std::vector<std::string> actions) {
  transaction.after_commit([this, actions = std::move(actions), alive = std::weak_ptr(alive_)] {
    auto queue = std::make_shared<std::deque<std::string>>(actions.begin(), actions.end());
    core_.environment.executor.post([this, queue, alive] {
      if (!alive.expired()) run_next(queue);
    });
  });
}

// One after the other, in the order of their priority. An action that is still running for an earlier event is waited
// for.
void ActionRunner::run_next(const Queue& actions) {
  if (actions->empty()) return;
  const std::string id = actions->front();
  if (!running_.insert(id).second) return blocked_[id].push_back(actions);
  actions->pop_front();
  const auto then = [this, id, actions, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    running_.erase(id);
    if (auto waiting = blocked_.extract(id))
      for (const Queue& queue : waiting.mapped()) run_next(queue);
    run_next(actions);
  };
  const ResourcePtr action = core_.loop->snapshot()->tree.find(id);
  if (!action) return then();
  auto request = action_request(action->attributes["apv"], action->text("orc"));
  if (!request)
    return keep_result(
        id, {{"rsc", onem2m::to_number(request.error().status)}, {"pc", {{"m2m:dbg", request.error().detail}}}}, then);
  // Its Originator was checked when the action was made.
  if (core_.options.strict_originator_check) request->peer.verified_ids = {request->from};
  const std::string originator = request->from;
  core_.pipeline->handle(std::move(*request),
                         [this, id, originator, then, alive = std::weak_ptr(alive_)](const onem2m::Response& response) {
                           if (alive.expired()) return;
                           Json result = onem2m::to_json(response);
                           result["fr"] = core_.options.id;
                           result["to"] = originator;
                           keep_result(id, std::move(result), then);
                         });
}

void ActionRunner::keep_result(const std::string& id, Json result, std::function<void()> then) {
  core_.loop->submit({[this, id, result = std::move(result)](Transaction& transaction) -> Result<> {
                        const ResourcePtr action = transaction.tree().find(id);
                        if (!action || (!action->unit.empty() && !core_.gate->serves(transaction, action->unit)))
                          return {};
                        Resource changed = *action;
                        changed.attributes["air"] = result;
                        changed.attributes["lt"] = onem2m::format_timestamp(transaction.now());
                        Json& state = changed.internal[kRunState];
                        state["due"] = std::max(0, state.value("due", 0) - 1);
                        transaction.put(std::move(changed));
                        return {};
                      },
                      [this, then = std::move(then), alive = std::weak_ptr(alive_)](const Result<>& kept) {
                        if (!kept)
                          base::log::warning("cse", "an action's result is lost", {{"detail", kept.error().detail}});
                        if (!alive.expired()) core_.environment.executor.post(then);
                      }});
}

}  // namespace edgecse::cse::automation
