// SPDX-License-Identifier: Apache-2.0
#include "mobility/target_move.hpp"

#include <gtest/gtest.h>

namespace edgecse::mobility {
namespace {

using namespace std::chrono_literals;
using Action = TargetMove::Action;
using Actions = std::vector<Action>;
using Answer = cse::HandoverPort::Answer;
using Phase = TargetMove::Phase;
using onem2m::ResponseStatus;

const base::MonotonicTime kStart{};
const MoveLimits kLimits{};

tl::unexpected<onem2m::Error> silence() { return onem2m::refuse(ResponseStatus::TargetNotReachable, "silence"); }

TEST(TargetMove, GoesOnAskingWhenFinalCameWhileItWasForgetting) {
  TargetMove move(kLimits, kStart);
  const auto now = kStart + kLimits.abandon_after;
  move.tick(now);
  ASSERT_EQ(move.asked(silence(), now), Actions{Action::Abandon});
  EXPECT_TRUE(move.ready(now).empty());
  EXPECT_TRUE(move.done(Action::Abandon, tl::unexpected(onem2m::Error{onem2m::ResponseStatus::OperationNotAllowed, "READY"}), now).empty());
  EXPECT_EQ(move.phase(), Phase::Ready);
  ASSERT_TRUE(move.wake_at());
  EXPECT_EQ(move.tick(*move.wake_at()), Actions{Action::Ask});
}

TEST(TargetMove, AsksNothingWhileBatchesKeepComing) {
  TargetMove move(kLimits, kStart);
  base::MonotonicTime now = kStart;
  for (int i = 0; i < 10; ++i) {
    now += kLimits.abandon_after - 1ms;
    EXPECT_TRUE(move.tick(now).empty());
    move.progress(now);
  }
}

TEST(TargetMove, MayForgetAloneBeforeItSaidReady) {
  TargetMove move(kLimits, kStart);
  const auto now = kStart + kLimits.abandon_after;
  EXPECT_EQ(move.tick(now), Actions{Action::Ask});
  EXPECT_EQ(move.asked(silence(), now), Actions{Action::Abandon});
}

TEST(TargetMove, AsksForEverOnceItSaidReady) {
  TargetMove move(kLimits, kStart);
  move.ready(kStart);
  base::MonotonicTime now = kStart + kLimits.ask_after;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(move.tick(now), Actions{Action::Ask});
    ASSERT_TRUE(move.asked(silence(), now).empty());
    ASSERT_TRUE(move.wake_at());
    now = *move.wake_at();
  }
}

TEST(TargetMove, AsksAtOnceAfterARestart) {
  TargetMove move = TargetMove::restarted(kLimits, kStart);
  EXPECT_EQ(move.tick(kStart), Actions{Action::Ask});
  EXPECT_TRUE(move.asked(silence(), kStart).empty());
}

TEST(TargetMove, TakesTheUnitWhenTheSourceIsMoved) {
  TargetMove move = TargetMove::restarted(kLimits, kStart);
  move.tick(kStart);
  EXPECT_EQ(move.asked(Answer::Moved, kStart), Actions{Action::Take});
  EXPECT_EQ(move.taken(kStart), Actions{Action::Release});
  EXPECT_EQ(move.phase(), Phase::Owner);
}

TEST(TargetMove, PullsTheUnitWhenItLacksFinal) {
  TargetMove move = TargetMove::restarted(kLimits, kStart);
  move.tick(kStart);
  move.asked(Answer::Moved, kStart);
  EXPECT_EQ(move.done(Action::Take, onem2m::refuse(ResponseStatus::InternalServerError, "FINAL is not here"), kStart),
            Actions{Action::Pull});
  EXPECT_EQ(move.done(Action::Pull, {}, kStart), Actions{Action::Take});
}

TEST(TargetMove, RepeatsAPullThatFailed) {
  TargetMove move(kLimits, kStart);
  move.ready(kStart);
  EXPECT_EQ(move.pull_needed(kStart), Actions{Action::Pull});
  EXPECT_TRUE(move.done(Action::Pull, silence(), kStart).empty());
  EXPECT_EQ(move.tick(*move.wake_at()), Actions{Action::Pull});
}

TEST(TargetMove, ForgetsWhenTheSourceSaysClosed) {
  TargetMove move = TargetMove::restarted(kLimits, kStart);
  move.tick(kStart);
  EXPECT_EQ(move.asked(Answer::Closed, kStart), Actions{Action::Discard});
  move.done(Action::Discard, {}, kStart);
  EXPECT_EQ(move.phase(), Phase::Ended);
}

TEST(TargetMove, RepeatsReleasedUntilItIsAcknowledged) {
  TargetMove move = TargetMove::owner(kLimits, kStart);
  EXPECT_EQ(move.tick(kStart), Actions{Action::Release});
  EXPECT_TRUE(move.done(Action::Release, silence(), kStart).empty());
  EXPECT_EQ(move.tick(*move.wake_at()), Actions{Action::Release});
  move.done(Action::Release, {}, kStart);
  EXPECT_EQ(move.phase(), Phase::Ended);
}

TEST(TargetMove, IgnoresALateAnswerOnceItIsTheOwner) {
  TargetMove move(kLimits, kStart);
  move.ready(kStart);
  move.tick(kStart + kLimits.ask_after);
  move.taken(kStart + kLimits.ask_after);
  EXPECT_TRUE(move.asked(Answer::Closed, kStart + 5s).empty());
  EXPECT_EQ(move.phase(), Phase::Owner);
}

}  // namespace
}  // namespace edgecse::mobility
