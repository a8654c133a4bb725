// SPDX-License-Identifier: Apache-2.0
//
// What every ResourceStore promises; each implementation runs through all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/memory_store.hpp"
#include "store/open_rocksdb.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// How a test gets a store, and the same data again after the process ended.
class InMemory {
 public:
  std::unique_ptr<ResourceStore> open() { return std::make_unique<MemoryStore>(disk_); }

 private:
  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
};

class OnRocksDb {
 public:
  std::unique_ptr<ResourceStore> open() {
    auto store = open_rocksdb({.path = folder_.file("store"), .reserve_bytes = 0});
    if (!store) throw std::runtime_error(store.error().detail);
    return std::move(*store);
  }

 private:
  test::TemporaryFolder folder_;
};

template <class Place>
class ResourceStoreContract : public ::testing::Test {
 protected:
  void reopen() {
    store_.reset();
    store_ = place_.open();
  }
  void put(Table table, std::initializer_list<std::pair<std::string, std::string>> rows) {
    WriteBatch batch;
    for (const auto& [key, value] : rows) batch.put(table, key, value);
    ASSERT_TRUE(store_->commit(batch));
  }
  std::vector<std::string> keys(Table table, std::string_view first, std::string_view last, std::size_t limit = 100,
                                bool reverse = false) {
    const std::vector<Row> rows = store_->scan(table, first, last, limit, reverse).value();
    std::vector<std::string> found;
    for (const auto& row : rows) found.push_back(row.key);
    return found;
  }
  std::optional<std::string> get(Table table, std::string_view key) { return store_->get(table, key).value(); }

  Place place_;
  std::unique_ptr<ResourceStore> store_ = place_.open();
};

using Places = ::testing::Types<InMemory, OnRocksDb>;
TYPED_TEST_SUITE(ResourceStoreContract, Places);

TYPED_TEST(ResourceStoreContract, GivesBackWhatWasPut) {
  this->put(Table::Tree, {{"a", "1"}});
  EXPECT_EQ(this->get(Table::Tree, "a"), "1");
  EXPECT_EQ(this->get(Table::Tree, "b"), std::nullopt);
}

TYPED_TEST(ResourceStoreContract, KeepsItsTablesApart) {
  this->put(Table::Tree, {{"a", "tree"}});
  this->put(Table::Meta, {{"a", "meta"}});
  EXPECT_EQ(this->get(Table::Tree, "a"), "tree");
  EXPECT_EQ(this->get(Table::Meta, "a"), "meta");
  EXPECT_EQ(this->get(Table::Outbox, "a"), std::nullopt);
}

TYPED_TEST(ResourceStoreContract, KeepsBytesThatAreNoText) {
  const std::string key("\0\xff\x01", 3), value("\xfe\0", 2);
  this->put(Table::Instances, {{key, value}});
  EXPECT_EQ(this->get(Table::Instances, key), value);
}

TYPED_TEST(ResourceStoreContract, StartsEmpty) {
  for (const Table table : {Table::Tree, Table::Instances, Table::Outbox, Table::Meta})
    EXPECT_THAT(this->keys(table, "", ""), IsEmpty());
}

TYPED_TEST(ResourceStoreContract, AppliesABatchInItsOrder) {
  WriteBatch batch;
  batch.put(Table::Tree, "a", "old");
  batch.erase(Table::Tree, "a");
  batch.put(Table::Tree, "b", "before the range");
  batch.erase_range(Table::Tree, "a", "c");
  batch.put(Table::Tree, "a", "new");
  ASSERT_TRUE(this->store_->commit(batch));
  EXPECT_EQ(this->get(Table::Tree, "a"), "new");
  EXPECT_EQ(this->get(Table::Tree, "b"), std::nullopt);
}

TYPED_TEST(ResourceStoreContract, ErasesARangeWithoutItsEnd) {
  this->put(Table::Outbox, {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}});
  WriteBatch batch;
  batch.erase_range(Table::Outbox, "b", "d");
  ASSERT_TRUE(this->store_->commit(batch));
  EXPECT_THAT(this->keys(Table::Outbox, "", ""), ElementsAre("a", "d"));
}

TYPED_TEST(ResourceStoreContract, ErasesNothingWhenARangeIsEmptyOrTurnedRound) {
  this->put(Table::Outbox, {{"a", ""}, {"b", ""}});
  WriteBatch batch;
  batch.erase_range(Table::Outbox, "b", "a");
  batch.erase_range(Table::Outbox, "a", "a");
  batch.erase_range(Table::Outbox, "a", "");
  ASSERT_TRUE(this->store_->commit(batch));
  EXPECT_THAT(this->keys(Table::Outbox, "", ""), ElementsAre("a", "b"));
}

TYPED_TEST(ResourceStoreContract, TakesAnEmptyBatch) { EXPECT_TRUE(this->store_->commit(WriteBatch{})); }

TYPED_TEST(ResourceStoreContract, ScansFromTheFirstKeyUpToTheLastInByteOrder) {
  this->put(Table::Instances, {{"b", ""}, {"a", ""}, {"\xff", ""}, {"c", ""}});
  EXPECT_THAT(this->keys(Table::Instances, "a", "c"), ElementsAre("a", "b"));
  EXPECT_THAT(this->keys(Table::Instances, "aa", ""), ElementsAre("b", "c", "\xff"));
  EXPECT_THAT(this->keys(Table::Instances, "c", "a"), IsEmpty());
  EXPECT_THAT(this->keys(Table::Instances, "b", "b"), IsEmpty());
}

TYPED_TEST(ResourceStoreContract, ScansBackwardsFromTheEnd) {
  this->put(Table::Instances, {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}});
  EXPECT_THAT(this->keys(Table::Instances, "a", "d", 100, true), ElementsAre("c", "b", "a"));
  EXPECT_THAT(this->keys(Table::Instances, "b", "", 2, true), ElementsAre("d", "c"));
}

TYPED_TEST(ResourceStoreContract, StopsAtTheLimit) {
  this->put(Table::Instances, {{"a", ""}, {"b", ""}, {"c", ""}});
  EXPECT_THAT(this->keys(Table::Instances, "", "", 2), ElementsAre("a", "b"));
  EXPECT_THAT(this->keys(Table::Instances, "", "", 0), IsEmpty());
}

TYPED_TEST(ResourceStoreContract, VisitsEveryRowInOrderUntilToldToStop) {
  this->put(Table::Meta, {{"b", "2"}, {"a", "1"}, {"c", "3"}});
  std::string seen;
  ASSERT_TRUE(this->store_->for_each(Table::Meta, [&](std::string_view key, std::string_view value) {
    seen.append(key).append(value);
    return key != "b";
  }));
  EXPECT_EQ(seen, "a1b2");
}

TYPED_TEST(ResourceStoreContract, MayBeReadInsideAVisit) {
  this->put(Table::Tree, {{"a", "1"}, {"b", "2"}});
  std::size_t found = 0;
  ASSERT_TRUE(this->store_->for_each(Table::Tree, [&](std::string_view key, std::string_view value) {
    found += this->get(Table::Tree, key) == value ? 1U : 0U;
    return true;
  }));
  EXPECT_EQ(found, 2U);
}

TYPED_TEST(ResourceStoreContract, HasEverythingAgainWhenReopened) {
  this->put(Table::Tree, {{"a", "1"}, {"b", "2"}});
  WriteBatch batch;
  batch.erase(Table::Tree, "a");
  batch.put(Table::Outbox, "o", "3");
  ASSERT_TRUE(this->store_->commit(batch));
  this->reopen();
  EXPECT_EQ(this->get(Table::Tree, "a"), std::nullopt);
  EXPECT_EQ(this->get(Table::Tree, "b"), "2");
  EXPECT_EQ(this->get(Table::Outbox, "o"), "3");
}

TYPED_TEST(ResourceStoreContract, HasRoomOnAnOrdinaryDisk) { EXPECT_TRUE(this->store_->has_room()); }

TYPED_TEST(ResourceStoreContract, ShowsReadersABatchWholeOrNotAtAll) {
  // Each batch writes one number under three keys: a scan that finds two numbers has seen half a batch.
  std::atomic<bool> done = false;
  std::atomic<std::size_t> torn = 0, scans = 0;
  std::jthread reader([&] {
    while (!done || scans == 0) {
      const auto rows = this->store_->scan(Table::Tree, "", "", 10).value();
      for (const auto& row : rows) torn += row.value != rows.front().value ? 1U : 0U;
      ++scans;
    }
  });
  for (int number = 0; number < 200; ++number) {
    const std::string value = std::to_string(number);
    this->put(Table::Tree, {{"a", value}, {"b", value}, {"c", value}});
  }
  done = true;
  reader.join();
  EXPECT_EQ(torn, 0U);
}

}  // namespace
}  // namespace edgecse::store
