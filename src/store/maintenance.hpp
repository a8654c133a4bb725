// SPDX-License-Identifier: Apache-2.0
//
// What an operator does with a store: backups while a CSE has it open, the rest while none has.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "store/resource_store.hpp"

namespace edgecse::store {

/// What a store that lies on disk can do beside ResourceStore.
class BackupSource {
 public:
  virtual ~BackupSource() = default;
  /// Makes a folder that holds all that is committed by now, and can be opened as a store; the folder must not be there.
  /// Any thread; commits and reads go on.
  [[nodiscard]] virtual Result<> back_up(const std::string& folder) = 0;
};

struct StoreReport {
  std::array<std::uint64_t, kTables> rows{};  // by Table
};
/// Reads every row and every checksum; changes nothing.
[[nodiscard]] Result<StoreReport> check_store(const std::string& path);

/// Copies a whole backup to where a CSE will look for its store: a folder that is empty or not there.
[[nodiscard]] Result<> restore_store(const std::string& backup, const std::string& path);

}  // namespace edgecse::store
