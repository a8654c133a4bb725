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
bool permits(const Resource& rule, const char* list, const std::string& id) {
  const auto allowed = rule.attributes.find(list);
  if (allowed == rule.attributes.end()) return true;
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

Result<> check_service_subscription(const CseCore& core, const Tree& tree, const std::string& app_id,
                                    const std::string& stem) {
  const auto nodes = nodes_of_this_cse(core, tree);
  if (nodes.empty())
    return refuse(ResponseStatus::ServiceSubscriptionNotEstablished,
                  "no serviceSubscribedNode here names " + core.options.id + " (cse.service_subscriptions)");
  for (const ResourcePtr& node : nodes) {
    const auto links = node->attributes.find("rlk");
    if (links == node->attributes.end() || !links->is_array()) continue;
    for (const Json& link : *links) {
      const ResourcePtr rule = link.is_string() ? find_resource(core, tree, link.get_ref<const std::string&>()) : nullptr;
      if (rule && rule->type == kAppRule && permits(*rule, "aai", app_id) && permits(*rule, "aae", stem)) return {};
    }
  }
  return refuse(ResponseStatus::AppRuleValidationFailed,
                "no serviceSubscribedAppRule of " + core.options.id + " allows " + app_id + " as " + stem);
}

}  // namespace edgecse::cse
