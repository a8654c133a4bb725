// SPDX-License-Identifier: Apache-2.0
//
// The write-ahead log is laid out before it is needed, and what a machine leaves of it that loses power is read to the last
// whole commit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/open_rocksdb.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPage = 4096;

class LogFiles : public ::testing::Test {
 protected:
  std::unique_ptr<ResourceStore> open(const std::string& path) {
    auto store = open_rocksdb({.path = path, .reserve_bytes = 0});
    if (!store) throw std::runtime_error(store.error().detail);
    return std::move(*store);
  }
  static void commit(ResourceStore& store, const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.put(Table::Instances, key, value);
    ASSERT_TRUE(store.commit(batch));
  }
  static fs::path log_in(const std::string& path) {
    for (const auto& entry : fs::directory_iterator(path))
      if (entry.path().extension() == ".log") return entry.path();
    throw std::runtime_error("there is no log");
  }
  /// What a disk holds at this moment of a store that is open.
  std::string image() {
    const std::string path = folder_.file("image");
    fs::remove_all(path);
    fs::copy(path_, path, fs::copy_options::recursive);
    fs::remove(path + "/LOCK");
    return path;
  }
  static std::string read(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_.file("store");
};

TEST_F(LogFiles, DoNotGrowWithACommit) {
  const auto store = open(path_);
  commit(*store, "first", "1");
  const auto laid_out = fs::file_size(log_in(path_));
  EXPECT_GE(laid_out, 1U << 20);
  for (int i = 0; i < 100; ++i) commit(*store, "next", std::string(1000, 'x'));
  EXPECT_EQ(fs::file_size(log_in(path_)), laid_out);
}

TEST_F(LogFiles, GrowWhenWhatWasLaidOutIsFull) {
  const auto store = open(path_);
  commit(*store, "first", "1");
  const auto laid_out = fs::file_size(log_in(path_));
  for (int i = 0; i < 12; ++i) commit(*store, std::to_string(i), std::string(100'000, 'x'));
  EXPECT_GT(fs::file_size(log_in(path_)), laid_out);
  EXPECT_EQ(open(image())->scan(Table::Instances, "", "", 100)->size(), 13U);
}

TEST_F(LogFiles, OfAStoreThatDiedAreReadToTheLastCommit) {
  const auto store = open(path_);
  commit(*store, "first", "1");
  commit(*store, "second", std::string(100'000, 'x'));
  const auto found = open(image());
  EXPECT_EQ(found->get(Table::Instances, "first").value(), "1");
  EXPECT_EQ(found->get(Table::Instances, "second").value()->size(), 100'000U);
}

// Pages reach the disk in any order: whichever is missing, it takes the last commit alone.
TEST_F(LogFiles, LackingAnyPageOfTheLastCommitLackThatCommitOnly) {
  const auto store = open(path_);
  commit(*store, "first", "1");
  commit(*store, "second", std::string(100'000, 'x'));
  const std::string whole = read(log_in(path_));
  const std::size_t begin = whole.find(std::string(100, 'x')) / kPage + 1;
  const std::size_t end = whole.find_last_not_of('\0') / kPage;
  ASSERT_GT(end, begin + 20);
  for (std::size_t page = begin; page <= end; page += 3) {
    const std::string left = image();
    std::string bytes = whole;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\0');
    std::ofstream(log_in(left), std::ios::binary) << bytes;
    const auto found = open(left);
    EXPECT_EQ(found->get(Table::Instances, "first").value(), "1") << "page " << page;
    EXPECT_EQ(found->get(Table::Instances, "second").value(), std::nullopt) << "page " << page;
  }
}

}  // namespace
}  // namespace edgecse::store
