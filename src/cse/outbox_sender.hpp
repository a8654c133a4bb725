// SPDX-License-Identifier: Apache-2.0
//
// Sends what the outbox holds: in order per ordering key, one in flight per key, many keys side by side, each entry again
// and again with back-off until it has a final answer; then its row goes, together with others, in a later commit. A crash
// in between repeats entries with the same rqi.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "cse/commit_loop.hpp"
#include "cse/outbox.hpp"
#include "onem2m/request_handler.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::cse {

struct OutboxOptions {
  std::size_t maximum_in_flight = 256;            // over all keys
  std::size_t maximum_per_key = 100'000;          // entries that expire; beyond it the oldest are dropped and counted
  std::chrono::milliseconds first_back_off{250};  // doubles per attempt; jitter takes up to half of it away
  std::chrono::milliseconds maximum_back_off{30'000};
  std::chrono::milliseconds erase_delay{20};      // delivered rows are collected this long and erased by one job
};

/// Whether an answer ends an entry: not when nobody answered or the answerer is in trouble (4008, 5103, 5107, 5000).
[[nodiscard]] bool is_final_answer(onem2m::ResponseStatus status);

/// State belongs to the executor; every public function may be called on any thread unless said otherwise.
class OutboxSender final : public CommitObserver {
 public:
  /// Hands one entry to whoever knows the way; answered exactly once, on any thread.
  using Deliver = std::function<void(const OutboxEntry& entry, onem2m::ResponseCallback done)>;
  using MaySend = std::function<bool(const std::string& unit)>;
  using AnswerListener = std::function<void(const OutboxEntry& entry, const onem2m::Response& answer)>;

  struct Environment {
    CommitLoop& loop;
    const base::Clock& clock;
    base::Executor& executor;
    base::Random& random;
    telemetry::Registry& telemetry;
  };
  OutboxSender(const Environment& environment, Deliver deliver, const OutboxOptions& options = {});
  ~OutboxSender() override;
  OutboxSender(const OutboxSender&) = delete;
  OutboxSender& operator=(const OutboxSender&) = delete;

  /// Asked on the executor before each entry of a unit leaves; false for units that are frozen or moved. Before start().
  void set_may_send(MaySend may_send);
  /// Told, on the executor, of the final answer to each entry whose ordering key starts with the prefix. Before start().
  void on_answer(std::string key_prefix, AnswerListener listener);

  /// Reads what an earlier life left and begins to send. The sender must be an observer of the loop before this.
  void start();
  /// Something that may_send depends on has changed: entries that were held are judged again.
  void reconsider();
  /// A way out has opened: entries that wait out a back-off are tried at once.
  void hurry();
  /// The same for what goes to one AE or CSE, by its resourceID or name at the end of its address.
  void hurry(std::string target);
  /// Calls back on the executor when nothing of the unit is in flight and the rows of what was delivered are erased. The
  /// caller makes may_send false for the unit first.
  void settle(std::string unit, std::function<void()> done);
  /// No new entry leaves from now on; rows stay for the next life.
  void stop();
  /// Entries not yet answered or not yet erased. For drain and tests; may be a moment old.
  [[nodiscard]] std::size_t depth() const;
  /// After stop(): nothing is in flight and every answered entry's row is erased.
  [[nodiscard]] bool quiet() const;

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace edgecse::cse
