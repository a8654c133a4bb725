// SPDX-License-Identifier: Apache-2.0
//
// What a <subscription> may ask for, on top of the attribute table, in the order of TS-0004 7.4.8.2.1; and what it gets when
// it leaves something open. Pure.
#pragma once

#include "cse/resource.hpp"
#include "cse/tree.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse {

struct SubscriptionCheck {
  const Tree& tree;
  const Resource& parent;
  const Json& subscription;        // all attributes as they would be
  const Json& requested;           // those of the request
  const Resource* existing;        // nullptr: a CREATE
};
/// 4000 for what contradicts, 4124 for a second blocking subscription, 5001 for what this CSE does not do.
[[nodiscard]] onem2m::Result<> check_subscription(const SubscriptionCheck& check);

/// 4000, 5001: nu, when it is given.
[[nodiscard]] onem2m::Result<> check_notification_targets(const Json& subscription);

/// enc, nct and bn/dur when they are absent. TS-0001 9.6.8, release4 5.1.
void complete_subscription(Json& attributes);

/// Blocking events hold an operation back; their subscriptions have but one target and no policies.
[[nodiscard]] bool is_blocking(int event_type);

}  // namespace edgecse::cse
