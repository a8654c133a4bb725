// SPDX-License-Identifier: Apache-2.0
//
// A disk that fills up, on a small volume of its own. Needs root for the loop mount.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "store/open_rocksdb.hpp"
#include "support/eventually.hpp"
#include "support/small_volume.hpp"

namespace edgecse::store {
namespace {

using ::testing::HasSubstr;

class StoreOnSmallVolume : public ::testing::Test {
 protected:
  // Before RocksDB starts its threads.
  static void SetUpTestSuite() { static_cast<void>(test::SmallVolume::own_mounts()); }
  void SetUp() override {
    if (!test::SmallVolume::own_mounts()) GTEST_SKIP() << "a mount of our own is not allowed here: this test needs root";
    volume_ = std::make_unique<test::SmallVolume>();
    if (!volume_->mounted()) GTEST_SKIP() << "a loop mount is not possible here";
    volume_->leave_free(30 << 20);
  }

  static WriteBatch one_row(std::size_t number) {
    WriteBatch batch;
    // Does not compress: the volume must fill.
    std::string value(64 << 10, '\0');
    std::uint64_t state = number + 1;
    for (char& byte : value) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = static_cast<char>(state >> 56);
    }
    batch.put(Table::Instances, std::to_string(number), std::move(value));
    return batch;
  }
  /// Commits rows from a number on until one is refused; returns its number.
  static std::size_t fill(ResourceStore& store, std::size_t number, Error& refusal) {
    for (; number < 10'000; ++number)
      if (const auto committed = store.commit(one_row(number)); !committed) {
        refusal = committed.error();
        return number;
      }
    ADD_FAILURE() << "the volume never filled";
    return number;
  }
  static void expect_rows(const ResourceStore& store, std::size_t end, std::size_t without) {
    for (std::size_t number = 0; number < end; ++number) {
      const auto row = store.get(Table::Instances, std::to_string(number));
      ASSERT_TRUE(row) << row.error().detail;
      ASSERT_EQ(row->has_value(), number != without) << "row " << number;
      if (number != without) {
        ASSERT_EQ(**row, one_row(number).operations().front().value) << "row " << number;
      }
    }
  }

  std::unique_ptr<test::SmallVolume> volume_;
};

TEST_F(StoreOnSmallVolume, RefusesWhenFullKeepsReadingAndRecoversWhenSpaceIsFreed) {
  const RocksDbOptions options{.path = volume_->path() + "/store", .reserve_bytes = 12 << 20};
  auto store = open_rocksdb(options).value();
  EXPECT_TRUE(store->has_room());

  Error refusal{};
  const std::size_t refused = fill(*store, 0, refusal);
  EXPECT_EQ(refusal.kind, ErrorKind::Full);
  EXPECT_THAT(refusal.detail, HasSubstr("no space is left for the store " + volume_->path()));
  EXPECT_FALSE(store->has_room());
  ASSERT_GT(refused, 10U);
  expect_rows(*store, refused + 1, refused);

  volume_->release();
  EXPECT_TRUE(store->has_room());
  EXPECT_TRUE(test::eventually([&] { return store->commit(one_row(refused + 1)).has_value(); }, std::chrono::seconds{60}));
  expect_rows(*store, refused + 2, refused);

  store.reset();
  store = open_rocksdb(options).value();
  expect_rows(*store, refused + 2, refused);
}

TEST_F(StoreOnSmallVolume, OpensAgainWithEverythingAcknowledgedAfterItFilled) {
  const RocksDbOptions options{.path = volume_->path() + "/store", .reserve_bytes = 0};
  Error refusal{};
  const std::size_t refused = fill(*open_rocksdb(options).value(), 0, refusal);
  EXPECT_EQ(refusal.kind, ErrorKind::Full);
  // Opening may need room itself; then it says so and changes nothing.
  if (const auto store = open_rocksdb(options); !store) {
    EXPECT_EQ(store.error().kind, ErrorKind::Full) << store.error().detail;
  }
  volume_->release();
  const auto store = open_rocksdb(options);
  ASSERT_TRUE(store) << store.error().detail;
  expect_rows(**store, refused, refused);
}

}  // namespace
}  // namespace edgecse::store
