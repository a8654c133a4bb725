// SPDX-License-Identifier: Apache-2.0
#include "cse/statistics/statistics.hpp"

#include <algorithm>
#include <set>

#include "cse/changes.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr int kEventConfig = 7, kStatsCollect = 21;
enum class EventType : int { DataOperation = 1, StorageBased = 2, TimerBased = 3 };
constexpr int kActive = 1;  // m2m:statsRuleStatusType

ResourcePtr find_event(const Tree& tree, const std::string& base, const std::string& event_id) {
  for (const ResourcePtr& config : tree.children(base))
    for (const ResourcePtr& event : tree.children(config->id))
      if (event->type == kEventConfig && event->text("evi") == event_id) return event;
  return nullptr;
}

class EventConfigProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override { return check_event(check.attributes); }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    return check_event(merged(check.target, check.attributes));
  }
  Result<> before_create(CreateContext& context) override {
    context.resource.attributes["evi"] = context.resource.id;
    return {};
  }

 private:
  static Result<> check_event(const Json& attributes) {
    const auto want = [&](std::initializer_list<const char*> names, const char* kind) -> Result<> {
      for (const char* name : names)
        if (!is_set(attributes, name))
          return refuse(ResponseStatus::BadRequest, std::string(name) + " is missing: the event is " + kind);
      return {};
    };
    switch (static_cast<EventType>(attributes.at("evt").get<int>())) {
      case EventType::DataOperation:
        return want({"opt"}, "a data operation");
      case EventType::StorageBased:
        return want({"ds"}, "storage based");
      case EventType::TimerBased:
        return want({"evs", "eve"}, "timer based");
    }
    return {};
  }
};

class StatsCollectProcedure final : public TypeProcedure {
 public:
  explicit StatsCollectProcedure(CseCore& core) : core_(core) {}
  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    return check_rule(check.tree, check.attributes);
  }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    return check_rule(check.tree, merged(check.target, check.attributes));
  }
  Result<> before_create(CreateContext& context) override {
    context.resource.attributes["sci"] = context.resource.id;
    return {};
  }

 private:
  [[nodiscard]] Result<> check_rule(const Tree& tree, const Json& attributes) const {
    if (!is_set(attributes, "evi")) return {};
    const std::string event = attributes["evi"];
    if (find_event(tree, core_.base_id(), event)) return {};
    return refuse(ResponseStatus::BadRequest, "evi '" + event + "' is the eventID of no eventConfig here");
  }
  CseCore& core_;
};

class Statistics final : public CsePart, public ResourceEventListener, public CommitObserver {
 public:
  explicit Statistics(CseCore& core)
      : core_(core),
        operations_(core.environment.telemetry.counter("edgecse_statistics_events_total",
                                                       "Data operations that a statsCollect asks to count")) {
    core.procedures.add(kEventConfig, std::make_shared<EventConfigProcedure>());
    core.procedures.add(kStatsCollect, std::make_shared<StatsCollectProcedure>(core));
    core.listeners.push_back(this);
    core.loop->add_observer(*this);
    core.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
      if (resource->type == kStatsCollect) rules_.insert(resource->id);
    });
  }

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    for (const Change& change : changes) {
      if (change.type != kStatsCollect) continue;
      if (snapshot.tree.find(change.key))
        rules_.insert(change.key);
      else
        rules_.erase(change.key);
    }
  }
  void on_event(Transaction& transaction, const ResourceEvent& event) override {
    for (const std::string& id : rules_) {
      const ResourcePtr rule = transaction.tree().find(id);
      if (rule && counts(transaction.tree(), *rule, event)) transaction.after_commit([this] { operations_.add(); });
    }
  }

 private:
  [[nodiscard]] bool counts(const Tree& tree, const Resource& rule, const ResourceEvent& event) const {
    if (event.request == nullptr || rule.number("srs") != kActive) return false;
    if (rule.has("cdi") && !contains(rule.attributes["cdi"], local_originator(core_.options, event.request->from)))
      return false;
    const ResourcePtr config = find_event(tree, core_.base_id(), rule.text("evi"));
    if (!config || config->number("evt") != static_cast<int>(EventType::DataOperation)) return false;
    const auto fits = [&](const char* name, const Json& value) {
      return !config->has(name) || contains(config->attributes[name], value);
    };
    return fits("opt", static_cast<int>(event.request->operation)) && fits("erts", event.type) &&
           fits("eris", event.id);
  }
  static bool contains(const Json& list, const Json& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  }

  CseCore& core_;
  telemetry::Counter& operations_;
  std::set<std::string> rules_;  // the commit loop's thread
};

}  // namespace

std::unique_ptr<CsePart> make_statistics(CseCore& core) { return std::make_unique<Statistics>(core); }

}  // namespace edgecse::cse
