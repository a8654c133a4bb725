// SPDX-License-Identifier: Apache-2.0
#include "cse/limits/resource_limit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cse/changed_resources.hpp"

namespace edgecse::cse {

ResourceLimit::ResourceLimit(const CseCore& core, std::size_t most)
    : core_(core), most_(most),
      refused_(core.environment.telemetry.counter("edgecse_resources_limited_total",
                                                  "Creates refused because of cse.limits.resources")),
      before_(core.loop->snapshot()->tree) {
  before_.for_each([this](const ResourcePtr& resource) { count(owner_of(*resource), true); });
  core.loop->add_observer(*this);
}

// From of a registration may be a bare C or S; an S-type AE-ID is SP-relative elsewhere. TS-0001 7.2.
std::string ResourceLimit::owner_of(const Resource& resource) {
  if (resource.type != onem2m::type::kAe) return resource.creator;
  return resource.id.starts_with('S') ? '/' + resource.id : resource.id;
}

bool ResourceLimit::is_limited(const Tree& tree, const std::string& owner) const {
  if (owner.empty() || owner == core_.options.admin_originator) return false;
  if (!owner.starts_with('/') || owner.find('/', 1) != std::string::npos) return true;
  // The form of a CSE-ID, but perhaps an AE that is registered here.
  const ResourcePtr ae = tree.find(std::string_view{owner}.substr(1));
  return ae && ae->type == onem2m::type::kAe;
}

void ResourceLimit::count(const std::string& owner, bool is_more) {
  if (is_more) {
    ++kept_[owner];
    return;
  }
  const auto known = kept_.find(owner);
  if (known != kept_.end() && --known->second == 0) kept_.erase(known);
}

onem2m::Result<> ResourceLimit::admit(const Transaction& transaction, const onem2m::Request& request, const Resource& resource) {
  if (request.peer.internal) return {};
  const std::string owner = owner_of(resource);
  if (resource.type != onem2m::type::kAe && !is_limited(transaction.tree(), owner)) return {};
  const auto known = kept_.find(owner);
  std::vector<std::string>& admitted = admitted_[owner];
  // A job that failed after it was admitted has left nothing in the tree.
  const auto in_this_batch = static_cast<std::size_t>(std::count_if(
      admitted.begin(), admitted.end(), [&](const std::string& id) { return transaction.tree().find(id) != nullptr; }));
  const std::size_t kept = (known == kept_.end() ? 0 : known->second) + in_this_batch;
  if (kept >= most_) {
    refused_.add();
    return onem2m::refuse(onem2m::ResponseStatus::ServiceSubscriptionLimitsExceeded,
                          fmt::format("{} keeps {} resources here, as many as one originator may (cse.limits.resources)", owner, kept));
  }
  admitted.push_back(resource.id);
  return {};
}

void ResourceLimit::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  admitted_.clear();
  each_changed_resource(before_, snapshot.tree, changes, [this](const ResourcePtr& was, const ResourcePtr& is) {
    if (was) count(owner_of(*was), false);
    if (is) count(owner_of(*is), true);
  });
  before_ = snapshot.tree;
}

std::unique_ptr<ResourceLimit> make_resource_limit(CseCore& core) {
  if (core.options.resources_per_originator == 0) return nullptr;
  auto limit = std::make_unique<ResourceLimit>(core, core.options.resources_per_originator);
  core.resource_limit = limit.get();
  return limit;
}

}  // namespace edgecse::cse
