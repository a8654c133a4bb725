// SPDX-License-Identifier: Apache-2.0
#include "base/thread_executor.hpp"

#include <pthread.h>

namespace edgecse::base {

ThreadExecutor::ThreadExecutor(std::string name) : thread_([this] { run(); }) {
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

ThreadExecutor::~ThreadExecutor() { stop(); }

void ThreadExecutor::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ThreadExecutor::post(Task task) {
  {
    std::lock_guard lock(mutex_);
    ready_.push_back(std::move(task));
  }
  wake_.notify_one();
}

TimerId ThreadExecutor::run_after(Duration delay, Task task) {
  const auto due = std::chrono::steady_clock::now() + delay;
  TimerId id = 0;
  {
    std::lock_guard lock(mutex_);
    id = next_timer_++;
    by_id_.emplace(id, timers_.emplace(due, std::pair{id, std::move(task)}));
  }
  wake_.notify_one();
  return id;
}

void ThreadExecutor::cancel(TimerId timer) {
  std::lock_guard lock(mutex_);
  const auto found = by_id_.find(timer);
  if (found == by_id_.end()) return;
  timers_.erase(found->second);
  by_id_.erase(found);
}

void ThreadExecutor::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      auto first = timers_.begin();
      by_id_.erase(first->second.first);
      ready_.push_back(std::move(first->second.second));
      timers_.erase(first);
    }
    if (ready_.empty()) {
      if (timers_.empty()) {
        wake_.wait(lock);
      } else {
        const auto next = timers_.begin()->first;  // a copy: cancel() may free the timer while this waits
        wake_.wait_until(lock, next);
      }
      continue;
    }
    Task task = std::move(ready_.front());
    ready_.pop_front();
    lock.unlock();
    task();
    task = nullptr;
    lock.lock();
  }
}

}  // namespace edgecse::base
