// SPDX-License-Identifier: Apache-2.0
//
// What procedures of many types ask about an UPDATE, and how a part changes a resource by itself.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// The attribute is there and not null.
[[nodiscard]] bool is_set(const Json& attributes, const char* short_name);
/// The attributes as they will be after the UPDATE; removed ones are null.
[[nodiscard]] Json merged(const Resource& target, const Json& requested);
/// The same, without those that are removed.
[[nodiscard]] Json whole_after(const Resource& target, const Json& requested);

/// A change that no request asks for: lt is set, the resource is put, and listeners are told as of an UPDATE. In a job.
void put_and_tell(const CseCore& core, Transaction& transaction, Resource after);

}  // namespace edgecse::cse
