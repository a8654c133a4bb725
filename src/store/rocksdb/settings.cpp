// SPDX-License-Identifier: Apache-2.0
#include "store/rocksdb/settings.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/table.h>

#include "store/rocksdb/info_log.hpp"
#include "store/rocksdb/log_files.hpp"
#include "store/rocksdb/translate_status.hpp"

namespace edgecse::store {
namespace {

rocksdb::ColumnFamilyOptions family(const rocksdb::BlockBasedTableOptions& table, std::size_t memtable_bytes) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = memtable_bytes;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.level_compaction_dynamic_level_bytes = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::BlockBasedTableOptions table_options(std::size_t cache_bytes) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  table.block_size = 8 << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Index and filters live in the cache, in parts: memory does not grow with the number of instances.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

}  // namespace

Result<RocksDbSettings> make_settings(const RocksDbOptions& options) {
  RocksDbSettings settings;
  rocksdb::DBOptions& database = settings.database;
  settings.environment = make_environment();
  database.env = settings.environment.get();
  database.create_if_missing = true;
  database.create_missing_column_families = true;
  // Debian's build aborts on a full disk when RocksDB writes its log into a file.
  database.info_log = make_info_log();
  rocksdb::Status status;
  // Watches for free space after a full disk and resumes by itself.
  database.sst_file_manager.reset(rocksdb::NewSstFileManager(rocksdb::Env::Default(), database.info_log, "", 0, true, &status));
  if (!status.ok()) return tl::unexpected(translate_status(status, options.path));
  database.max_total_wal_size = 32ULL << 20;
  database.max_open_files = 64;
  database.max_background_jobs = 2;
  database.bytes_per_sync = 1 << 20;
  database.stats_dump_period_sec = 0;
  database.stats_persist_period_sec = 0;

  const rocksdb::BlockBasedTableOptions table = table_options(options.block_cache_bytes);
  constexpr std::size_t kSmallMemtable = 2 << 20;
  settings.families = {{rocksdb::kDefaultColumnFamilyName, family(table, kSmallMemtable)},
                       {"tree", family(table, kSmallMemtable)},
                       {"instances", family(table, options.instance_memtable_bytes)},
                       {"outbox", family(table, kSmallMemtable)},
                       {"meta", family(table, kSmallMemtable)}};
  return settings;
}

}  // namespace edgecse::store
