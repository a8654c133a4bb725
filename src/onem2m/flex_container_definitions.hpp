// SPDX-License-Identifier: Apache-2.0
//
// Specialisations of flexContainer that a deployment adds to those of the tables, in the tables' own form
// (src/onem2m/tables/README.md): TS-0023 lets everybody define some. Part of the process's vocabulary like the tables, so
// they are added before the first CSE is opened and never change afterwards; not thread-safe, look-ups are.
#pragma once

#include <string_view>

#include "onem2m/resource_types.hpp"

namespace edgecse::onem2m {

/// Returns how many were added. Fails with the line and why: form, unknown type, a member name or containerDefinition that is
/// known already, more than 1,000 specialisations or 200 attributes of one. Nothing is added then.
[[nodiscard]] Result<std::size_t> add_flex_containers(std::string_view text);

/// Whether a CREATE of a flexContainer may leave out mandatory custom attributes of TS-0023 or a deployment: not every CSE
/// insists on those. Refused by default. Like the above: set before the first CSE is opened.
void accept_incomplete_flex_containers(bool accept);
[[nodiscard]] bool are_incomplete_flex_containers_accepted();

/// nullptr: not among those added. For the look-ups of resource_types.hpp.
[[nodiscard]] const ResourceTypeRule* find_added_by_member(std::string_view member_name);
[[nodiscard]] const ResourceTypeRule* find_added_by_definition(std::string_view container_definition);
[[nodiscard]] bool is_added_attribute(std::string_view short_name);

}  // namespace edgecse::onem2m
