// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's settings for a small machine: 25 to 50 MB resident with ten million instances. Measured: docs/store.md.
#pragma once

#include <rocksdb/db.h>

#include <memory>
#include <vector>

#include "store/open_rocksdb.hpp"

namespace edgecse::store {

/// Column family 0 is RocksDB's own "default", which keeps the format version; the tables follow in the order of Table.
struct RocksDbSettings {
  std::unique_ptr<rocksdb::Env> environment;  // outlives the database
  rocksdb::DBOptions database;
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
};

/// Fails when the file system cannot be watched for free space.
[[nodiscard]] Result<RocksDbSettings> make_settings(const RocksDbOptions& options);

}  // namespace edgecse::store
