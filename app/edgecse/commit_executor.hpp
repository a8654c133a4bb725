// SPDX-License-Identifier: Apache-2.0
//
// The thread of the commit loop. It answers all requests of a commit at once, so the HTTP server's threads send the answers
// while it makes the next commit.
#pragma once

#include <utility>

#include "base/thread_executor.hpp"
#include "net/answers_by_reactors.hpp"

namespace edgecse::app {

class CommitExecutor final : public base::Executor {
 public:
  void post(base::Task task) override {
    thread_.post([task = std::move(task)] {
      const net::AnswersByReactors answers;
      task();
    });
  }
  base::TimerId run_after(base::Duration delay, base::Task task) override { return thread_.run_after(delay, std::move(task)); }
  void cancel(base::TimerId timer) override { thread_.cancel(timer); }
  void stop() { thread_.stop(); }

 private:
  base::ThreadExecutor thread_{"commit"};
};

}  // namespace edgecse::app
