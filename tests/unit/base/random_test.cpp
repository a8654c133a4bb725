// SPDX-License-Identifier: Apache-2.0
#include "base/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace edgecse::base {
namespace {

TEST(SeededRandom, GivesTheSameSequenceForTheSameSeed) {
  SeededRandom one(7), two(7), other(8);
  EXPECT_EQ(one.hex(16), two.hex(16));
  EXPECT_NE(one.hex(16), other.hex(16));
}

TEST(Random, BelowReachesEveryValueAndNoOther) {
  SeededRandom random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(SystemRandom, GivesTwoDigitsPerByteThatDiffer) {
  SystemRandom random;
  const std::string secret = random.hex(16);
  EXPECT_EQ(secret.size(), 32U);
  EXPECT_NE(secret, random.hex(16));
}

}  // namespace
}  // namespace edgecse::base
