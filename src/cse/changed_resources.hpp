// SPDX-License-Identifier: Apache-2.0
//
// What a commit did to the tree, for observers that count.
#pragma once

#include <span>
#include <string_view>
#include <unordered_set>

#include "cse/transaction.hpp"
#include "cse/tree.hpp"

namespace edgecse::cse {

/// Every resource that the changes touch, once: visit(as it was, as it is); nullptr: it is not there.
template <class Visit>
void each_changed_resource(const Tree& before, const Tree& after, std::span<const Change> changes, Visit&& visit) {
  std::unordered_set<std::string_view> seen;
  for (const Change& change : changes)
    if (change.table == store::Table::Tree && seen.insert(change.key).second) visit(before.find(change.key), after.find(change.key));
}

}  // namespace edgecse::cse
