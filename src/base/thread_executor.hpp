// SPDX-License-Identifier: Apache-2.0
//
// An Executor that is one named thread. The destructor stops after the task that is running; what waits is dropped.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include "base/executor.hpp"

namespace edgecse::base {

class ThreadExecutor final : public Executor {
 public:
  /// The name is what top and gdb show; at most 15 characters count.
  explicit ThreadExecutor(std::string name);
  ~ThreadExecutor() override;
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  void post(Task task) override;
  TimerId run_after(Duration delay, Task task) override;
  void cancel(TimerId timer) override;
  /// Ends the thread; no task runs afterwards. Idempotent, not from the executor's own thread.
  void stop();

 private:
  using Due = std::multimap<std::chrono::steady_clock::time_point, std::pair<TimerId, Task>>;
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> ready_;                              // guarded by mutex_
  Due timers_;                                          // guarded by mutex_
  std::unordered_map<TimerId, Due::iterator> by_id_;    // guarded by mutex_
  TimerId next_timer_ = 1;                              // guarded by mutex_
  bool stopping_ = false;                               // guarded by mutex_
  std::thread thread_;
};

}  // namespace edgecse::base
