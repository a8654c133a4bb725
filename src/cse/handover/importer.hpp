// SPDX-License-Identifier: Apache-2.0
//
// An arriving unit at its target. Resources and outbox rows are staged beside the tree and enter it with OWNER(n+1), so
// nobody sees half a unit; instances and retry rows, which nobody finds without their container, go to their place at
// once. Import and clean-up are silent: no event, no notification. docs/handover.md 3, 4.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cse/transaction.hpp"

namespace edgecse::cse::handover {

/// The rows of one batch. Fails with CONTENTS_UNACCEPTABLE, naming the culprit, when a row is malformed, belongs to
/// another unit, or would replace a resource that is this CSE's own. New resource identifiers are added to ids.
[[nodiscard]] onem2m::Result<> stage(Transaction& transaction, const std::string& unit, const Json& rows,
                                     base::Duration retry_life, std::vector<std::string>& ids);

/// Forgets what is staged.
[[nodiscard]] onem2m::Result<> discard_staged(Transaction& transaction, const std::string& unit);

/// Removes the unit's copy here: resources, instances, retry rows, and the outbox rows with the given keys. The
/// identifiers of its resources are returned.
[[nodiscard]] onem2m::Result<std::vector<std::string>> wipe(Transaction& transaction, const std::string& unit,
                                                            const std::vector<std::string>& outbox_keys);

struct Arrival {
  std::string unit, source;          // source: CSE-ID
  std::vector<std::string> aliases;  // SP-relative ids of the AE at its former registrars
};
/// Moves the staged unit into the tree. own: this CSE's CSE-ID. imported: told of each resource.
[[nodiscard]] onem2m::Result<> install(Transaction& transaction, const Arrival& arrival, const std::string& own,
                                       const std::function<void(const Resource&)>& imported);

}  // namespace edgecse::cse::handover
