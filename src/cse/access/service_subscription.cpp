// SPDX-License-Identifier: Apache-2.0
#include "cse/access/service_subscription.hpp"

#include <algorithm>

#include "cse/access_conditions.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kProfile = 11, kNode = 20, kAppRule = 19;  // m2mServiceSubscriptionProfile and what belongs to it

// An absent list limits nothing.
bool permits(const Json& rule, const char* list, const std::string& id) {
  const auto allowed = rule.find(list);
  if (allowed == rule.end()) return true;
  return allowed->is_array() && std::ranges::any_of(*allowed, [&](const Json& pattern) {
           return pattern.is_string() && matches_wildcard(pattern.get_ref<const std::string&>(), id);
         });
}

std::vector<ResourcePtr> nodes_of_this_cse(const CseCore& core, const Tree& tree) {
  std::vector<ResourcePtr> nodes;
  tree.for_each_child(core.base_id(), [&](const ResourcePtr& profile) {
    if (profile->type != kProfile) return;
    tree.for_each_child(profile->id, [&](const ResourcePtr& node) {
      if (node->type == kNode && node->text("csi") == core.options.id) nodes.push_back(node);
    });
  });
  return nodes;
}

}  // namespace

bool rule_permits(const Json& rule, const std::string& app_id, const std::string& stem) {
  return rule.is_object() && permits(rule, "aai", app_id) && permits(rule, "aae", stem);
}

tl::unexpected<onem2m::Error> no_service_subscription(const CseCore& core) {
  return refuse(ResponseStatus::ServiceSubscriptionNotEstablished,
                "no serviceSubscribedNode " + std::string(core.options.registrar ? "at the IN-CSE" : "here") + " names " +
                    core.options.id + " (cse.service_subscriptions)");
}

tl::unexpected<onem2m::Error> no_rule_fits(const CseCore& core, const std::string& app_id, const std::string& stem) {
  return refuse(ResponseStatus::AppRuleValidationFailed,
                "no serviceSubscribedAppRule of " + core.options.id + " allows " + app_id + " as " + stem);
}

Result<> check_service_subscription(const CseCore& core, const Tree& tree, const std::string& app_id,
                                    const std::string& stem) {
  const auto nodes = nodes_of_this_cse(core, tree);
  if (nodes.empty()) return no_service_subscription(core);
  for (const ResourcePtr& node : nodes) {
    const auto links = node->attributes.find("rlk");
    if (links == node->attributes.end() || !links->is_array()) continue;
    for (const Json& link : *links) {
      const ResourcePtr rule = link.is_string() ? find_resource(core, tree, link.get_ref<const std::string&>()) : nullptr;
      if (rule && rule->type == kAppRule && rule_permits(rule->attributes, app_id, stem)) return {};
    }
  }
  return no_rule_fits(core, app_id, stem);
}

}  // namespace edgecse::cse
