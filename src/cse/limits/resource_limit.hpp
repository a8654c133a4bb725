// SPDX-License-Identifier: Apache-2.0
//
// How many resources one AE may keep at this CSE: its <AE> and what was created in its name, wherever it stands. Instances are
// not in the tree and not counted: their container's limits (mni, mbs, mia) bound them. The CSE's own resources, those of other
// CSEs and the administrator's are not limited.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Counts by looking at the tree when it is built, then at every commit: a restart, an import and an expiry are known by
/// themselves. Everything on the loop's thread.
class ResourceLimit final : public CsePart, public CommitObserver {
 public:
  ResourceLimit(const CseCore& core, std::size_t most);

  /// In the job of a CREATE, when all else has been checked and the resource has its final id: 4141 when its owner has as many
  /// as it may. Success reserves the place until the commit.
  [[nodiscard]] onem2m::Result<> admit(const Transaction& transaction, const onem2m::Request& request,
                                       const Resource& resource);
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  [[nodiscard]] static std::string owner_of(const Resource& resource);
  [[nodiscard]] bool is_limited(const Tree& tree, const std::string& owner) const;
  void count(const std::string& owner, bool is_more);

  const CseCore& core_;
  const std::size_t most_;
  telemetry::Counter& refused_;
  Tree before_;
  std::unordered_map<std::string, std::size_t> kept_;                   // by owner; as committed
  std::unordered_map<std::string, std::vector<std::string>> admitted_;  // by owner: resources of this batch
};

/// Sets core.resource_limit; nullptr: there is no limit (cse.limits.resources).
[[nodiscard]] std::unique_ptr<ResourceLimit> make_resource_limit(CseCore& core);

}  // namespace edgecse::cse
