// SPDX-License-Identifier: Apache-2.0
//
// An arriving unit as the target sees it: when to ask the source, to pull, to take, to forget. docs/handover.md 3.
// Pure. Once READY was said, or after a restart, only the source's answer ends it; a source that is silent is asked for
// ever.
#pragma once

#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "mobility/source_move.hpp"

namespace edgecse::mobility {

class TargetMove {
 public:
  enum class Phase { Arriving, Ready, Pulling, Taking, Owner, Discarding, Ended };
  enum class Action { Ask, Pull, Take, Discard, Abandon, Release };
  using Commands = std::vector<Action>;

  /// PREPARE was admitted.
  TargetMove(MoveLimits limits, base::MonotonicTime now);
  /// After a restart: it cannot know whether READY was said.
  static TargetMove restarted(MoveLimits limits, base::MonotonicTime now);
  /// After a restart: owner, RELEASED is not acknowledged yet.
  static TargetMove owner(MoveLimits limits, base::MonotonicTime now);

  Commands progress(base::MonotonicTime now);
  Commands ready(base::MonotonicTime now);
  Commands pull_needed(base::MonotonicTime now);
  Commands taken(base::MonotonicTime now);
  Commands closed();
  Commands asked(const onem2m::Result<cse::HandoverPort::Answer>& answer, base::MonotonicTime now);
  Commands done(Action action, const onem2m::Result<>& result, base::MonotonicTime now);
  Commands tick(base::MonotonicTime now);

  [[nodiscard]] std::optional<base::MonotonicTime> wake_at() const;
  [[nodiscard]] Phase phase() const { return phase_; }

 private:
  Commands run(Action action);
  Commands retry(Action action, base::MonotonicTime now);

  MoveLimits limits_;
  Phase phase_ = Phase::Arriving;
  bool must_ask_ = false;
  bool running_ = false;
  Action next_ = Action::Ask;
  std::optional<base::MonotonicTime> next_at_;
  base::Duration backoff_;
};

}  // namespace edgecse::mobility
