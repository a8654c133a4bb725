// SPDX-License-Identifier: Apache-2.0
#include "mobility/target_move.hpp"

#include <algorithm>

namespace edgecse::mobility {

TargetMove::TargetMove(MoveLimits limits, base::MonotonicTime now)
    : limits_(limits), next_at_(now + limits.abandon_after), backoff_(limits.first_retry) {}

TargetMove TargetMove::restarted(MoveLimits limits, base::MonotonicTime now) {
  TargetMove move(limits, now);
  move.phase_ = Phase::Ready;
  move.must_ask_ = true;
  move.next_at_ = now;
  return move;
}

TargetMove TargetMove::owner(MoveLimits limits, base::MonotonicTime now) {
  TargetMove move(limits, now);
  move.phase_ = Phase::Owner;
  move.next_ = Action::Release;
  move.next_at_ = now;
  return move;
}

TargetMove::Commands TargetMove::run(Action action) {
  running_ = true;
  next_at_.reset();
  return {action};
}

TargetMove::Commands TargetMove::retry(Action action, base::MonotonicTime now) {
  next_ = action;
  next_at_ = now + backoff_;
  backoff_ = std::min(backoff_ * 2, limits_.longest_retry);
  return {};
}

TargetMove::Commands TargetMove::progress(base::MonotonicTime now) {
  if (phase_ == Phase::Arriving && !running_) next_at_ = now + limits_.abandon_after;
  return {};
}

TargetMove::Commands TargetMove::ready(base::MonotonicTime now) {
  if (phase_ != Phase::Arriving && phase_ != Phase::Ready) return {};
  phase_ = Phase::Ready;
  must_ask_ = true;
  next_ = Action::Ask;
  if (!running_) next_at_ = now + limits_.ask_after;
  return {};
}

TargetMove::Commands TargetMove::pull_needed(base::MonotonicTime now) {
  if (phase_ != Phase::Arriving && phase_ != Phase::Ready) return {};
  phase_ = Phase::Pulling;
  backoff_ = limits_.first_retry;
  if (!running_) return run(Action::Pull);
  next_ = Action::Pull;  // a question is under way: its answer adds nothing
  next_at_ = now;
  return {};
}

TargetMove::Commands TargetMove::taken(base::MonotonicTime) {
  if (phase_ == Phase::Owner || phase_ == Phase::Ended) return {};
  phase_ = Phase::Owner;
  backoff_ = limits_.first_retry;
  return run(Action::Release);
}

TargetMove::Commands TargetMove::closed() {
  if (phase_ == Phase::Owner) return {};
  phase_ = Phase::Ended;
  next_at_.reset();
  return {};
}

TargetMove::Commands TargetMove::asked(const onem2m::Result<cse::HandoverPort::Answer>& answer,
                                       base::MonotonicTime now) {
  running_ = false;
  if (phase_ == Phase::Pulling) return run(Action::Pull);
  if (phase_ != Phase::Arriving && phase_ != Phase::Ready) return {};
  if (!answer) {
    if (must_ask_) return retry(Action::Ask, now);
    phase_ = Phase::Discarding;  // READY was never said: the source cannot be MOVED
    return run(Action::Abandon);
  }
  phase_ = *answer == cse::HandoverPort::Answer::Moved ? Phase::Taking : Phase::Discarding;
  backoff_ = limits_.first_retry;
  return run(phase_ == Phase::Taking ? Action::Take : Action::Discard);
}

TargetMove::Commands TargetMove::done(Action action, const onem2m::Result<>& result, base::MonotonicTime now) {
  running_ = false;
  switch (action) {
    case Action::Take:
      if (phase_ != Phase::Taking || result) return {};  // taken() tells
      phase_ = Phase::Pulling;
      return run(Action::Pull);
    case Action::Pull:
      if (phase_ != Phase::Pulling) return {};
      if (!result) return retry(Action::Pull, now);
      phase_ = Phase::Taking;
      return run(Action::Take);
    case Action::Discard:
      if (phase_ != Phase::Discarding) return {};
      if (!result) return retry(Action::Discard, now);
      phase_ = Phase::Ended;
      return {};
    case Action::Abandon:
      if (phase_ != Phase::Discarding) return {};
      phase_ = Phase::Ended;
      if (result) return {};
      phase_ = Phase::Ready;  // FINAL came meanwhile
      must_ask_ = true;
      return retry(Action::Ask, now);
    case Action::Release:
      if (!result) return retry(Action::Release, now);
      phase_ = Phase::Ended;
      return {};
    case Action::Ask:
      break;
  }
  return {};
}

TargetMove::Commands TargetMove::tick(base::MonotonicTime now) {
  if (phase_ == Phase::Ended || running_ || !next_at_ || now < *next_at_) return {};
  return run(next_);
}

std::optional<base::MonotonicTime> TargetMove::wake_at() const {
  return phase_ == Phase::Ended || running_ ? std::nullopt : next_at_;
}

}  // namespace edgecse::mobility
