// SPDX-License-Identifier: Apache-2.0
#include "mobility/source_move.hpp"

#include <algorithm>
#include <utility>

namespace edgecse::mobility {
namespace {

using onem2m::ResponseStatus;
using Progress = cse::HandoverPort::Progress;

bool may_pass(ResponseStatus status) {
  return status == ResponseStatus::TargetNotReachable || status == ResponseStatus::RequestTimeout ||
         status == ResponseStatus::InternalServerError || status == ResponseStatus::RemoteEntityNotReachable;
}

}  // namespace

SourceMove::SourceMove(MoveLimits limits, base::MonotonicTime now)
    : limits_(limits), progress_at_(now), backoff_(limits.first_retry) {}

SourceMove SourceMove::resume(MoveLimits limits, bool grant_pending, bool released, base::MonotonicTime now) {
  SourceMove move(limits, now);
  move.phase_ = grant_pending ? Phase::Granting : Phase::Settled;
  if (grant_pending) {
    move.retry_ = Action::Grant;
    move.retry_at_ = now;
  }
  if (released) move.released(now);
  return move;
}

SourceMove::Commands SourceMove::run(Action action) {
  running_ = true;
  retry_at_.reset();
  return {{action, {}}};
}

SourceMove::Commands SourceMove::begin(base::MonotonicTime now) {
  progress_at_ = now;
  return run(Action::Prepare);
}

SourceMove::Commands SourceMove::retry(Action action, base::MonotonicTime now) {
  retry_ = action;
  retry_at_ = now + backoff_;
  backoff_ = std::min(backoff_ * 2, limits_.longest_retry);
  return {};
}

SourceMove::Commands SourceMove::close(const std::string& reason) {
  phase_ = Phase::Closing;
  reason_ = reason;
  frozen_at_.reset();
  running_ = true;
  retry_at_.reset();
  return {{Action::Close, reason}};
}

SourceMove::Commands SourceMove::prepare_or_close(Action action, const onem2m::Error& error, base::MonotonicTime now) {
  if (!may_pass(error.status)) return close(error.detail.empty() ? "refused by the target" : error.detail);
  if (!frozen_at_ && now - progress_at_ >= limits_.prepare_within) return close("UNREACHABLE");
  return retry(action, now);
}

SourceMove::Commands SourceMove::transferred(const Progress& progress, base::MonotonicTime now) {
  progress_at_ = now;
  backoff_ = limits_.first_retry;
  bytes_ += progress.bytes;
  instances_ += progress.instances;
  if (frozen_at_) {  // nothing is added any more: what does not fit FINAL goes ahead of it
    phase_ = progress.rest > limits_.last_delta ? Phase::Transferring : Phase::Finishing;
    return run(progress.rest > limits_.last_delta ? Action::Transfer : Action::Finish);
  }
  if (progress.bytes >= round_rest_) {
    ++round_;
    round_rest_ = progress.rest;
  } else {
    round_rest_ -= progress.bytes;
  }
  if (progress.rest > limits_.last_delta && round_ <= limits_.rounds + limits_.throttled_rounds) {
    Commands commands;
    if (round_ > limits_.rounds && !std::exchange(throttled_, true)) commands.push_back({Action::Throttle, {}});
    commands.push_back(run(Action::Transfer).front());
    return commands;
  }
  phase_ = Phase::Freezing;
  return run(Action::Freeze);
}

SourceMove::Commands SourceMove::done(Action action, const onem2m::Result<Progress>& result, base::MonotonicTime now) {
  running_ = false;
  if (phase_ == Phase::Ended) return {};
  if (phase_ == Phase::Closing) {
    if (action != Action::Close) return {};
    phase_ = Phase::Ended;  // without a durable Close the restart closes it; nobody can complete it either way
    return {{Action::Report, reason_}};
  }
  if (cancelled_ && phase_ < Phase::Committing) return close(reason_);
  switch (action) {
    case Action::Prepare:
      if (!result) return prepare_or_close(action, result.error(), now);
      phase_ = Phase::Transferring;
      progress_at_ = now;
      backoff_ = limits_.first_retry;
      return run(Action::Transfer);
    case Action::Transfer:
      return result ? transferred(*result, now) : prepare_or_close(action, result.error(), now);
    case Action::Freeze:
      if (!result) return close(result.error().detail);
      frozen_at_ = now;
      backoff_ = limits_.first_retry;
      phase_ = result->rest > limits_.last_delta ? Phase::Transferring : Phase::Finishing;
      return run(phase_ == Phase::Transferring ? Action::Transfer : Action::Finish);
    case Action::Finish:
      if (!result) return prepare_or_close(action, result.error(), now);
      phase_ = Phase::Committing;
      return run(Action::CommitMoved);
    case Action::CommitMoved:
      if (!result) return close(result.error().detail);
      phase_ = Phase::Granting;
      backoff_ = limits_.first_retry;
      return run(Action::Grant);
    case Action::Grant:
      if (phase_ != Phase::Granting) return {};  // RELEASED came first
      if (!result) return retry(action, now);
      phase_ = Phase::Settled;
      progress_at_ = now;
      return {{Action::Report, {}}};
    case Action::Drop:
      if (!result && may_pass(result.error().status)) return retry(action, now);
      phase_ = Phase::Ended;
      return {};
    case Action::Throttle:
    case Action::Close:
    case Action::Report:
      break;
  }
  return {};
}

SourceMove::Commands SourceMove::tick(base::MonotonicTime now) {
  if (phase_ == Phase::Ended || phase_ == Phase::Closing) return {};
  if (frozen_at_ && before_commit() && now - *frozen_at_ >= limits_.frozen_within) return close("TIMEOUT");
  if (retry_at_ && now >= *retry_at_ && !running_) return run(retry_);
  return {};
}

SourceMove::Commands SourceMove::cancel(const std::string& reason, base::MonotonicTime) {
  if (!before_commit() || cancelled_) return {};
  cancelled_ = true;
  reason_ = reason;
  if (running_) return {};  // closes when the command under way is done
  return close(reason);
}

SourceMove::Commands SourceMove::closed(const std::string& reason) {
  if (phase_ >= Phase::Granting) return {};
  phase_ = Phase::Ended;
  frozen_at_.reset();
  return {{Action::Report, reason}};
}

SourceMove::Commands SourceMove::released(base::MonotonicTime now) {
  if (phase_ != Phase::Granting && phase_ != Phase::Settled) return {};
  const bool first = phase_ == Phase::Granting;  // RELEASED says that GRANT came, too
  phase_ = Phase::Settled;
  if (!released_) {
    released_ = true;
    retry_ = Action::Drop;
    retry_at_ = now + limits_.guard_time;
  }
  return first ? Commands{{Action::Report, {}}} : Commands{};
}

std::optional<base::MonotonicTime> SourceMove::wake_at() const {
  if (phase_ == Phase::Ended || phase_ == Phase::Closing) return std::nullopt;
  std::optional<base::MonotonicTime> at = running_ ? std::nullopt : retry_at_;
  if (frozen_at_ && before_commit()) {
    const auto deadline = *frozen_at_ + limits_.frozen_within;
    at = at ? std::min(*at, deadline) : deadline;
  }
  return at;
}

}  // namespace edgecse::mobility
