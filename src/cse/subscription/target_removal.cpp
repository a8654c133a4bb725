// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/target_removal.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "cse/access_conditions.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/request_watch.hpp"
#include "cse/target.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr const char* kTarget = "ntsr";
constexpr const char* kDefaultLabel = "Default";
constexpr std::string_view kSystemPolicy = "defaultNTP";  // resourceID and resourceName
constexpr int kAccept = 1, kReject = 2, kSeekConsent = 3, kInform = 4;  // m2m:notificationTargetPolicyAction
constexpr int kAnd = 1, kOr = 2;                      // m2m:logicalOperator
constexpr std::size_t kMostRules = 2;
constexpr std::chrono::hours kNoticeLife{24};

void fail(const Request& request, const ResponseCallback& done, ResponseStatus status, const std::string& detail) {
  done(onem2m::make_error_response(request, status, detail));
}

std::vector<ResourcePtr> children_of_type(const Tree& tree, std::string_view parent, int type) {
  std::vector<ResourcePtr> children = tree.children(parent);
  std::erase_if(children, [&](const ResourcePtr& child) { return child->type != type; });
  return children;
}

bool lists(const CseCore& core, const Tree& tree, const Json& attributes, const char* name, const std::string& originator) {
  return std::ranges::any_of(strings_of(attributes, name), [&](const std::string& target) {
    return names_originator(core, tree, target, originator);
  });
}

/// The policy that counts: of a policy reference that names the originator, else the creator's default, else the
/// administrator's, else the system's; nullptr: none, and then targets stay. (check_label: nobody has two with one label.)
ResourcePtr find_policy(const CseCore& core, const Tree& tree, const Resource& subscription, const std::string& originator) {
  for (const ResourcePtr& reference : children_of_type(tree, subscription.id, kNotificationTargetMgmtPolicyRef)) {
    if (!reference->has("npi") || !lists(core, tree, reference->attributes, "ntu", originator)) continue;
    const ResourcePtr policy = find_resource(core, tree, reference->text("npi"));
    if (policy && policy->type == kNotificationTargetPolicy) return policy;
  }
  std::vector<ResourcePtr> defaults = children_of_type(tree, core.base_id(), kNotificationTargetPolicy);
  std::erase_if(defaults, [](const ResourcePtr& policy) { return policy->text("plbl") != kDefaultLabel; });
  const auto own = std::ranges::find(defaults, subscription.creator, [](const ResourcePtr& policy) { return policy->creator; });
  if (own != defaults.end()) return *own;
  for (const std::string& creator : {core.options.admin_originator, core.options.id}) {
    const auto common = std::ranges::find(defaults, creator, [](const ResourcePtr& policy) { return policy->creator; });
    if (common != defaults.end()) return *common;
  }
  return nullptr;
}

// Where a target is nobody tells here: a region covers none.
bool rule_holds(const Resource& rule, base::WallTime now) {
  const Json& contexts = member_of(rule.attributes, "dr");
  const std::vector<std::string> times = strings_of(contexts, "tod");
  const Json& regions = member_of(contexts, "lr");
  const bool regional = regions.is_array() && !regions.empty();
  if (times.empty() && !regional) return true;
  const auto is_now = [&](const std::string& entry) { return covers(entry, now); };
  if (rule.number("drr", kOr) != kAnd) return std::ranges::any_of(times, is_now);
  return !regional && std::ranges::all_of(times, is_now);
}

std::int64_t action_of(const Tree& tree, const Resource& policy, base::WallTime now) {
  const std::vector<ResourcePtr> rules = children_of_type(tree, policy.id, kPolicyDeletionRules);
  const auto holds = [&](const ResourcePtr& rule) { return rule_holds(*rule, now); };
  const bool any = policy.number("rrs", kAnd) == kOr;
  const bool allowed = rules.empty() || (any ? std::ranges::any_of(rules, holds) : std::ranges::all_of(rules, holds));
  return allowed ? policy.number("acn", kReject) : kReject;
}

}  // namespace

ResourcePtr TargetRemoval::find_subscription(const Tree& tree, const std::vector<std::string>& segments) const {
  if (segments.empty() || segments.back() != kTarget) return nullptr;
  onem2m::Address address;
  address.segments = segments;
  const auto target = resolve(core_, tree, address);
  return target && target->kind == Target::Kind::Virtual && target->name == kTarget ? target->resource : nullptr;
}

bool TargetRemoval::takes(const Request&, const std::vector<std::string>& segments) const {
  return !segments.empty() && segments.back() == kTarget && find_subscription(core_.loop->snapshot()->tree, segments) != nullptr;
}

void TargetRemoval::handle(Request request, ResponseCallback done) {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const auto address = onem2m::parse_address(request.to);
  const ResourcePtr subscription = address ? find_subscription(snapshot->tree, address->segments) : nullptr;
  if (!subscription) return fail(request, done, ResponseStatus::NotFound, "'" + request.to + "' is not here");
  if (request.operation != onem2m::Operation::Delete)
    return fail(request, done, ResponseStatus::OperationNotAllowed, "ntsr can be deleted only");
  const Tree& tree = snapshot->tree;
  if (!lists(core_, tree, subscription->attributes, "nu", request.from))
    return fail(request, done, ResponseStatus::OriginatorHasNoPrivilege, request.from + " is no notification target of this subscription");
  const ResourcePtr policy = find_policy(core_, tree, *subscription, request.from);
  const std::int64_t action = policy ? action_of(tree, *policy, core_.environment.clock.wall_now()) : kReject;
  switch (action) {
    case kAccept: return remove(request, subscription->id, std::move(done));
    case kSeekConsent: return seek_consent(request, subscription, std::move(done));
    case kInform: return inform(request, subscription, std::move(done));
    default:
      return fail(request, done, ResponseStatus::OriginatorHasNoPrivilege,
                  policy ? "the notificationTargetPolicy '" + policy->name + "' does not let the target remove itself"
                         : "no notificationTargetPolicy lets the target remove itself");
  }
}

OutboxEntry TargetRemoval::notice(const Request& request, const Resource& subscription) const {
  OutboxEntry entry;
  entry.target = subscription.creator;
  entry.request.operation = onem2m::Operation::Notify;
  entry.request.to = subscription.creator;
  entry.request.from = core_.options.id;
  entry.request.request_identifier = "trr-" + core_.environment.random.hex(8);
  entry.request.release_version = "3";
  entry.request.content = {{"m2m:sgn", {{"sur", core_.options.id + '/' + subscription.id}, {"trr", true}, {"ntt", request.from}}}};
  return entry;
}

void TargetRemoval::seek_consent(const Request& request, const ResourcePtr& subscription, ResponseCallback done) {
  router_.deliver(notice(request, *subscription), [this, request, id = subscription->id, done = std::move(done)](const onem2m::Response& answer) {
    const bool agrees = onem2m::is_success(answer.status) && member_of(member_of(answer.content, "m2m:sgn"), "tra") != Json(false);
    if (agrees) return remove(request, id, done);
    fail(request, done, ResponseStatus::OriginatorHasNoPrivilege, "the creator of the subscription does not let the target go");
  });
}

void TargetRemoval::inform(const Request& request, const ResourcePtr& subscription, ResponseCallback done) {
  core_.loop->submit({[this, request, subscription](Transaction& transaction) -> Result<> {
                        OutboxEntry entry = notice(request, *subscription);
                        entry.ordering_key = "trr " + subscription->creator;
                        entry.number = transaction.next_creation();
                        entry.unit = subscription->unit;
                        entry.expires = (transaction.now() + kNoticeLife).time_since_epoch().count();
                        enqueue(transaction, entry);
                        return {};
                      },
                      [request, done = std::move(done)](const Result<>&) {
                        fail(request, done, ResponseStatus::OriginatorHasNoPrivilege,
                             "the creator of the subscription is told that the target wants to go");
                      }});
}

void TargetRemoval::remove(const Request& request, const std::string& id, ResponseCallback done) {
  core_.loop->submit({[this, request, id](Transaction& transaction) -> Result<> {
                        const ResourcePtr found = transaction.tree().find(id);
                        if (!found) return refuse(ResponseStatus::NotFound, "the subscription is gone");
                        if (!found->unit.empty() && !core_.gate->serves(transaction, found->unit))
                          return refuse(ResponseStatus::TargetNotReachable, "the subscription is on the move");
                        Resource changed = *found;
                        Json kept = Json::array();
                        for (const std::string& target : strings_of(changed.attributes, "nu"))
                          if (!names_originator(core_, transaction.tree(), target, request.from)) kept.push_back(target);
                        changed.attributes["nu"] = std::move(kept);
                        changed.attributes["lt"] = onem2m::format_timestamp(transaction.now());
                        transaction.put(std::move(changed));
                        return {};
                      },
                      [request, done = std::move(done)](const Result<>& result) {
                        if (!result) return fail(request, done, result.error().status, result.error().detail);
                        onem2m::Response response;
                        response.status = ResponseStatus::Deleted;
                        response.request_identifier = request.request_identifier;
                        done(std::move(response));
                      }});
}

// --- the policy resources ---------------------------------------------------------------------------------------------

namespace {

class PolicyReferenceProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    return check_targets(check.tree, check.parent.id, check.attributes, {});
  }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    return check_targets(check.tree, check.target.parent, check.attributes, check.target.id);
  }

 private:
  static Result<> check_targets(const Tree& tree, std::string_view parent, const Json& attributes, std::string_view own) {
    const std::vector<std::string> wanted = strings_of(attributes, "ntu");
    for (const ResourcePtr& sibling : children_of_type(tree, parent, kNotificationTargetMgmtPolicyRef)) {
      if (sibling->id == own) continue;
      for (const std::string& target : strings_of(sibling->attributes, "ntu"))
        if (std::ranges::find(wanted, target) != wanted.end())
          return refuse(ResponseStatus::Conflict, "ntu " + target + " is in '" + sibling->name + "' already");
    }
    return {};
  }
};

class TargetPolicyProcedure final : public TypeProcedure {
 public:
  explicit TargetPolicyProcedure(const CseCore& core) : core_(core) {}
  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    return check_label(check.tree, check.parent.id, local_originator(core_.options, check.request.from),
                       check.attributes.value("plbl", std::string{}), {});
  }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    const Json& label = member_of(check.attributes, "plbl");
    if (!label.is_string()) return {};
    return check_label(check.tree, check.target.parent, check.target.creator, label.get<std::string>(), check.target.id);
  }
  [[nodiscard]] Result<> check_delete(const Tree&, const Request&, const Resource& target) const override {
    if (target.id != kSystemPolicy) return {};
    return refuse(ResponseStatus::BadRequest, "the default notificationTargetPolicy of the system stays");
  }

 private:
  static Result<> check_label(const Tree& tree, std::string_view parent, const std::string& creator, const std::string& label,
                              std::string_view own) {
    for (const ResourcePtr& sibling : children_of_type(tree, parent, kNotificationTargetPolicy))
      if (sibling->id != own && sibling->creator == creator && sibling->text("plbl") == label)
        return refuse(ResponseStatus::BadRequest, creator + " has a notificationTargetPolicy with plbl '" + label + "' already");
    return {};
  }
  const CseCore& core_;
};

class DeletionRulesProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    if (children_of_type(check.tree, check.parent.id, kPolicyDeletionRules).size() >= kMostRules)
      return refuse(ResponseStatus::Conflict, "a notificationTargetPolicy has two policyDeletionRules at most");
    return {};
  }
};

}  // namespace

void add_target_policies(CseCore& core) {
  core.procedures.add(kNotificationTargetMgmtPolicyRef, std::make_shared<PolicyReferenceProcedure>());
  core.procedures.add(kNotificationTargetPolicy, std::make_shared<TargetPolicyProcedure>(core));
  core.procedures.add(kPolicyDeletionRules, std::make_shared<DeletionRulesProcedure>());
}

void make_default_target_policy(CseCore& core) {
  core.loop->submit({[&core](Transaction& transaction) -> Result<> {
                       if (transaction.tree().find(kSystemPolicy)) return {};
                       Resource policy;
                       policy.id = policy.name = kSystemPolicy;
                       policy.parent = core.base_id();
                       policy.type = kNotificationTargetPolicy;
                       policy.member_name = "m2m:ntp";
                       policy.creator = core.options.id;
                       policy.created = transaction.next_creation();
                       const std::string now = onem2m::format_timestamp(transaction.now());
                       policy.attributes = {{"ty", policy.type}, {"ri", policy.id}, {"rn", policy.name}, {"pi", policy.parent},
                                            {"ct", now}, {"lt", now}, {"acn", kReject}, {"plbl", kDefaultLabel}, {"rrs", kAnd},
                                            {"et", onem2m::format_timestamp(transaction.now() + core.options.maximum_expiration)}};
                       transaction.put(std::move(policy));
                       return {};
                     },
                     nullptr});
}

}  // namespace edgecse::cse
