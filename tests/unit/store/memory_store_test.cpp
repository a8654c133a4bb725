// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

namespace edgecse::store {
namespace {

WriteBatch one_row(std::string key, std::string value) {
  WriteBatch batch;
  batch.put(Table::Tree, std::move(key), std::move(value));
  return batch;
}

TEST(MemoryStore, RefusesCommitsWhileItsDiskIsFullAndKeepsReading) {
  const auto disk = std::make_shared<MemoryDisk>();
  MemoryStore store(disk);
  ASSERT_TRUE(store.commit(one_row("a", "1")));
  disk->full = true;
  const auto refused = store.commit(one_row("a", "2"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Full);
  EXPECT_FALSE(store.has_room());
  EXPECT_EQ(store.get(Table::Tree, "a").value(), "1");
  disk->full = false;
  EXPECT_TRUE(store.commit(one_row("a", "3")));
  EXPECT_EQ(disk->commits, 2U);
}

TEST(MemoryStore, RefusesCommitsWhileItsDiskDoesNotAnswer) {
  const auto disk = std::make_shared<MemoryDisk>();
  disk->unavailable = true;
  MemoryStore store(disk);
  const auto refused = store.commit(one_row("a", "1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Unavailable);
  EXPECT_EQ(store.get(Table::Tree, "a").value(), std::nullopt);
}

TEST(WriteBatch, AppendsAnotherBehindItsOwnOperations) {
  WriteBatch first = one_row("a", "1");
  WriteBatch second = one_row("a", "2");
  first.append(std::move(second));
  MemoryStore store;
  ASSERT_TRUE(store.commit(first));
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(store.get(Table::Tree, "a").value(), "2");
}

}  // namespace
}  // namespace edgecse::store
