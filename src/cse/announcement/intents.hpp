// SPDX-License-Identifier: Apache-2.0
//
// What a resource keeps about its announcements: for each entry that announceTo was given, where the announced resource is
// and which attributes it does not know yet. In Resource::internal, so it survives a crash and moves with the resource.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse::announcement {

struct Intent {
  std::string address;               // of the announced resource; empty: not made yet
  std::vector<std::string> changed;  // attributes that it has to be told
  std::int64_t version = 0;          // rises with every change
  [[nodiscard]] bool is_settled() const { return !address.empty() && changed.empty(); }
};
using Intents = std::vector<std::pair<std::string, Intent>>;  // by entry of announceTo: CSE-ID, or address of the parent there

[[nodiscard]] Intents read_intents(const Resource& resource);
[[nodiscard]] std::optional<Intent> find_intent(const Resource& resource, const std::string& target);
/// Writes them, and announceTo as others see it: where announced resources are.
void write_intents(Resource& resource, const Intents& intents);
/// Changes one, when it is there.
void put_intent(Resource& resource, const std::string& target, const Intent& intent);
void drop_intent(Resource& resource, const std::string& target);

}  // namespace edgecse::cse::announcement
