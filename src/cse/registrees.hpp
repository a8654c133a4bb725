// SPDX-License-Identifier: Apache-2.0
//
// Who is registered at this CSE, and who may. TS-0001 10.2.2.
#pragma once

#include <string>
#include <string_view>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// An <AE> here has this AE-ID-Stem.
[[nodiscard]] bool is_registered_ae(const Tree& tree, std::string_view stem);
/// `//sp/cse` of another service provider.
[[nodiscard]] bool is_foreign_cse_id(const CseOptions& options, std::string_view id);
/// resourceID of the <remoteCSE> of a CSE-ID: `mn1` of `/mn1`, `sp_in` of `//sp/in`.
[[nodiscard]] std::string remote_cse_resource_id(std::string_view cse_id);
/// The <remoteCSE> of a CSE-ID; nullptr: not registered here.
[[nodiscard]] ResourcePtr find_remote_cse(const CseCore& core, const Tree& tree, std::string_view cse_id);
/// Registered here, the registrar, or a peer of the handover. Any form of the CSE-ID.
[[nodiscard]] bool is_known_cse(const CseCore& core, const Tree& tree, std::string_view cse_id);
/// Whether allowed_registrees lets a CSE-ID register: none on an MN-CSE, all on an IN-CSE by default.
[[nodiscard]] bool may_register(const CseOptions& options, std::string_view cse_id);

}  // namespace edgecse::cse
