// SPDX-License-Identifier: Apache-2.0
//
// Who may do what: TS-0004 7.3.3.15, TS-0001 9.6.2. The seam is may_access() in cse_core.hpp.
#include <algorithm>
#include <set>
#include <utility>

#include "cse/access/access_decision.hpp"
#include "cse/access/access_memory.hpp"
#include "cse/access/access_policies.hpp"
#include "cse/access/originator.hpp"
#include "cse/access_conditions.hpp"
#include "cse/access_control_policy.hpp"
#include "cse/announcement/announced_procedure.hpp"
#include "cse/cse_core.hpp"
#include "cse/registrees.hpp"
#include "onem2m/address.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

using onem2m::AccessOperation;

std::string local_originator(const CseOptions& options, std::string_view from) {
  if (from.starts_with("//") && from.starts_with(options.service_provider) &&
      from.size() > options.service_provider.size() && from[options.service_provider.size()] == '/')
    from.remove_prefix(options.service_provider.size());
  if (from.size() > options.id.size() + 1 && from.starts_with(options.id) && from[options.id.size()] == '/')
    from.remove_prefix(options.id.size() + 1);
  return std::string(from);
}

namespace {

bool is_listed(const Json& list, const Json& value) {
  return list.is_array() && std::find(list.begin(), list.end(), value) != list.end();
}

// Whether one rule fits the request, whoever sent it.
bool rule_fits(const AccessQuestion& question, const Resource& target, const Json& rule) {
  const auto operations = rule.find("acop");
  if (operations == rule.end() || !operations->is_number_integer()) return false;
  if ((operations->get<int>() & static_cast<int>(question.operation)) == 0) return false;
  const auto& peer = question.request.peer;
  if (rule.value("acaf", false) && peer.verified_ids.empty() && !peer.internal) return false;
  if (const auto contexts = rule.find("acco"); contexts != rule.end() && !contexts->empty()) {
    if (!contexts->is_array() || std::ranges::none_of(*contexts, [&](const Json& context) {
          return context_holds(context, question.now, peer.address);
        }))
      return false;
  }
  const auto details = rule.find("acod");
  if (details == rule.end() || details->empty()) return true;
  const Json list = details->is_array() ? *details : Json::array({*details});
  return std::ranges::any_of(list, [&](const Json& detail) {
    if (const auto type = detail.find("ty"); type != detail.end() && *type != target.type) return false;
    if (const auto special = detail.find("spty"); special != detail.end()) {
      if (Json(target.text("cnd")) != *special && Json(target.number("mgd")) != *special) return false;
    }
    if (question.operation != AccessOperation::Create) return true;
    const auto children = detail.find("chty");
    return children != detail.end() && is_listed(*children, question.child_type);
  });
}

// Collects what sets of rules say, until one grants without limits.
class RuleJudge {
 public:
  RuleJudge(const CseCore& core, const AccessQuestion& question, const Resource& target, const Requester& requester,
            const AccessGrant& grant)
      : core_(core), question_(question), target_(target), requester_(requester), names_(requester.forms) {
    for (std::string& role : valid_roles(core, question, {requester.forms, grant.tokens}, target)) names_.push_back(std::move(role));
  }

  void ask(const RuleIndex& rules) {
    if (granted_) return;
    rules.for_each_naming(names_, [&](const Json& rule) { return consider(rule); });
    if (granted_) return;
    for (const auto& [id, rule] : rules.possible_groups())
      if (is_in_group(id) && !consider(*rule)) return;
  }

  [[nodiscard]] AccessDecision decision() const {
    if (granted_) return {true, std::nullopt};
    if (attributes_.empty() || !touches_only_listed()) return {};
    return {true, attributes_};
  }

 private:
  // False when nothing more needs to be asked.
  bool consider(const Json& rule) {
    if (!rule_fits(question_, target_, rule)) return true;
    const auto limited = rule.find("aca");
    if (limited == rule.end() || limited->is_null()) {
      granted_ = true;
      return false;
    }
    if (limited->is_array())
      for (const Json& name : *limited)
        if (name.is_string()) attributes_.insert(name.get<std::string>());
    return true;
  }

  [[nodiscard]] bool is_in_group(std::string_view id) const {
    const ResourcePtr group = find_resource(core_, question_.tree, id);
    if (!group || group->type != onem2m::type::kGroup) return false;
    const auto members = group->attributes.find("mid");
    return members != group->attributes.end() && std::ranges::any_of(requester_.forms, [&](const std::string& form) {
             return is_listed(*members, form);
           });
  }

  // accessControlAttributes: every attribute that the request reads or writes must be listed. release4 14.
  [[nodiscard]] bool touches_only_listed() const {
    const auto listed = [&](const std::string& name) { return attributes_.contains(name); };
    const auto all_listed = [&](const Json& object) {
      if (!object.is_object()) return false;
      for (const auto& [name, value] : object.items())
        if (!listed(name)) return false;
      return true;
    };
    const onem2m::Request& request = question_.request;
    switch (question_.operation) {
      case AccessOperation::Retrieve:
        if (!request.attribute_list.empty()) return std::ranges::all_of(request.attribute_list, listed);
        return all_listed(question_.attributes != nullptr ? *question_.attributes : target_.attributes);
      case AccessOperation::Delete:
        return all_listed(target_.attributes);
      case AccessOperation::Create:
      case AccessOperation::Update:
        return request.content.is_object() && request.content.size() == 1 && all_listed(*request.content.begin());
      default:
        return false;  // DISCOVERY and NOTIFY are not about attributes
    }
  }

  const CseCore& core_;
  const AccessQuestion& question_;
  const Resource& target_;
  const Requester& requester_;
  std::vector<std::string> names_;  // forms of the originator, and its roles
  bool granted_ = false;
  std::set<std::string> attributes_;
};

bool has_acpi(int type) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(type);
  return rule != nullptr && rule->find("acpi") != nullptr;
}

// What every originator may create below the CSEBase, as the options say.
bool is_open_type(const CseOptions& options, int type) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(type);
  const auto& open = options.access.open_types;
  return rule != nullptr && std::find(open.begin(), open.end(), rule->name) != open.end();
}

// What nobody's policy says but the standard's procedures need. TS-0001 10.2.2; release4 14.
bool default_grants(const CseCore& core, const AccessQuestion& question, const Resource& target,
                    const std::string& originator) {
  if (target.type == onem2m::type::kCseBase) {
    if (question.operation == AccessOperation::Create) return is_open_type(core.options, question.child_type);
    if (question.operation != AccessOperation::Retrieve && question.operation != AccessOperation::Notify) return false;
    if (is_known_cse(core, question.tree, question.request.from)) return true;
    if (question.operation != AccessOperation::Retrieve) return false;
    return is_registered_ae(question.tree, originator) ||
           (onem2m::is_cse_id(originator) && may_register(core.options, originator));  // looks before it registers
  }
  // CSEs that register here find each other: a handover goes from one to the other directly. docs/handover.md 3.
  if (target.type == onem2m::type::kRemoteCse)
    return (question.operation == AccessOperation::Retrieve || question.operation == AccessOperation::Discovery) &&
           is_known_cse(core, question.tree, question.request.from);
  // A CSE that this CSE knows carries the notifications of subscriptions it hosts.
  return question.operation == AccessOperation::Notify && target.type == onem2m::type::kAe &&
         is_known_cse(core, question.tree, question.request.from);
}

// Without policies: the custodian alone, else the creator. release4 14.
bool owner_grants(const CseCore& core, const AccessQuestion& question, const Resource& target, const Requester& requester) {
  const std::string custodian = target.text("cstn");
  if (custodian.empty() && !requester.local.empty() && requester.local == target.creator) return true;
  if (default_grants(core, question, target, requester.local)) return true;
  const std::string owner = local_originator(core.options, custodian.empty() ? target.creator : custodian);
  return !owner.empty() && std::ranges::find(requester.forms, owner) != requester.forms.end();
}

class Decider {
 public:
  Decider(const CseCore& core, const AccessQuestion& question) : core_(core), question_(question) {
    AccessMemory* const memory = question.memory;
    if (memory != nullptr && memory->requester) {
      requester_ = &*memory->requester;
      return;
    }
    const std::string& from = question.request.from;
    own_ = {local_originator(core.options, from), forms_of_originator(core.options, from)};
    requester_ = memory != nullptr ? &memory->requester.emplace(std::move(own_)) : &own_;
  }

  [[nodiscard]] AccessDecision decide(const Resource& target) const {
    const onem2m::Request& request = question_.request;
    const AccessDecision all{true, std::nullopt};
    if (request.from == core_.options.id && (request.peer.internal || reads_its_original(target))) return all;
    if (!core_.options.admin_originator.empty() && requester_->local == core_.options.admin_originator) return all;
    if (target.type > onem2m::type::kAnnounced && is_announced_by(target, request.from)) return all;
    if (target.type == onem2m::type::kAccessControlPolicy) return by_self_privileges(target);
    if (target.type == onem2m::type::kAccessControlPolicy + onem2m::type::kAnnounced && target.has("pvs")) {
      if (const AccessDecision decision = by_self_privileges(target); decision.granted) return decision;
    }
    const auto policies = target.attributes.find("acpi");
    if (policies != target.attributes.end() && !policies->empty()) return by_policies(target, *policies);
    if (!has_acpi(target.type) && !target.parent.empty()) {
      const ResourcePtr parent = question_.tree.find(target.parent);
      return parent ? decide(*parent) : AccessDecision{};
    }
    if (owner_grants(core_, question_, target, *requester_)) return all;
    return by_given_privileges(target);
  }

 private:
  // The way to the original of what this CSE announced (rcn 7) leads through the other CSE back to here. Anybody can write the
  // CSE-ID into From, so it opens no more than that, and only where the network is trusted.
  [[nodiscard]] bool reads_its_original(const Resource& target) const {
    return !core_.options.strict_originator_check && question_.operation == AccessOperation::Retrieve && target.has("at");
  }

  // The CSE of the original keeps what it announced; its policies are seldom here. TS-0001 9.6.26.
  [[nodiscard]] bool is_announced_by(const Resource& target, const std::string& from) const {
    return host_of_link(core_.options, target.text("lnk")) == requester_->local && is_known_cse(core_, question_.tree, from);
  }

  [[nodiscard]] AccessDecision by_self_privileges(const Resource& target) const {
    RuleJudge judge(core_, question_, target, *requester_, *grant_for(target));
    judge.ask(RuleIndex(target.attributes.value("pvs", Json::object())));
    return judge.decision();
  }

  // Never null.
  [[nodiscard]] AccessGrantPtr grant_for(const Resource& target) const {
    static const auto none = std::make_shared<const AccessGrant>();
    if (!core_.options.access.dynamic_authorization) return none;
    AccessGrantPtr grant = core_.access_policies->granted(requester_->local, target.id, question_.now);
    return grant ? grant : none;
  }

  // What they grant depends on the target.
  [[nodiscard]] bool has_tokens(const AccessGrant& grant) const {
    const onem2m::Request& request = question_.request;
    return !request.tokens.empty() || !request.token_ids.empty() || !request.local_token_ids.empty() || !grant.tokens.empty();
  }

  // What was given to this originator beside the policies: by tokens, or by an authorisation system that was asked.
  [[nodiscard]] AccessDecision by_given_privileges(const Resource& target) const {
    const AccessGrantPtr grant = grant_for(target);
    if (grant->privileges.is_null() && !has_tokens(*grant)) return {};
    RuleJudge judge(core_, question_, target, *requester_, *grant);
    if (grant->privileges.is_object()) judge.ask(RuleIndex(grant->privileges));
    const auto sets = token_privileges(core_, question_, {requester_->forms, grant->tokens}, target);
    for (const Json& privileges : sets) judge.ask(RuleIndex(privileges));
    return judge.decision();
  }

  [[nodiscard]] AccessDecision by_policies(const Resource& target, const Json& policies) const {
    const AccessGrantPtr grant = grant_for(target);
    RuleJudge judge(core_, question_, target, *requester_, *grant);
    for (const Json& id : policies) {
      if (!id.is_string()) continue;
      const ResourcePtr policy = find_resource(core_, question_.tree, id.get_ref<const std::string&>());
      if (!policy || !is_access_control_policy(*policy)) continue;
      const AccessPolicyPtr ready = core_.access_policies->get(policy);
      if (question_.memory == nullptr || has_tokens(*grant) || !ready->privileges.depends_on_type_only()) {
        judge.ask(ready->privileges);
        continue;
      }
      const auto [known, is_new] = question_.memory->answers.try_emplace(policy->id + ' ' + std::to_string(target.type));
      if (is_new) {
        RuleJudge alone(core_, question_, target, *requester_, *grant);
        alone.ask(ready->privileges);
        known->second = alone.decision().granted;
      }
      if (known->second) return {true, std::nullopt};
    }
    const AccessDecision decision = judge.decision();
    return decision.granted ? decision : by_given_privileges(target);
  }

  const CseCore& core_;
  const AccessQuestion& question_;
  Requester own_;
  const Requester* requester_ = nullptr;
};

void keep_only(Json& representation, const std::set<std::string>& names) {
  for (auto attribute = representation.begin(); attribute != representation.end();)
    attribute = names.contains(attribute.key()) ? std::next(attribute) : representation.erase(attribute);
}

}  // namespace

AccessDecision decide_access(const CseCore& core, const AccessQuestion& question, const Resource& target) {
  return Decider(core, question).decide(target);
}

bool may_access(const CseCore& core, const AccessQuestion& question, const Resource& target) {
  return decide_access(core, question, target).granted;
}

bool limits_attributes(const CseCore& core, const Tree& tree, const Resource& target) {
  const auto policies = target.attributes.find("acpi");
  if (policies == target.attributes.end() || !policies->is_array()) return false;
  return std::ranges::any_of(*policies, [&](const Json& id) {
    const ResourcePtr policy = id.is_string() ? find_resource(core, tree, id.get_ref<const std::string&>()) : nullptr;
    return policy && is_access_control_policy(*policy) &&
           core.access_policies->get(policy)->privileges.limits_attributes();
  });
}

void hide_attributes(const CseCore& core, const AccessQuestion& question, const Resource& target,
                     onem2m::Response& response) {
  if (response.content.is_null() && !response.serialized_content) return;
  if (!limits_attributes(core, question.tree, target)) return;
  const AccessDecision decision = decide_access(core, question, target);
  if (!decision.attributes) return;
  if (response.serialized_content) response.content = Json::parse(*std::exchange(response.serialized_content, nullptr));
  if (!response.content.is_object() || response.content.empty()) return;
  Json& outer = *response.content.begin();
  if (!outer.is_object()) return;  // an address
  const bool with_address = response.content.begin().key() == "m2m:rce";
  if (!with_address) return keep_only(outer, *decision.attributes);
  for (Json& inner : outer)
    if (inner.is_object()) keep_only(inner, *decision.attributes);
}

}  // namespace edgecse::cse
