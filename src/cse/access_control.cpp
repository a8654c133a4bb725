// SPDX-License-Identifier: Apache-2.0
//
// Who may do what: TS-0004 7.3.3.15, TS-0001 9.6.2. The seam is may_access() in cse_core.hpp.
#include <algorithm>

#include "cse/access_conditions.hpp"
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

// The forms in which a rule may name the originator.
std::vector<std::string> forms_of(const CseOptions& options, const std::string& from) {
  std::string local = local_originator(options, from);
  std::vector<std::string> forms{local};
  if (local.empty() || local.starts_with("//")) return forms;
  if (local[0] != '/') {
    forms.push_back(onem2m::to_sp_relative_originator(local, options.id));
  } else if (local.starts_with("/S") && local.find('/', 1) == std::string::npos) {  // S-type AE-ID, SP-relative
    forms.push_back(local.substr(1));
  }
  forms.push_back(options.service_provider + (forms.size() > 1 && forms[1][0] == '/' ? forms[1] : local));
  return forms;
}

class RuleJudge {
 public:
  RuleJudge(const CseCore& core, const AccessQuestion& question, const Resource& target)
      : core_(core), question_(question), target_(target), forms_(forms_of(core.options, question.request.from)) {}

  [[nodiscard]] bool grants(const Json& privileges) const {
    const auto rules = privileges.find("acr");
    return rules != privileges.end() && rules->is_array() &&
           std::any_of(rules->begin(), rules->end(), [&](const Json& rule) { return rule_grants(rule); });
  }

 private:
  [[nodiscard]] bool rule_grants(const Json& rule) const {
    const auto operations = rule.find("acop");
    if (operations == rule.end() || !operations->is_number_integer()) return false;
    if ((operations->get<int>() & static_cast<int>(question_.operation)) == 0) return false;
    const auto originators = rule.find("acor");
    if (originators == rule.end() || !originators->is_array()) return false;
    if (std::none_of(originators->begin(), originators->end(), [&](const Json& entry) { return is_named_by(entry); }))
      return false;
    if (rule.value("acaf", false) && question_.request.peer.verified_ids.empty() && !question_.request.peer.internal)
      return false;
    return contexts_hold(rule) && object_details_hold(rule);
  }

  [[nodiscard]] bool is_named_by(const Json& entry) const {
    if (!entry.is_string()) return false;
    const std::string& pattern = entry.get_ref<const std::string&>();
    if (pattern == "all") return true;
    for (const std::string& form : forms_)
      if (matches_wildcard(pattern, form)) return true;
    return is_in_group(pattern);
  }

  [[nodiscard]] bool is_in_group(const std::string& id) const {
    const ResourcePtr group = find_resource(core_, question_.tree, id);
    if (!group || group->type != onem2m::type::kGroup) return false;
    const auto members = group->attributes.find("mid");
    if (members == group->attributes.end()) return false;
    return std::any_of(members->begin(), members->end(), [&](const Json& member) {
      return member.is_string() &&
             std::find(forms_.begin(), forms_.end(), member.get_ref<const std::string&>()) != forms_.end();
    });
  }

  [[nodiscard]] bool contexts_hold(const Json& rule) const {
    const auto contexts = rule.find("acco");
    if (contexts == rule.end() || contexts->empty()) return true;
    if (!contexts->is_array()) return false;
    return std::any_of(contexts->begin(), contexts->end(), [&](const Json& context) {
      return context_holds(context, question_.now, question_.request.peer.address);
    });
  }

  [[nodiscard]] bool object_details_hold(const Json& rule) const {
    const auto details = rule.find("acod");
    if (details == rule.end() || details->empty()) return true;
    const Json list = details->is_array() ? *details : Json::array({*details});
    return std::any_of(list.begin(), list.end(), [&](const Json& detail) {
      if (const auto type = detail.find("ty"); type != detail.end() && *type != target_.type) return false;
      if (const auto special = detail.find("spty"); special != detail.end()) {
        if (target_.text("cnd") != *special && Json(target_.number("mgd")) != *special) return false;
      }
      if (question_.operation != AccessOperation::Create) return true;
      const auto children = detail.find("chty");
      return children != detail.end() && children->is_array() &&
             std::find(children->begin(), children->end(), Json(question_.child_type)) != children->end();
    });
  }

  const CseCore& core_;
  const AccessQuestion& question_;
  const Resource& target_;
  const std::vector<std::string> forms_;
};

bool has_acpi(int type) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(type);
  return rule != nullptr && rule->find("acpi") != nullptr;
}

// What nobody's policy says but the standard's procedures need. TS-0001 10.2.2; release4 14.
bool default_grants(const CseCore& core, const AccessQuestion& question, const Resource& target,
                    const std::string& originator) {
  if (target.type == onem2m::type::kCseBase) {
    if (question.operation != AccessOperation::Retrieve && question.operation != AccessOperation::Notify) return false;
    return is_known_cse(core, question.tree, question.request.from) ||
           (question.operation == AccessOperation::Retrieve && is_registered_ae(question.tree, originator));
  }
  // CSEs that register here find each other: a handover goes from one to the other directly. docs/handover.md 3.
  if (target.type == onem2m::type::kRemoteCse)
    return (question.operation == AccessOperation::Retrieve || question.operation == AccessOperation::Discovery) &&
           is_known_cse(core, question.tree, question.request.from);
  // A CSE that this CSE knows carries the notifications of subscriptions it hosts.
  return question.operation == AccessOperation::Notify && target.type == onem2m::type::kAe &&
         is_known_cse(core, question.tree, question.request.from);
}

}  // namespace

bool may_access(const CseCore& core, const AccessQuestion& question, const Resource& target) {
  const onem2m::Request& request = question.request;
  if (request.peer.internal && request.from == core.options.id) return true;
  const std::string originator = local_originator(core.options, request.from);
  if (!core.options.admin_originator.empty() && originator == core.options.admin_originator) return true;
  if (target.type == onem2m::type::kAccessControlPolicy) {
    const auto own = target.attributes.find("pvs");
    return own != target.attributes.end() && RuleJudge(core, question, target).grants(*own);
  }
  const auto policies = target.attributes.find("acpi");
  if (policies == target.attributes.end() || policies->empty()) {
    if (!has_acpi(target.type) && !target.parent.empty()) {
      const ResourcePtr parent = question.tree.find(target.parent);
      return parent && may_access(core, question, *parent);
    }
    const std::string custodian = target.text("cstn");
    if (custodian.empty() && !originator.empty() && originator == target.creator) return true;
    if (default_grants(core, question, target, originator)) return true;
    const auto forms = forms_of(core.options, request.from);
    return std::find(forms.begin(), forms.end(),
                     local_originator(core.options, custodian.empty() ? target.creator : custodian)) != forms.end();
  }
  const RuleJudge judge(core, question, target);
  for (const Json& id : *policies) {
    if (!id.is_string()) continue;
    const ResourcePtr policy = find_resource(core, question.tree, id.get_ref<const std::string&>());
    if (!policy || policy->type != onem2m::type::kAccessControlPolicy) continue;
    if (const auto privileges = policy->attributes.find("pv");
        privileges != policy->attributes.end() && judge.grants(*privileges))
      return true;
  }
  return false;
}

}  // namespace edgecse::cse
