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

/// Role-IDs of the request that hold: a <role> or a <token> here says so of this originator, now. tokens and token IDs are
/// looked up among the <token> resources of this CSE. TS-0001 9.6.38, 9.6.39; TS-0003 7.3.
[[nodiscard]] std::vector<std::string> valid_roles(const CseCore& core, const AccessQuestion& question,
                                                   const std::vector<std::string>& forms, const Resource& target);

/// Sets of rules that tokens of the request grant on the target: m2m:setOfAcrs of their permissions.
[[nodiscard]] std::vector<Json> token_privileges(const CseCore& core, const AccessQuestion& question,
                                                 const std::vector<std::string>& forms, const Resource& target);

}  // namespace edgecse::cse
