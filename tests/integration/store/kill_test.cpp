// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <signal.h>

#include "base/random.hpp"
#include "integration/store/numbered_batch.hpp"
#include "store/open_rocksdb.hpp"
#include "support/child_process.hpp"
#include "support/paths.hpp"
#include "support/temporary_folder.hpp"

namespace edgecse::store {
namespace {

/// Runs a writer from a number on, kills it after some acknowledgements and returns the last number acknowledged.
std::uint64_t write_until_killed(const std::string& folder, std::uint64_t first, std::uint64_t acknowledgements) {
  test::ChildProcess writer({EDGECSE_BINARY_DIR "/bin/store_writer", folder, std::to_string(first)});
  EXPECT_EQ(writer.read_line(), "opening");
  std::uint64_t last = first - 1;
  for (std::uint64_t seen = 0; seen < acknowledgements; ++seen) last = std::stoull(writer.read_line().value());
  writer.signal(SIGKILL);
  // What it said while it died counts too.
  while (const auto line = writer.read_line()) last = std::stoull(*line);
  EXPECT_EQ(writer.wait(), -SIGKILL);
  return last;
}

/// The numbers 1 to n must be there without a gap and each batch whole; returns n.
std::uint64_t check_numbers(const ResourceStore& store) {
  std::uint64_t newest = 0;
  std::uint64_t wrong = 0;
  EXPECT_TRUE(store.for_each(Table::Instances, [&](std::string_view key, std::string_view value) {
    ++newest;
    wrong += key == test::numbered_key(newest) && value == test::numbered_value(newest) ? 0U : 1U;
    return true;
  }));
  EXPECT_EQ(wrong, 0U) << "instances are missing or changed";
  EXPECT_EQ(store.get(Table::Tree, "container").value().value_or("0"), std::to_string(newest)) << "half a batch";
  const auto outbox = store.scan(Table::Outbox, "", "", 1, true).value();
  EXPECT_EQ(outbox.empty() ? "" : outbox.front().key, newest == 0 ? "" : test::numbered_key(newest)) << "half a batch";
  return newest;
}

TEST(StoreKilled, LosesNoAcknowledgedCommitInTwoHundredDeaths) {
  const test::TemporaryFolder folder;
  const std::string path = folder.file("store");
  base::SeededRandom random(20261121);
  std::uint64_t newest = 0;
  for (int death = 0; death < 200 && !HasFailure(); ++death) {
    const std::uint64_t acknowledged = write_until_killed(path, newest + 1, random.below(40));
    const auto store = open_rocksdb({.path = path, .reserve_bytes = 0});
    ASSERT_TRUE(store) << store.error().detail;
    newest = check_numbers(**store);
    ASSERT_GE(newest, acknowledged) << "lost in death " << death;
  }
  EXPECT_GT(newest, 1000U) << "the load was too small to mean anything";
}

}  // namespace
}  // namespace edgecse::store
