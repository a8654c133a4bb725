// SPDX-License-Identifier: Apache-2.0
#include "build_info.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <rocksdb/version.h>

namespace edgecse::app {

std::string_view version() { return EDGECSE_VERSION; }
std::string_view commit() { return EDGECSE_COMMIT; }

std::string version_text() {
  return fmt::format("edgecse {} (commit {})\nRocksDB {}.{}.{}\nlibcurl {}\n{}\n", version(), commit(), ROCKSDB_MAJOR,
                     ROCKSDB_MINOR, ROCKSDB_PATCH, ::curl_version_info(CURLVERSION_NOW)->version,
                     ::OpenSSL_version(OPENSSL_VERSION));
}

}  // namespace edgecse::app
