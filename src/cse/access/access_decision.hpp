// SPDX-License-Identifier: Apache-2.0
//
// Access control with its reason: which attributes a grant is limited to. TS-0004 7.3.3.15, release4 14.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

struct AccessDecision {
  bool granted = false;
  std::optional<std::set<std::string>> attributes;  // granted by accessControlAttributes (aca): these alone may be shown
};

/// may_access() says only whether.
[[nodiscard]] AccessDecision decide_access(const CseCore& core, const AccessQuestion& question, const Resource& target);

/// Whether a policy of the target has rules that are limited to attributes at all.
[[nodiscard]] bool limits_attributes(const CseCore& core, const Tree& tree, const Resource& target);

/// Takes out of an answer to CREATE or UPDATE what the originator may not see of the target (of a CREATE: the parent): rules
/// with aca grant nothing else. After a request that was permitted.
void hide_attributes(const CseCore& core, const AccessQuestion& question, const Resource& target, onem2m::Response& response);

}  // namespace edgecse::cse
