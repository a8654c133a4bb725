// SPDX-License-Identifier: Apache-2.0
//
// One attempt to move a unit, as the source sees it: what to do next after what happened. docs/handover.md 3, steps 0
// to 9. Pure: no I/O, no thread; time is an argument. Before MOVED every fault ends in Close, after it in more GRANTs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cse/handover_port.hpp"

namespace edgecse::mobility {

struct MoveLimits {
  std::uint64_t last_delta = 16 * 1024;  // bytes: what may be left when the unit is frozen
  int rounds = 5;                        // of catching up, before the unit is throttled
  int throttled_rounds = 20;             // more, before it is frozen all the same; each leaves half of the one before
  base::Duration first_retry = std::chrono::milliseconds{100};
  base::Duration longest_retry = std::chrono::seconds{2};
  base::Duration prepare_within = std::chrono::seconds{20};  // steps 1 and 2 without any progress
  base::Duration frozen_within = std::chrono::seconds{1};    // steps 3 to 5
  base::Duration ask_after = std::chrono::seconds{2};        // the target asks when READY is followed by nothing
  base::Duration abandon_after = std::chrono::seconds{30};   // the target, when PREPARE or BATCH is followed by nothing
  base::Duration guard_time = std::chrono::seconds{60};      // before the source drops its copy
};

class SourceMove {
 public:
  enum class Phase { Preparing, Transferring, Freezing, Finishing, Committing, Granting, Settled, Closing, Ended };
  enum class Action { Prepare, Transfer, Throttle, Freeze, Finish, CommitMoved, Grant, Close, Drop, Report };
  struct Command {
    Action action;
    std::string reason;  // Close, Report: why the move ended; empty: it is complete
    friend bool operator==(const Command&, const Command&) = default;
  };
  using Commands = std::vector<Command>;

  /// The context is open, durably. first: PREPARE.
  SourceMove(MoveLimits limits, base::MonotonicTime now);
  /// After a restart, MOVED.
  static SourceMove resume(MoveLimits limits, bool grant_pending, bool released, base::MonotonicTime now);

  /// What a command led to. A failure with one of TargetNotReachable, RequestTimeout, InternalServerError may pass.
  Commands begin(base::MonotonicTime now);
  Commands done(Action action, const onem2m::Result<cse::HandoverPort::Progress>& result, base::MonotonicTime now);
  /// wake_at() has passed.
  Commands tick(base::MonotonicTime now);
  /// Another target, the AE is deleted, the operator: no effect from CommitMoved on.
  Commands cancel(const std::string& reason, base::MonotonicTime now);
  /// The context ended by the target's question: durable already.
  Commands closed(const std::string& reason);
  Commands released(base::MonotonicTime now);

  [[nodiscard]] std::optional<base::MonotonicTime> wake_at() const;
  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] bool before_commit() const { return phase_ < Phase::Committing; }
  [[nodiscard]] int rounds() const { return round_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t instances() const { return instances_; }
  /// Since when the unit is frozen, and until when it was without an owner that answers.
  [[nodiscard]] std::optional<base::MonotonicTime> frozen_at() const { return frozen_at_; }

 private:
  Commands retry(Action action, base::MonotonicTime now);
  Commands run(Action action);
  Commands close(const std::string& reason);
  Commands transferred(const cse::HandoverPort::Progress& progress, base::MonotonicTime now);
  Commands prepare_or_close(Action action, const onem2m::Error& error, base::MonotonicTime now);

  MoveLimits limits_;
  Phase phase_ = Phase::Preparing;
  base::MonotonicTime progress_at_;
  std::optional<base::MonotonicTime> frozen_at_, retry_at_;
  Action retry_ = Action::Prepare;
  base::Duration backoff_;
  bool running_ = false;  // a command is under way: nothing is repeated meanwhile
  bool cancelled_ = false;
  std::string reason_;
  int round_ = 0;
  bool throttled_ = false;
  std::uint64_t round_rest_ = 0;  // bytes of this round that are still to be sent
  std::uint64_t bytes_ = 0, instances_ = 0;
  bool released_ = false;
};

}  // namespace edgecse::mobility
