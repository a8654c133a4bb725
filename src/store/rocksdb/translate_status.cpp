// SPDX-License-Identifier: Apache-2.0
#include "store/rocksdb/translate_status.hpp"

#include <fmt/format.h>
#include <rocksdb/status.h>

namespace edgecse::store {
namespace {

bool is_lock_conflict(const rocksdb::Status& status, const std::string& text) {
  // RocksDB says both in words only: another process holds LOCK, or this process opened the folder already.
  return status.IsIOError() && (text.find("lock hold by current process") != std::string::npos ||
                                text.find("While lock file") != std::string::npos);
}

}  // namespace

Error translate_status(const rocksdb::Status& status, const std::string& path) {
  const std::string text = status.ToString();
  if (status.IsNoSpace())
    return {ErrorKind::Full, fmt::format("no space is left for the store {}: {}", path, text)};
  if (is_lock_conflict(status, text))
    return {ErrorKind::Unavailable, fmt::format("the store {} is in use by another process", path)};
  if (status.IsCorruption() || status.IsNotSupported())
    return {ErrorKind::Corrupt, fmt::format("the store {} cannot be read: {}", path, text)};
  return {ErrorKind::Unavailable, fmt::format("the store {} failed: {}", path, text)};
}

}  // namespace edgecse::store
