// SPDX-License-Identifier: Apache-2.0
//
// RocksDB's own messages as lines of our log: warnings and worse.
#pragma once

#include <memory>

namespace rocksdb {
class Logger;
}

namespace edgecse::store {

[[nodiscard]] std::shared_ptr<rocksdb::Logger> make_info_log();

}  // namespace edgecse::store
