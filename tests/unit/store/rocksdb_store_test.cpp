// SPDX-License-Identifier: Apache-2.0
//
// What only the store on a disk can meet: a newer format, a second owner, a folder that cannot be, a full volume.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <fstream>
#include <limits>

#include "store/open_rocksdb.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::store {
namespace {

using ::testing::HasSubstr;

class RocksDbStoreOpening : public ::testing::Test {
 protected:
  std::unique_ptr<ResourceStore> open() {
    auto store = open_rocksdb({.path = path_, .reserve_bytes = 0});
    if (!store) throw std::runtime_error(store.error().detail);
    return std::move(*store);
  }
  void write_format(const std::string& version) {
    open();
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies({}, path_, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const auto& name : names) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open({}, path_, families, &handles, &raw).ok());
    const std::unique_ptr<rocksdb::DB> database(raw);
    EXPECT_TRUE(database->Put({}, "format", version).ok());
    for (auto* handle : handles) database->DestroyColumnFamilyHandle(handle);
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("store");
};

TEST_F(RocksDbStoreOpening, RefusesANewerFormat) {
  write_format("2");
  const auto store = open_rocksdb({.path = path_});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::TooNew);
  EXPECT_THAT(store.error().detail, HasSubstr("was written in format 2"));
}

TEST_F(RocksDbStoreOpening, RefusesAFormatThatIsNoNumber) {
  write_format("one");
  const auto store = open_rocksdb({.path = path_});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::Corrupt);
}

TEST_F(RocksDbStoreOpening, NamesTheFolderThatAnotherHolds) {
  const auto holder = open();
  const auto second = open_rocksdb({.path = path_});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(second.error().detail, "the store " + path_ + " is in use by another process");
}

TEST_F(RocksDbStoreOpening, NamesAFolderThatCannotBeMade) {
  std::ofstream(path_) << "a file where the folder should be";
  const auto store = open_rocksdb({.path = path_ + "/below"});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::Unavailable);
  EXPECT_THAT(store.error().detail, HasSubstr(path_ + "/below cannot be created"));
}

TEST_F(RocksDbStoreOpening, RefusesDamagedFiles) {
  open();
  std::ofstream(path_ + "/CURRENT", std::ios::trunc) << "MANIFEST-999999\n";
  const auto store = open_rocksdb({.path = path_});
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().detail, HasSubstr(path_));
}

TEST_F(RocksDbStoreOpening, MakesItsFolderWithParents) {
  path_ = folder_.file("a/b/store");
  EXPECT_TRUE(open()->has_room());
}

TEST_F(RocksDbStoreOpening, HasNoRoomBelowItsReserveButStillCommits) {
  const auto store = open_rocksdb({.path = path_, .reserve_bytes = std::numeric_limits<std::uint64_t>::max()}).value();
  EXPECT_FALSE(store->has_room());
  WriteBatch batch;
  batch.erase(Table::Tree, "a");
  EXPECT_TRUE(store->commit(batch));
}

}  // namespace
}  // namespace edgecse::store
