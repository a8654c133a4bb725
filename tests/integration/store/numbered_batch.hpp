// SPDX-License-Identifier: Apache-2.0
//
// The load of the store's crash tests: what writer and checker agree on.
#pragma once

#include <fmt/format.h>

#include "store/resource_store.hpp"

namespace edgecse::test {

inline std::string numbered_key(std::uint64_t number) { return fmt::format("{:012}", number); }
inline std::string numbered_value(std::uint64_t number) { return fmt::format("{}:{:0>{}}", number, "", 100 + number % 900); }

/// As a contentInstance is stored: the instance, its container's row, a notification, and every tenth time the oldest
/// notifications go.
inline store::WriteBatch numbered_batch(std::uint64_t number) {
  store::WriteBatch batch;
  batch.put(store::Table::Instances, numbered_key(number), numbered_value(number));
  batch.put(store::Table::Tree, "container", std::to_string(number));
  batch.put(store::Table::Outbox, numbered_key(number), "notification");
  if (number % 10 == 0) batch.erase_range(store::Table::Outbox, "", numbered_key(number - 5));
  return batch;
}

}  // namespace edgecse::test
