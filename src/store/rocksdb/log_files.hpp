// SPDX-License-Identifier: Apache-2.0
//
// Files for RocksDB's write-ahead log that are laid out with zeros before they are needed. A commit then overwrites blocks
// that the file system knows: its sync writes data, and neither size nor extents of the file. Measured: docs/store.md.
#pragma once

#include <rocksdb/env.h>

#include <memory>

namespace edgecse::store {

/// The system's files, but for those whose name ends in .log. RocksDB reads zeros as the end of what was written, and a log
/// that is closed is cut to what was written. Thread-safe; a database on it must be closed first.
[[nodiscard]] std::unique_ptr<rocksdb::Env> make_environment();

}  // namespace edgecse::store
