// SPDX-License-Identifier: Apache-2.0
#include "base/thread_executor.hpp"

#include <gtest/gtest.h>

#include <future>

namespace edgecse::base {
namespace {

using std::chrono::milliseconds;

TEST(ThreadExecutor, RunsPostedTasksInOrderOnOneThread) {
  ThreadExecutor executor("test");
  std::vector<int> order;
  std::promise<std::thread::id> first;
  std::promise<std::thread::id> last;
  executor.post([&] { order.push_back(1); first.set_value(std::this_thread::get_id()); });
  executor.post([&] { order.push_back(2); last.set_value(std::this_thread::get_id()); });
  EXPECT_EQ(first.get_future().get(), last.get_future().get());
  executor.stop();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(ThreadExecutor, RunsTimersByDueTimeAndNotCancelledOnes) {
  ThreadExecutor executor("test");
  std::vector<int> order;
  std::promise<void> done;
  const TimerId cancelled = executor.run_after(milliseconds{5}, [&] { order.push_back(0); });
  executor.run_after(milliseconds{20}, [&] { order.push_back(2); done.set_value(); });
  executor.run_after(milliseconds{10}, [&] { order.push_back(1); });
  executor.cancel(cancelled);
  done.get_future().wait();
  executor.stop();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

// What the sanitizers watch: the timer goes while the thread waits for it.
TEST(ThreadExecutor, TheTimerThatIsWaitedForMayBeCancelled) {
  ThreadExecutor executor("test");
  for (int i = 0; i < 50; ++i) {
    const TimerId waited_for = executor.run_after(std::chrono::hours{1}, [] {});
    std::promise<void> idle;
    executor.post([&] { idle.set_value(); });
    idle.get_future().wait();
    std::this_thread::yield();
    executor.cancel(waited_for);
  }
  std::promise<void> done;
  executor.post([&] { done.set_value(); });
  done.get_future().wait();
}

}  // namespace
}  // namespace edgecse::base
