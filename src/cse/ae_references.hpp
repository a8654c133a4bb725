// SPDX-License-Identifier: Apache-2.0
//
// An AE has another registration point: who refers to its SP-relative id follows. TS-0001 10.2.16, TS-0004 7.5.1.2.16-17.
#pragma once

#include <string>
#include <string_view>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// `/csi/Cxxx`: what changes when a C-type AE changes its registrar. (`/Sxxx` stays.)
[[nodiscard]] bool is_sp_relative_ae_id(std::string_view text);
/// The registrar and the peers of the handover may tell; an IN-CSE hears it from the registrars before and after.
[[nodiscard]] bool may_announce_ae_move(const CseCore& core, const Tree& tree, const std::string& originator,
                                        const std::string& before, const std::string& after);

struct AeReference {
  std::string before, after;  // SP-relative AE-IDs
};
/// Announced resources (lnk), subscriptions (nu), groups (mid), access control policies (acor).
[[nodiscard]] bool may_refer_to_aes(int resource_type);
/// Replaces the id wherever it stands alone or begins an address, also as the CSE itself writes it for a registree; true
/// when something changed.
[[nodiscard]] bool rewrite_references(Resource& resource, const AeReference& reference, const std::string& own_id);

/// The same for all resources here. False when some of them belong to units that are not served here at the moment and were
/// left as they are. On the loop's thread.
bool replace_ae_references(CseCore& core, Transaction& transaction, const AeReference& reference);

/// IN-CSE: tells every CSE registered here but the one that told, through the outbox, each in order.
void spread_ae_move(const CseCore& core, Transaction& transaction, const std::string& before, const std::string& after,
                    std::string_view told_by);

}  // namespace edgecse::cse
