// SPDX-License-Identifier: Apache-2.0
#include "mobility/source_move.hpp"

#include <gtest/gtest.h>

namespace edgecse::mobility {
namespace {

using namespace std::chrono_literals;
using Action = SourceMove::Action;
using Phase = SourceMove::Phase;
using Progress = cse::HandoverPort::Progress;
using onem2m::ResponseStatus;

const base::MonotonicTime kStart{};

onem2m::Result<Progress> failed(ResponseStatus status, std::string detail = "no") {
  return tl::unexpected(onem2m::Error{status, std::move(detail)});
}
std::vector<Action> actions(const SourceMove::Commands& commands) {
  std::vector<Action> list;
  for (const auto& command : commands) list.push_back(command.action);
  return list;
}
using Actions = std::vector<Action>;

/// A move whose unit is frozen and whose FINAL is on its way.
SourceMove finishing() {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  move.done(Action::Prepare, Progress{}, kStart);
  move.done(Action::Transfer, Progress{1'000, 1, 0}, kStart);
  move.done(Action::Freeze, Progress{0, 0, 100}, kStart);
  return move;
}

TEST(SourceMove, GoesThroughTheStepsInOrder) {
  SourceMove move(MoveLimits{}, kStart);
  EXPECT_EQ(actions(move.begin(kStart)), Actions{Action::Prepare});
  EXPECT_EQ(actions(move.done(Action::Prepare, Progress{}, kStart)), Actions{Action::Transfer});
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{1'000, 3, 10}, kStart)), Actions{Action::Freeze});
  EXPECT_EQ(actions(move.done(Action::Freeze, Progress{0, 0, 10}, kStart)), Actions{Action::Finish});
  EXPECT_EQ(actions(move.done(Action::Finish, Progress{}, kStart)), Actions{Action::CommitMoved});
  EXPECT_EQ(actions(move.done(Action::CommitMoved, Progress{}, kStart)), Actions{Action::Grant});
  EXPECT_EQ(actions(move.done(Action::Grant, Progress{}, kStart)), Actions{Action::Report});
  EXPECT_EQ(move.phase(), Phase::Settled);
}

TEST(SourceMove, CopiesAgainWhileMoreThanTheLastDeltaIsLeft) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  move.done(Action::Prepare, Progress{}, kStart);
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{100'000, 9, 200'000}, kStart)), Actions{Action::Transfer});
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{200'000, 9, MoveLimits{}.last_delta}, kStart)), Actions{Action::Freeze});
}

TEST(SourceMove, ThrottlesAfterFiveRoundsAUnitThatIsFasterThanTheCopy) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  auto commands = move.done(Action::Prepare, Progress{}, kStart);
  int batches = 0;
  while (actions(commands) == Actions{Action::Transfer}) {
    ++batches;
    commands = move.done(Action::Transfer, Progress{100'000, 9, 100'000}, kStart);
  }
  EXPECT_EQ(batches, 6);
  EXPECT_EQ(actions(commands), (Actions{Action::Throttle, Action::Transfer})) << "once, and goes on copying";
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{100'000, 9, 50'000}, kStart)), Actions{Action::Transfer});
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{50'000, 9, 10'000}, kStart)), Actions{Action::Freeze});
}

TEST(SourceMove, FreezesInTheEndWhatGrowsWithoutBeingWritten) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  auto commands = move.done(Action::Prepare, Progress{}, kStart);
  int batches = 0;
  while (actions(commands) != Actions{Action::Freeze} && batches < 100) {
    ++batches;
    commands = move.done(Action::Transfer, Progress{100'000, 9, 100'000}, kStart);
  }
  EXPECT_EQ(batches, 1 + MoveLimits{}.rounds + MoveLimits{}.throttled_rounds);
}

TEST(SourceMove, SendsWhatDoesNotFitFinalAheadOfItWhileFrozen) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  move.done(Action::Prepare, Progress{}, kStart);
  move.done(Action::Transfer, Progress{1'000, 1, 0}, kStart);
  EXPECT_EQ(actions(move.done(Action::Freeze, Progress{0, 0, 200'000}, kStart)), Actions{Action::Transfer});
  EXPECT_EQ(actions(move.done(Action::Transfer, Progress{150'000, 1, 10'000}, kStart)), Actions{Action::Finish});
}

TEST(SourceMove, ClosesWhenTheTargetRefuses) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  const auto commands = move.done(Action::Prepare, failed(ResponseStatus::OriginatorHasNoPrivilege, "no peer"), kStart);
  EXPECT_EQ(commands, (SourceMove::Commands{{Action::Close, "no peer"}}));
  EXPECT_EQ(move.done(Action::Close, Progress{}, kStart), (SourceMove::Commands{{Action::Report, "no peer"}}));
  EXPECT_EQ(move.phase(), Phase::Ended);
}

TEST(SourceMove, RepeatsPrepareWithBackOffAndGivesUpInTheEnd) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  base::MonotonicTime now = kStart;
  SourceMove::Commands commands;
  int repeated = 0;
  while (actions(commands) != Actions{Action::Close}) {
    commands = move.done(Action::Prepare, failed(ResponseStatus::TargetNotReachable), now);
    if (!commands.empty()) break;
    ASSERT_TRUE(move.wake_at());
    now = *move.wake_at();
    ASSERT_EQ(actions(move.tick(now)), Actions{Action::Prepare});
    ++repeated;
  }
  EXPECT_EQ(commands, (SourceMove::Commands{{Action::Close, "UNREACHABLE"}}));
  EXPECT_GT(repeated, 5);
  EXPECT_GE(now - kStart, MoveLimits{}.prepare_within);
}

TEST(SourceMove, ClosesAFrozenUnitThatWaitsTooLong) {
  SourceMove move = finishing();
  EXPECT_EQ(*move.wake_at() - kStart, MoveLimits{}.frozen_within);
  EXPECT_EQ(move.tick(kStart + MoveLimits{}.frozen_within), (SourceMove::Commands{{Action::Close, "TIMEOUT"}}));
}

TEST(SourceMove, IgnoresReadyThatComesAfterClose) {
  SourceMove move = finishing();
  move.tick(kStart + MoveLimits{}.frozen_within);
  EXPECT_TRUE(move.done(Action::Finish, Progress{}, kStart + 2s).empty());
  EXPECT_EQ(move.phase(), Phase::Closing);
}

TEST(SourceMove, NeverClosesOnceMovedIsBeingCommitted) {
  SourceMove move = finishing();
  move.done(Action::Finish, Progress{}, kStart);
  EXPECT_TRUE(move.cancel("another target", kStart).empty());
  EXPECT_TRUE(move.tick(kStart + 1h).empty());
  EXPECT_EQ(actions(move.done(Action::CommitMoved, Progress{}, kStart)), Actions{Action::Grant});
}

TEST(SourceMove, GivesUpWhenMovedCannotBeCommitted) {
  SourceMove move = finishing();
  move.done(Action::Finish, Progress{}, kStart);
  EXPECT_EQ(actions(move.done(Action::CommitMoved, failed(ResponseStatus::NotAcceptable, "disk full"), kStart)),
            Actions{Action::Close});
}

TEST(SourceMove, RepeatsGrantForEver) {
  SourceMove move = SourceMove::resume(MoveLimits{}, true, false, kStart);
  base::MonotonicTime now = kStart;
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_TRUE(move.wake_at());
    now = *move.wake_at();
    ASSERT_EQ(actions(move.tick(now)), Actions{Action::Grant});
    ASSERT_TRUE(move.done(Action::Grant, failed(ResponseStatus::TargetNotReachable), now).empty());
  }
  EXPECT_EQ(*move.wake_at() - now, MoveLimits{}.longest_retry);
}

TEST(SourceMove, DropsTheCopyAfterGuardTimeOnceReleased) {
  SourceMove move = SourceMove::resume(MoveLimits{}, false, false, kStart);
  EXPECT_FALSE(move.wake_at());
  move.released(kStart);
  EXPECT_TRUE(move.tick(kStart + MoveLimits{}.guard_time - 1us).empty());
  EXPECT_EQ(actions(move.tick(kStart + MoveLimits{}.guard_time)), Actions{Action::Drop});
  move.done(Action::Drop, Progress{}, kStart + MoveLimits{}.guard_time);
  EXPECT_EQ(move.phase(), Phase::Ended);
}

TEST(SourceMove, DropsTheCopyAlsoWhenReleasedOvertakesTheAnswerToGrant) {
  SourceMove move = finishing();
  move.done(Action::Finish, Progress{}, kStart);
  move.done(Action::CommitMoved, Progress{}, kStart);
  EXPECT_EQ(actions(move.released(kStart)), Actions{Action::Report});
  EXPECT_TRUE(move.done(Action::Grant, failed(ResponseStatus::RequestTimeout), kStart + 1s).empty());
  EXPECT_EQ(actions(move.tick(kStart + MoveLimits{}.guard_time)), Actions{Action::Drop});
}

TEST(SourceMove, WaitsForTheStepUnderWayBeforeItCloses) {
  SourceMove move(MoveLimits{}, kStart);
  move.begin(kStart);
  EXPECT_TRUE(move.cancel("another target", kStart).empty());
  EXPECT_EQ(move.done(Action::Prepare, Progress{}, kStart), (SourceMove::Commands{{Action::Close, "another target"}}));
}

}  // namespace
}  // namespace edgecse::mobility
