// SPDX-License-Identifier: Apache-2.0
//
// The one place where RocksDB's status becomes our error.
#pragma once

#include <string>

#include "store/resource_store.hpp"

namespace rocksdb {
class Status;
}

namespace edgecse::store {

/// The status of an operation on the store in a folder; the status must not be ok.
[[nodiscard]] Error translate_status(const rocksdb::Status& status, const std::string& path);

}  // namespace edgecse::store
