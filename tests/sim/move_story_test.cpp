// SPDX-License-Identifier: Apache-2.0
//
// A fixed number of stories in the normal test run, and the proof that the checks can fail: each wrong reading of the
// protocol is caught by some seed.
#include "sim/move_story.hpp"

#include <gtest/gtest.h>

#include "base/log.hpp"

namespace edgecse::sim {
namespace {

class MoveStory : public ::testing::TestWithParam<int> {
 protected:
  static void SetUpTestSuite() { base::log::set_level(base::log::Level::Error); }
};

constexpr int kSeedsPerTest = 8;

TEST_P(MoveStory, KeepsEveryPromise) {
  const int first = 1 + GetParam() * kSeedsPerTest;
  int moves = 0;
  for (int seed = first; seed < first + kSeedsPerTest; ++seed) {
    const StoryResult result = tell_story(static_cast<std::uint64_t>(seed));
    for (const std::string& violation : result.violations) ADD_FAILURE() << "seed " << seed << ": " << violation;
    moves += result.moves;
  }
  EXPECT_GT(moves, 0);
}
INSTANTIATE_TEST_SUITE_P(Seeds, MoveStory, ::testing::Range(0, 4));

struct WrongReading {
  const char* name;
  cse::handover::TestFaults faults;
  std::uint64_t first = 1, step = 1;  // the seeds in which it is looked for: move_story.cpp tells what they play
  friend std::ostream& operator<<(std::ostream& out, const WrongReading& wrong) { return out << wrong.name; }
};

class MoveStoryGoneWrong : public ::testing::TestWithParam<WrongReading> {
 protected:
  static void SetUpTestSuite() { base::log::set_level(base::log::Level::Error); }
};

TEST_P(MoveStoryGoneWrong, IsCaught) {
  constexpr std::uint64_t kSeeds = 16;
  for (std::uint64_t i = 0; i < kSeeds; ++i)
    if (!tell_story(GetParam().first + i * GetParam().step, GetParam().faults).violations.empty()) return;
  ADD_FAILURE() << GetParam().name << " is not caught by " << kSeeds << " seeds";
}
INSTANTIATE_TEST_SUITE_P(
    Faults, MoveStoryGoneWrong,
    ::testing::Values(WrongReading{"AcknowledgeBeforeGrant", {.acknowledge_before_grant = true}},
                      WrongReading{"NoRetryMove", {.no_retry_move = true}},
                      WrongReading{"OutboxNotMoved", {.outbox_not_moved = true}},
                      WrongReading{"ImportIntoOldCopy", {.import_into_old_copy = true}},
                      WrongReading{"UnfreezeAfterMoved", {.unfreeze_after_moved = true}},
                      WrongReading{"AskNoDecision", {.ask_no_decision = true}, 8, 10},
                      WrongReading{"NoGapCheck", {.no_gap_check = true}, 399, 10},
                      WrongReading{"GrantWithoutFinal", {.grant_without_final = true}, 78, 10},
                      WrongReading{"NoSettling", {.no_settling = true}, 10, 20}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace edgecse::sim
