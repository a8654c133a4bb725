// SPDX-License-Identifier: Apache-2.0
#include "base/simulated_time.hpp"

#include <gtest/gtest.h>

namespace edgecse::base {
namespace {

using std::chrono::milliseconds;

TEST(SimulatedTime, RunsTasksInTheOrderTheyAreDueAndOfInsertionWhenEqual) {
  SimulatedTime time;
  std::string order;
  time.run_after(milliseconds{2}, [&] { order += 'c'; });
  time.run_after(milliseconds{1}, [&] { order += 'a'; });
  time.run_after(milliseconds{1}, [&] { order += 'b'; });
  time.advance(milliseconds{2});
  EXPECT_EQ(order, "abc");
}

TEST(SimulatedTime, StandsAtTheTaskWhileItRuns) {
  SimulatedTime time;
  const auto start = time.monotonic_now();
  MonotonicTime seen{};
  time.run_after(milliseconds{5}, [&] { seen = time.monotonic_now(); });
  time.advance(milliseconds{9});
  EXPECT_EQ(seen - start, milliseconds{5});
  EXPECT_EQ(time.monotonic_now() - start, milliseconds{9});
}

TEST(SimulatedTime, ForgetsACancelledTask) {
  SimulatedTime time;
  bool ran = false;
  const TimerId timer = time.run_after(milliseconds{1}, [&] { ran = true; });
  time.cancel(timer);
  time.advance(milliseconds{2});
  EXPECT_FALSE(ran);
  EXPECT_TRUE(time.idle());
}

}  // namespace
}  // namespace edgecse::base
