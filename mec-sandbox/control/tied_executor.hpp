// SPDX-License-Identifier: Apache-2.0
//
// An Executor over another one whose tasks do nothing once it is closed: a MEC system that was replaced has timers
// left.
#pragma once

#include "base/executor.hpp"

namespace edgecse::sandbox {

/// Close it on the executor's own thread. It outlives whoever may still post.
class TiedExecutor final : public base::Executor {
 public:
  explicit TiedExecutor(base::Executor& inner) : inner_(inner) {}
  void post(base::Task task) override { inner_.post(tie(std::move(task))); }
  base::TimerId run_after(base::Duration delay, base::Task task) override {
    return inner_.run_after(delay, tie(std::move(task)));
  }
  void cancel(base::TimerId timer) override { inner_.cancel(timer); }
  void close() { *open_ = false; }

 private:
  base::Task tie(base::Task task) {
    return [open = open_, task = std::move(task)] {
      if (*open) task();
    };
  }
  base::Executor& inner_;
  std::shared_ptr<bool> open_ = std::make_shared<bool>(true);
};

}  // namespace edgecse::sandbox
