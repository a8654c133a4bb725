// SPDX-License-Identifier: Apache-2.0
//
// A notification target takes itself out of a subscription: DELETE of its virtual child ntsr, as notificationTargetPolicies
// allow. And what is special about the resources that say so. TS-0001 9.6.28 to 9.6.31, 10.2.10, release4 6.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cse/router.hpp"
#include "cse/type_procedure.hpp"

namespace edgecse::cse {

inline constexpr int kNotificationTargetMgmtPolicyRef = 25, kNotificationTargetPolicy = 26, kPolicyDeletionRules = 27;

/// Requests to ntsr of a subscription or crossResourceSubscription.
class TargetRemoval final : public SubtreeHandler {
 public:
  TargetRemoval(CseCore& core, Router& router) : core_(core), router_(router) {}

  [[nodiscard]] bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const override;
  /// 4005 unless DELETE, 4103 as the policies say.
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;

 private:
  [[nodiscard]] ResourcePtr find_subscription(const Tree& tree, const std::vector<std::string>& segments) const;
  void seek_consent(const onem2m::Request& request, const ResourcePtr& subscription, onem2m::ResponseCallback done);
  void inform(const onem2m::Request& request, const ResourcePtr& subscription, onem2m::ResponseCallback done);
  void remove(const onem2m::Request& request, const std::string& subscription, onem2m::ResponseCallback done);
  [[nodiscard]] OutboxEntry notice(const onem2m::Request& request, const Resource& subscription) const;

  CseCore& core_;
  Router& router_;
};

/// The type procedures of the three policy resources.
void add_target_policies(CseCore& core);

/// Makes the system's default policy, <notificationTargetPolicy> defaultNTP that lets no target go, where it is not there
/// yet. Nobody deletes it (4000). Once, when the CSE is open; any thread. TS-0001 9.6.32, release4 6.
void make_default_target_policy(CseCore& core);

}  // namespace edgecse::cse
