// SPDX-License-Identifier: Apache-2.0
//
// The embedded store: RocksDB, one WriteBatch and one sync per commit. Measured: docs/store.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/resource_store.hpp"

namespace edgecse::store {

struct RocksDbOptions {
  std::string path;                              // a folder; created when missing
  std::uint64_t reserve_bytes = 256ULL << 20;    // below this much free space has_room() says no
  std::size_t block_cache_bytes = 32ULL << 20;
  std::size_t instance_memtable_bytes = 8ULL << 20;
};

/// Fails with a sentence: folder not writable, held by another process, format too new, corrupt.
[[nodiscard]] Result<std::unique_ptr<ResourceStore>> open_rocksdb(const RocksDbOptions& options);

}  // namespace edgecse::store
