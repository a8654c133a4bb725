// SPDX-License-Identifier: Apache-2.0
//
// A store of an older format becomes today's when it is opened, step by step; one of a newer format is left alone. The steps
// here are the test's own: only one format was released so far.
#include "cse/store_format.hpp"

#include <gtest/gtest.h>

#include "cse/rows.hpp"
#include "store/memory_store.hpp"

namespace edgecse::cse {
namespace {

using store::Table;

struct StoreFormatTest : ::testing::Test {
  std::shared_ptr<store::MemoryDisk> disk = std::make_shared<store::MemoryDisk>();
  store::MemoryStore store{disk};
  std::vector<std::string> ran;

  StoreFormatTest() {
    meta()["format"] = "1";
    for (int i = 0; i < 2'500; ++i) tree()[std::to_string(i)] = "old";
  }
  std::map<std::string, std::string, std::less<>>& meta() { return disk->tables[static_cast<std::size_t>(Table::Meta)]; }
  std::map<std::string, std::string, std::less<>>& tree() { return disk->tables[static_cast<std::size_t>(Table::Tree)]; }
  std::size_t count(const std::string& value) {
    return static_cast<std::size_t>(std::count_if(tree().begin(), tree().end(), [&](const auto& row) { return row.second == value; }));
  }
  Migration rewriting(int to, const std::string& from_text, const std::string& to_text, int fails_at = -1) {
    return {to, "rows say it anew", [=, this](store::ResourceStore& given) {
              ran.push_back(to_text);
              int seen = 0;
              return rewrite_rows(given, Table::Tree, [&](const store::Row& row) -> onem2m::Result<std::optional<std::string>> {
                if (seen++ == fails_at) return onem2m::refuse(onem2m::ResponseStatus::InternalServerError, "row " + row.key + " is odd");
                return row.value == from_text ? std::optional{to_text} : std::nullopt;
              });
            }};
  }
};

TEST_F(StoreFormatTest, EveryStepIsTakenInOrderAndOnce) {
  const std::vector<Migration> steps{rewriting(3, "newer", "newest"), rewriting(2, "old", "newer")};
  ASSERT_TRUE(migrate_store(store, steps, 3));
  EXPECT_EQ(ran, (std::vector<std::string>{"newer", "newest"}));
  EXPECT_EQ(count("newest"), 2'500u);
  EXPECT_EQ(meta()["format"], "3");
  ran.clear();
  ASSERT_TRUE(migrate_store(store, steps, 3));
  EXPECT_TRUE(ran.empty());
}

TEST_F(StoreFormatTest, AStepThatIsBrokenOffIsBegunAnew) {
  const std::vector<Migration> broken{rewriting(2, "old", "newer"), rewriting(3, "newer", "newest", 1'500)};
  const auto failed = migrate_store(store, broken, 3);
  ASSERT_FALSE(failed);
  EXPECT_EQ(meta()["format"], "2") << "the first step stands";
  EXPECT_EQ(count("newest"), 1'000u) << "and a part of the second";
  EXPECT_NE(failed.error().detail.find("stays in format 2, the step to 3 (rows say it anew) failed: row "), std::string::npos) << failed.error().detail;
  const std::vector<Migration> mended{rewriting(2, "old", "newer"), rewriting(3, "newer", "newest")};
  ASSERT_TRUE(migrate_store(store, mended, 3));
  EXPECT_EQ(count("newest"), 2'500u);
  EXPECT_EQ(meta()["format"], "3");
}

TEST_F(StoreFormatTest, AFullDiskLeavesTheOldFormat) {
  disk->full = true;
  EXPECT_EQ(migrate_store(store, std::vector<Migration>{rewriting(2, "old", "newer")}, 2).error().status,
            onem2m::ResponseStatus::InternalServerError);
  EXPECT_EQ(meta()["format"], "1");
  EXPECT_EQ(count("old"), 2'500u);
}

TEST_F(StoreFormatTest, WhatIsNewerUnreadableOrUnknownIsLeftAlone) {
  const auto before = disk->tables;
  for (const auto& [version, sentence] : {std::pair{"7", "has format 7, this program reads up to format 2: use a newer edgecse"},
                                          {"one", "format version is unreadable: 'one'"}, {"0", "format version is unreadable: '0'"},
                                          {"1", "has format 1, from which this program knows no way to 2"}}) {
    meta()["format"] = version;
    const auto refused = migrate_store(store, {}, 2);
    ASSERT_FALSE(refused) << version;
    EXPECT_NE(refused.error().detail.find(sentence), std::string::npos) << refused.error().detail;
    EXPECT_EQ(tree(), before[static_cast<std::size_t>(Table::Tree)]);
  }
}

TEST_F(StoreFormatTest, ThisProgramHasAWayFromEveryReleasedFormat) {
  const auto steps = store_migrations();
  ASSERT_EQ(steps.size(), static_cast<std::size_t>(rows::kFormatVersion - 1));
  for (std::size_t i = 0; i < steps.size(); ++i) EXPECT_EQ(steps[i].to, static_cast<int>(i) + 2);
}

}  // namespace
}  // namespace edgecse::cse
