// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/communication_management.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <set>
#include <tuple>

#include "cse/cmdh/forwarding.hpp"
#include "cse/cmdh/network_access.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

using cmdh::kAllOthers, cmdh::kBestEffort, cmdh::kImmediate, cmdh::linked, cmdh::names_category;
constexpr const char* kActivePolicy = "m2m:acmp";

/// Names of a request's origin, the most telling first. Annex H 2.1.
std::vector<std::string> origins_of(const CseCore& core, const Tree& tree, const Request& request) {
  const std::string from = local_originator(core.options, request.from);
  std::vector<std::string> names{from, request.from};
  if (const ResourcePtr ae = tree.find(from); ae && ae->type == type::kAe) {
    names.push_back(ae->text("api"));
    names.emplace_back("localAE");
  } else if (from == core.options.id) {
    names.emplace_back("thisCSE");
  }
  names.emplace_back("default");
  return names;
}

/// The rule for the origin: by the most telling name, then by order. What a rule asks of context or characteristics cannot be
/// judged here, so such a rule is for nobody.
ResourcePtr rule_for(const std::vector<ResourcePtr>& rules, const std::vector<std::string>& origins) {
  for (const std::string& origin : origins) {
    ResourcePtr best;
    for (const ResourcePtr& rule : rules) {
      if (rule->has("rct") || rule->has("rch")) continue;
      const std::vector<std::string> named = strings_of(rule->attributes, "ror");
      if (std::ranges::find(named, origin) == named.end()) continue;
      if (!best || rule->number("od") < best->number("od")) best = rule;
    }
    if (best) return best;
  }
  return nullptr;
}

/// Milliseconds from ot on; nothing for a value that stands for no end.
void fill_time(std::string& parameter, const Resource& rule, const char* name, base::WallTime from) {
  const std::int64_t milliseconds = rule.number(name, -1);
  if (!parameter.empty() || milliseconds < 0) return;
  parameter = onem2m::format_timestamp(from + std::chrono::milliseconds{milliseconds});
}

void fill(Request& request, const Resource& rule, base::WallTime from) {
  fill_time(request.request_expiration, rule, "dqet", from);
  fill_time(request.result_expiration, rule, "dset", from);
  if (rule.number("doet", -1) > 0) fill_time(request.operation_execution_time, rule, "doet", from);
  fill_time(request.result_persistence, rule, "drp", from);
  // One of the two was given: the request does not end after its result.
  const auto request_ends = onem2m::parse_timestamp(request.request_expiration), result_ends = onem2m::parse_timestamp(request.result_expiration);
  if (request_ends && result_ends && *request_ends > *result_ends) request.request_expiration = request.result_expiration;
  if (!request.delivery_aggregation) request.delivery_aggregation = rule.attributes.value("dda", false);
}

/// Shortest and longest in milliseconds, -1 for no end. What is not a pair of numbers limits nothing.
Result<> check_time(const Resource& limits, const char* limit, const char* parameter, const std::string& value, base::WallTime from) {
  const auto range = limits.attributes.find(limit);
  if (range == limits.attributes.end() || !range->is_array() || range->size() != 2 || !range->at(0).is_number_integer() ||
      !range->at(1).is_number_integer())
    return {};
  const auto shortest = range->at(0).get<std::int64_t>(), longest = range->at(1).get<std::int64_t>();
  const auto time = value.empty() ? std::nullopt : onem2m::parse_absolute_or_relative(value, from);
  const bool fits = time ? *time - from >= std::chrono::milliseconds{shortest} &&
                               (longest < 0 || *time - from <= std::chrono::milliseconds{longest})
                         : longest < 0;
  if (fits) return {};
  return refuse(ResponseStatus::BadRequest, std::string(parameter) + (value.empty() ? " is missing" : " " + value) +
                                                ": the cmdhLimits '" + limits.name + "' (" + limit + ") allow " +
                                                std::to_string(shortest) + " to " + std::to_string(longest) + " ms");
}

Result<> check(const Resource& limits, const Request& request, base::WallTime from) {
  const int category = request.event_category.value_or(kBestEffort);
  if (!names_category(limits, "lec", category))
    return refuse(ResponseStatus::BadRequest, "ec " + std::to_string(category) + " is not among those of the cmdhLimits '" + limits.name + "' (lec)");
  const std::array<std::tuple<const char*, const char*, const std::string*>, 2> times{
      {{"lqet", "rqet", &request.request_expiration}, {"lset", "rset", &request.result_expiration}}};
  for (const auto& [limit, parameter, value] : times)
    if (auto fits = check_time(limits, limit, parameter, *value, from); !fits) return fits;
  // Executed at once and not kept are always within limits.
  if (!request.operation_execution_time.empty())
    if (auto fits = check_time(limits, "loet", "oet", request.operation_execution_time, from); !fits) return fits;
  if (!request.result_persistence.empty())
    if (auto fits = check_time(limits, "lrp", "rp", request.result_persistence, from); !fits) return fits;
  const auto aggregation = limits.attributes.find("lda");
  if (!request.delivery_aggregation || aggregation == limits.attributes.end() || !aggregation->is_array()) return {};
  if (std::ranges::find(*aggregation, Json(*request.delivery_aggregation)) != aggregation->end()) return {};
  return refuse(ResponseStatus::BadRequest, "da is not as the cmdhLimits '" + limits.name + "' (lda) want it");
}

std::string lane_of(const onem2m::Address& address) { return address.service_provider + address.cse_id; }

class Cmdh final : public CommunicationManagement, public CommitObserver {
 public:
  explicit Cmdh(CseCore& core)
      : core_(core), forwarding_(core, [this](const Tree& tree) { return any_ ? policy_of(tree) : nullptr; }) {
    core.loop->add_observer(*this);
  }

  void start() override {
    core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) { note(resource->id, resource); });
  }
  bool drain() override {
    forwarding_.stop();
    return forwarding_.quiet();
  }
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    bool ways_changed = false, rules_changed = false;
    for (const Change& change : changes) {
      if (change.table != store::Table::Tree) continue;
      if (change.type == type::kMgmtObj) note(change.key, snapshot.tree.find(change.key));
      rules_changed = rules_changed || change.type == type::kMgmtObj || change.type == type::kSchedule;
      ways_changed = ways_changed || change.type == type::kRemoteCse;
    }
    if (rules_changed || ways_changed) forwarding_.reconsider(ways_changed);
  }

  void forward(Request request, const StoreAndForward* keep, onem2m::ResponseCallback done) override {
    const SnapshotPtr snapshot = core_.loop->snapshot();
    const base::WallTime now = core_.environment.clock.wall_now();
    const ResourcePtr policy = any_ ? policy_of(snapshot->tree) : nullptr;
    if (policy) {
      if (auto allowed = apply(*policy, snapshot->tree, now, request); !allowed)
        return done(onem2m::make_error_response(request, allowed.error().status, allowed.error().detail));
    }
    request.from = onem2m::to_sp_relative_originator(request.from, core_.options.id);
    const int category = request.event_category.value_or(kBestEffort);
    const bool waits = (keep != nullptr && has_time(request)) ||
                       (policy && category != kImmediate && forwarding_.is_restricted(snapshot->tree, *policy, category));
    const auto address = onem2m::parse_address(request.to);
    if (!waits || !address) {
      if (keep != nullptr && keep->tell) keep->tell(true);
      return core_.forwarder->forward(std::move(request), std::move(done));
    }
    cmdh::Message message;
    message.lane = lane_of(*address);
    message.category = category;
    message.expires = keep != nullptr ? keep->until : now + core_.request_life.load();
    for (const std::string* end : {&request.result_expiration, &request.request_expiration})
      if (const auto time = onem2m::parse_timestamp(*end)) message.expires = *time;
    message.durable = keep != nullptr && has_time(request);
    if (keep != nullptr) {
      message.tell = keep->tell;
      message.in_delivery = keep->in_delivery;
    }
    message.request = std::move(request);
    message.done = std::move(done);
    forwarding_.add(std::move(message));
  }

  [[nodiscard]] bool may_wait(const Request& request) const override {
    const SnapshotPtr snapshot = core_.loop->snapshot();
    const ResourcePtr policy = any_ ? policy_of(snapshot->tree) : nullptr;
    if (!policy) return has_time(request);
    Request completed = request;
    return apply(*policy, snapshot->tree, core_.environment.clock.wall_now(), completed) && has_time(completed);
  }

 private:
  static bool has_time(const Request& request) {
    if (request.event_category == kImmediate) return false;
    return request.event_category || request.delivery_aggregation == true || !request.request_expiration.empty() ||
           !request.result_expiration.empty();
  }

  /// Steps 1 to 3: category, parameters, limits.
  Result<> apply(const Resource& policy, const Tree& tree, base::WallTime now, Request& request) const {
    const auto origins = origins_of(core_, tree, request);
    const base::WallTime from = onem2m::parse_timestamp(request.originating_timestamp).value_or(now);
    if (request.originating_timestamp.empty()) request.originating_timestamp = onem2m::format_timestamp(now);
    for (const ResourcePtr& defaults : linked(core_, tree, policy, "m2m:cmdf")) complete(tree, *defaults, origins, from, request);
    if (request.event_category.value_or(kBestEffort) == kBestEffort && !request.delivery_aggregation) request.delivery_aggregation = true;
    const ResourcePtr limits = rule_for(linked(core_, tree, policy, "m2m:cml"), origins);
    return limits ? check(*limits, request, from) : Result<>{};
  }

  void complete(const Tree& tree, const Resource& defaults, const std::vector<std::string>& origins, base::WallTime from,
                Request& request) const {
    if (!request.event_category) {
      const ResourcePtr rule = rule_for(linked(core_, tree, defaults, "m2m:cmdv"), origins);
      request.event_category = rule ? static_cast<int>(rule->number("dev", kBestEffort)) : kBestEffort;
    }
    if (*request.event_category == kBestEffort || *request.event_category == kImmediate) return;
    const std::vector<ResourcePtr> values = linked(core_, tree, defaults, "m2m:cmpv");
    for (const int category : {*request.event_category, kAllOthers})
      for (const ResourcePtr& rule : values)
        if (names_category(*rule, "aec", category)) return fill(request, *rule, from);
  }

  /// Of the <node> that hosts this CSE.
  ResourcePtr policy_of(const Tree& tree) const {
    std::set<std::string> active;
    {
      std::lock_guard lock(mutex_);
      active = active_;
    }
    for (const std::string& id : active) {
      const ResourcePtr one = tree.find(id), node = one ? tree.find(one->parent) : nullptr;
      if (!node || !hosts_this_cse(tree, node->text("hcl"))) continue;
      ResourcePtr policy = find_resource(core_, tree, one->text("acmlk"));
      if (policy && policy->member_name == "m2m:cmp") return policy;
    }
    return nullptr;
  }
  bool hosts_this_cse(const Tree& tree, const std::string& link) const {
    if (link == core_.options.id) return true;
    const ResourcePtr linked_to = link.empty() ? nullptr : find_resource(core_, tree, link);
    return linked_to && linked_to->type == type::kCseBase;
  }

  void note(const std::string& id, const ResourcePtr& resource) {
    std::lock_guard lock(mutex_);
    if (resource && resource->member_name == kActivePolicy) {
      active_.insert(id);
    } else {
      active_.erase(id);
    }
    any_ = !active_.empty();
  }

  CseCore& core_;
  mutable std::mutex mutex_;
  std::set<std::string> active_;  // ri of <activeCmdhPolicy>; guarded by mutex_
  std::atomic<bool> any_ = false;
  cmdh::Forwarding forwarding_;
};

}  // namespace

std::unique_ptr<CommunicationManagement> make_communication_management(CseCore& core) { return std::make_unique<Cmdh>(core); }

}  // namespace edgecse::cse
