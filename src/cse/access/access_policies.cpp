// SPDX-License-Identifier: Apache-2.0
#include "cse/access/access_policies.hpp"

#include <algorithm>

#include "cse/access_conditions.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

const Json& member(const Resource& policy, const char* name) {
  static const Json none = Json::object();
  const auto found = policy.attributes.find(name);
  return found == policy.attributes.end() ? none : *found;
}

// Everything that is no AE-ID and no CSE-ID. The identifiers that this CSE gives never look like AE-ID-Stems.
bool may_name_a_group(std::string_view text) {
  if (text.find('/') == std::string_view::npos) return !onem2m::is_ae_id_stem(text);
  const auto address = onem2m::parse_address(text);
  if (!address || address->segments.empty()) return false;
  return address->segments.size() > 1 || !onem2m::is_ae_id_stem(address->segments[0]);
}

}  // namespace

RuleIndex::RuleIndex(const Json& privileges) {
  const auto rules = privileges.find("acr");
  if (rules == privileges.end() || !rules->is_array()) return;
  for (const Json& rule : *rules) {
    const auto originators = rule.find("acor");
    if (originators == rule.end() || !originators->is_array()) continue;
    for (const Json& originator : *originators)
      if (originator.is_string()) add(originator.get_ref<const std::string&>(), rule);
    limits_attributes_ = limits_attributes_ || rule.contains("aca");
    if (const auto details = rule.find("acod"); details != rule.end() && details->is_array())
      for (const Json& detail : *details) depends_on_type_only_ = depends_on_type_only_ && !detail.contains("spty");
  }
  depends_on_type_only_ = depends_on_type_only_ && !limits_attributes_;
}

void RuleIndex::add(std::string_view originator, const Json& rule) {
  if (originator == "all" || originator == "*") {
    of_all_.push_back(&rule);
  } else if (originator.find('*') != std::string_view::npos) {
    patterns_.emplace_back(originator, &rule);
  } else {
    by_name_[originator].push_back(&rule);
    if (may_name_a_group(originator)) groups_.emplace_back(originator, &rule);
  }
}

bool RuleIndex::matches_any(std::string_view pattern, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const std::string& name) { return matches_wildcard(pattern, name); });
}

AccessPolicy::AccessPolicy(ResourcePtr of)
    : resource(std::move(of)), privileges(member(*resource, "pv")), self_privileges(member(*resource, "pvs")) {}

AccessPolicyPtr AccessPolicies::get(const ResourcePtr& policy) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = ready_.find(policy->id);
    if (found != ready_.end() && found->second->resource == policy) return found->second;
  }
  auto made = std::make_shared<const AccessPolicy>(policy);
  const std::lock_guard lock(mutex_);
  if (ready_.size() >= kMost && !ready_.contains(policy->id)) ready_.clear();
  ready_[policy->id] = made;
  return made;
}

void AccessPolicies::grant(const std::string& originator, const std::string& resource, AccessGrant grant) {
  const std::lock_guard lock(mutex_);
  if (grants_.size() >= kMostGrants) grants_.clear();
  grants_[{originator, resource}] = std::make_shared<const AccessGrant>(std::move(grant));
}

AccessGrantPtr AccessPolicies::granted(const std::string& originator, const std::string& resource, base::WallTime now) const {
  const std::lock_guard lock(mutex_);
  if (grants_.empty()) return nullptr;
  const auto found = grants_.find({originator, resource});
  return found == grants_.end() || found->second->until <= now ? nullptr : found->second;
}

}  // namespace edgecse::cse
