// SPDX-License-Identifier: Apache-2.0
//
// Who asks, in every form in which an access control rule may name it. TS-0001 9.6.2.1, 7.1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// CSE-relative (as registrees are written here), SP-relative and absolute, as far as each exists.
[[nodiscard]] std::vector<std::string> forms_of_originator(const CseOptions& options, std::string_view from);

/// Who asks, and which tokens an authorisation system gave it for the target beside those of its request.
struct TokenHolder {
  const std::vector<std::string>& forms;
  const std::vector<std::string>& given_tokens;
};

/// Role-IDs of the request that hold: a <role> or a <token> here, or a signed token, says so of this originator, now. Tokens
/// and token IDs are looked up among the <token> resources of this CSE. TS-0001 9.6.38, 9.6.39; TS-0003 7.3.
[[nodiscard]] std::vector<std::string> valid_roles(const CseCore& core, const AccessQuestion& question, const TokenHolder& holder,
                                                   const Resource& target);

/// Sets of rules that tokens grant on the target: m2m:setOfAcrs of their permissions.
[[nodiscard]] std::vector<Json> token_privileges(const CseCore& core, const AccessQuestion& question, const TokenHolder& holder,
                                                 const Resource& target);

/// For who is refused: `; token 1 counts for nothing: it has expired (tkna)` of each signed token of the request that does
/// not count, whatever the target. Empty: there is nothing to say.
[[nodiscard]] std::string token_faults(const CseCore& core, const Tree& tree, base::WallTime now, const onem2m::Request& request);

}  // namespace edgecse::cse
