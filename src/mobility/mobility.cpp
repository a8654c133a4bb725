// SPDX-License-Identifier: Apache-2.0
#include "mobility/mobility.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace edgecse::mobility {
namespace {

using cse::ContextId;
using onem2m::Result;
using Progress = cse::HandoverPort::Progress;
namespace log = base::log;

constexpr std::size_t kDirectoryAtOnce = 4;
constexpr std::chrono::seconds kDirectoryRetry{1};
constexpr int kRetries = 5;  // new attempts after one that ended for a reason that may pass
constexpr std::chrono::milliseconds kFirstRetry{500};

const char* name_of(SourceMove::Phase phase) {
  switch (phase) {
    case SourceMove::Phase::Preparing:
      return "preparing";
    case SourceMove::Phase::Transferring:
      return "transferring";
    case SourceMove::Phase::Freezing:
      return "freezing";
    case SourceMove::Phase::Finishing:
      return "finishing";
    case SourceMove::Phase::Committing:
      return "committing";
    case SourceMove::Phase::Granting:
      return "granting";
    case SourceMove::Phase::Settled:
      return "settled";
    case SourceMove::Phase::Closing:
      return "closing";
    case SourceMove::Phase::Ended:
      return "ended";
  }
  return "";
}

const char* name_of(TargetMove::Phase phase) {
  switch (phase) {
    case TargetMove::Phase::Arriving:
      return "arriving";
    case TargetMove::Phase::Ready:
      return "ready";
    case TargetMove::Phase::Pulling:
      return "pulling";
    case TargetMove::Phase::Taking:
      return "taking";
    case TargetMove::Phase::Owner:
      return "owner";
    case TargetMove::Phase::Discarding:
      return "discarding";
    case TargetMove::Phase::Ended:
      return "ended";
  }
  return "";
}

double seconds(base::Duration span) { return std::chrono::duration<double>(span).count(); }

std::string known_trigger(const std::string& trigger) {
  for (const char* known : {"ams", "device", "operator", "evacuation"})
    if (trigger == known) return trigger;
  return "other";
}

}  // namespace

struct Mobility::Metrics {
  explicit Metrics(telemetry::Registry& telemetry_registry)
      : registry(telemetry_registry),
        blocked(registry.histogram("edgecse_handover_blocked_seconds",
                                 "Time in which a moved unit had no owner that the source knew of")),
        bytes_out(
            registry.counter("edgecse_handover_bytes_total", "Bytes of units on their way", {{"direction", "out"}})) {}
  void count(const std::string& trigger, const char* result) {
    registry
        .counter("edgecse_handovers_total", "Moves by trigger and result",
                 {{"trigger", known_trigger(trigger)}, {"result", result}})
        .add();
  }
  void phase(const char* name, base::Duration span) {
    registry
        .histogram("edgecse_handover_phase_duration_seconds", "Duration of a move's phases at the source",
                   {{"phase", name}})
        .observe(seconds(span));
  }
  telemetry::Registry& registry;
  telemetry::Histogram& blocked;
  telemetry::Counter& bytes_out;
};

Mobility::Mobility(const Environment& environment, MoveLimits limits)
    : environment_(environment), limits_(limits), metrics_(std::make_unique<Metrics>(environment.telemetry)) {
  environment_.handover.set_events(*this);
}

Mobility::~Mobility() = default;

void Mobility::post(base::Task task) {
  environment_.executor.post([task = std::move(task), guard = std::weak_ptr(alive_)] {
    if (!guard.expired()) task();
  });
}

void Mobility::start() {
  post([this] { take_up(); });
}

void Mobility::take_up() {
  for (const auto& [unit, row] : environment_.handover.units()) {
    if (row.role == cse::handover::Role::Moved && row.moved_by && (row.grant_pending || !row.dropped)) {
      Source source(SourceMove::resume(limits_, row.grant_pending, row.released, now()), row.owner, "other", 0, now());
      if (row.grant_pending) source.moved_at = now();
      sources_.emplace(*row.moved_by, std::move(source));
      after_source(*row.moved_by);
    }
    if (row.target) {
      targets_.emplace(row.target->context, Target{TargetMove::restarted(limits_, now()), row.target->source});
      after_target(row.target->context);
    }
    for (const auto& release : row.release_pending) {
      targets_.emplace(release.context, Target{TargetMove::owner(limits_, now()), release.source});
      after_target(release.context);
    }
    if (row.directory_pending) directory_waiting_.insert(unit);
  }
  for (const std::string& unit : environment_.handover.directory_behind()) directory_waiting_.insert(unit);
  pump_directory();
  sweep_later();
}

void Mobility::sweep_later() {
  environment_.executor.run_after(std::max<base::Duration>(limits_.guard_time / 10, std::chrono::milliseconds{100}),
                                  [this, guard = std::weak_ptr(alive_)] {
                                    if (guard.expired()) return;
                                    environment_.handover.sweep();
                                    sweep_later();
                                  });
}

// --- triggers
// ---------------------------------------------------------------------------------------------------------

void Mobility::trigger_move(const std::string& unit, const std::string& target, const std::string& trigger) {
  post([this, unit, target, trigger] { open(unit, target, trigger, kRetries); });
}

void Mobility::cancel_move(const std::string& unit, const std::string& reason) {
  post([this, unit, reason] {
    next_.erase(unit);
    for (auto& [context, source] : sources_)
      if (context.unit == unit && source.move.before_commit()) {
        source.retries = 0;
        return run(context, source.move.cancel(reason, now()));
      }
  });
}

void Mobility::list_moves(std::function<void(std::vector<MoveInProgress>)> done) {
  post([this, done = std::move(done)] {
    std::vector<MoveInProgress> list;
    for (const auto& [context, source] : sources_)
      list.push_back({context.text(), context.unit, source.target, true, name_of(source.move.phase())});
    for (const auto& [context, target] : targets_)
      list.push_back({context.text(), context.unit, target.source, false, name_of(target.move.phase())});
    done(std::move(list));
  });
}

void Mobility::open(const std::string& unit, const std::string& wanted, const std::string& trigger, int retries) {
  const auto& options = environment_.handover.cse().options();
  std::string target = wanted;
  if (target.empty())
    for (const std::string& peer : options.mobility.peers)
      if (target.empty() && peer != options.id) target = peer;
  if (target.empty() || target == options.id || !options.mobility.enabled || !options.mobility.extensions) return;
  for (auto& [context, source] : sources_) {
    if (context.unit != unit || !source.move.before_commit()) continue;
    if (source.target == target) return;
    next_[unit] = {target, trigger};
    source.retries = 0;
    return run(context, source.move.cancel("another target was chosen", now()));
  }
  if (!opening_.insert(unit).second) return;
  environment_.handover.open(
      {unit, target, trigger, std::chrono::duration_cast<std::chrono::seconds>(limits_.prepare_within)}, [this, unit, target, trigger, retries](const Result<ContextId>& context) {
        opening_.erase(unit);
        if (!context) {
          log::info("mobility", "a move was not started",
                    {{"unit", unit}, {"target", target}, {"reason", context.error().detail}});
          return;
        }
        auto& kept =
            sources_.insert_or_assign(*context, Source(SourceMove(limits_, now()), target, trigger, retries, now()))
                .first->second;
        run(*context, kept.move.begin(now()));
      });
}

void Mobility::move_wanted(const std::string& unit, const std::string& target, const std::string& trigger) {
  open(unit, target, trigger, 0);
}

// --- source
// -----------------------------------------------------------------------------------------------------------

void Mobility::run(const ContextId& context, const SourceMove::Commands& commands) {
  for (const auto& command : commands) run(context, command);
  after_source(context);
}

void Mobility::run(const ContextId& context, const SourceMove::Command& command) {
  auto& port = environment_.handover;
  const auto action = command.action;
  const auto plain = [this, context, action](const Result<>& result) {
    source_done(context, action, result ? Result<Progress>(Progress{}) : tl::unexpected(result.error()));
  };
  const auto counted = [this, context, action](const Result<Progress>& result) {
    source_done(context, action, result);
  };
  switch (action) {
    case SourceMove::Action::Prepare:
      return port.prepare(context, plain);
    case SourceMove::Action::Transfer:
      return port.transfer(context, counted);
    case SourceMove::Action::Throttle:
      return port.throttle(context);
    case SourceMove::Action::Freeze:
      return port.freeze(context, counted);
    case SourceMove::Action::Finish:
      return port.finish(context, plain);
    case SourceMove::Action::CommitMoved:
      return port.commit_moved(context, rounds_of(context), plain);
    case SourceMove::Action::Grant:
      return port.grant(context, plain);
    case SourceMove::Action::Close:
      return port.close(context, command.reason, plain);
    case SourceMove::Action::Drop:
      return port.drop(context, plain);
    case SourceMove::Action::Report:
      break;
  }
  if (const auto found = sources_.find(context); found != sources_.end())
    report(context, found->second, command.reason);
}

int Mobility::rounds_of(const ContextId& context) const {
  const auto found = sources_.find(context);
  return found == sources_.end() ? 0 : found->second.move.rounds();
}

void Mobility::source_done(const ContextId& context, SourceMove::Action action, const Result<Progress>& result) {
  const auto found = sources_.find(context);
  if (found == sources_.end()) return;
  if (!result)
    log::debug("mobility", "a step failed",
               {{"context", context.text()},
                {"phase", name_of(found->second.move.phase())},
                {"detail", result.error().detail}});
  if (result && action == SourceMove::Action::Transfer) metrics_->bytes_out.add(static_cast<double>(result->bytes));
  const bool moved = result && action == SourceMove::Action::CommitMoved;
  if (moved) found->second.moved_at = now();
  run(context, found->second.move.done(action, result, now()));
  // Whoever is told may trigger moves: the machine has made its step before.
  if (moved && listener_ != nullptr) listener_->moved_out(context.unit, found->second.target);
}

void Mobility::report(const ContextId& context, Source& source, const std::string& reason) {
  if (source.moved_at) {
    metrics_->blocked.observe(seconds(now() - *source.moved_at));
    source.moved_at.reset();
  }
  metrics_->count(source.trigger, reason.empty() ? "completed" : "aborted");
  log::info("mobility", reason.empty() ? "a unit moved" : "a move ended before it was made",
            {{"context", context.text()},
             {"target", source.target},
             {"trigger", source.trigger},
             {"reason", reason},
             {"bytes", std::to_string(source.move.bytes())},
             {"rounds", std::to_string(source.move.rounds())}});
  if (!reason.empty()) again_later(context.unit, source, reason);
}

void Mobility::again_later(const std::string& unit, const Source& source, const std::string& reason) {
  if (const auto next = next_.find(unit); next != next_.end()) {
    const auto [target, trigger] = next->second;
    next_.erase(next);
    post([this, unit, target, trigger] { open(unit, target, trigger, kRetries); });
    return;
  }
  const bool may_pass = reason == "TIMEOUT" || reason == "UNREACHABLE" || reason == "the target asked";
  if (!may_pass || source.retries <= 0) return;
  const auto delay = kFirstRetry * (1 << (kRetries - source.retries));
  environment_.executor.run_after(delay, [this, guard = std::weak_ptr(alive_), unit, target = source.target,
                                          trigger = source.trigger, retries = source.retries - 1] {
    if (!guard.expired()) open(unit, target, trigger, retries);
  });
}

void Mobility::note_phase(Source& source) {
  const auto phase = source.move.phase();
  if (phase == source.phase) return;
  metrics_->phase(name_of(source.phase), now() - source.phase_since);
  source.phase = phase;
  source.phase_since = now();
}

void Mobility::after_source(const ContextId& context) {
  const auto found = sources_.find(context);
  if (found == sources_.end()) return;
  Source& source = found->second;
  note_phase(source);
  if (source.timer != 0) environment_.executor.cancel(std::exchange(source.timer, 0));
  if (source.move.phase() == SourceMove::Phase::Ended) {
    sources_.erase(found);
    return;
  }
  const auto wake = source.move.wake_at();
  if (!wake) return;
  source.timer = environment_.executor.run_after(std::max(*wake - now(), base::Duration::zero()),
                                                 [this, guard = std::weak_ptr(alive_), context] {
                                                   if (guard.expired()) return;
                                                   const auto current = sources_.find(context);
                                                   if (current == sources_.end()) return;
                                                   current->second.timer = 0;
                                                   run(context, current->second.move.tick(now()));
                                                 });
}

void Mobility::source_closed(const ContextId& context, const std::string& reason) {
  if (const auto found = sources_.find(context); found != sources_.end())
    run(context, found->second.move.closed(reason));
}

void Mobility::source_released(const ContextId& context) {
  if (const auto found = sources_.find(context); found != sources_.end())
    run(context, found->second.move.released(now()));
}

// --- target
// -----------------------------------------------------------------------------------------------------------

void Mobility::run(const ContextId& context, const TargetMove::Commands& commands) {
  auto& port = environment_.handover;
  for (const TargetMove::Action action : commands) {
    const auto plain = [this, context, action](const Result<>& result) { target_done(context, action, result); };
    switch (action) {
      case TargetMove::Action::Ask:
        port.ask(context, [this, context](const Result<cse::HandoverPort::Answer>& answer) {
          if (const auto found = targets_.find(context); found != targets_.end())
            run(context, found->second.move.asked(answer, now()));
        });
        break;
      case TargetMove::Action::Pull:
        port.pull(context, plain);
        break;
      case TargetMove::Action::Take:
        port.take(context, plain);
        break;
      case TargetMove::Action::Discard:
        port.discard(context, plain);
        break;
      case TargetMove::Action::Abandon:
        port.abandon(context, plain);
        break;
      case TargetMove::Action::Release:
        port.release(context, plain);
        break;
    }
  }
  after_target(context);
}

void Mobility::target_done(const ContextId& context, TargetMove::Action action, const Result<>& result) {
  if (const auto found = targets_.find(context); found != targets_.end())
    run(context, found->second.move.done(action, result, now()));
}

void Mobility::after_target(const ContextId& context) {
  const auto found = targets_.find(context);
  if (found == targets_.end()) return;
  Target& target = found->second;
  if (target.timer != 0) environment_.executor.cancel(std::exchange(target.timer, 0));
  if (target.move.phase() == TargetMove::Phase::Ended) {
    targets_.erase(found);
    return;
  }
  const auto wake = target.move.wake_at();
  if (!wake) return;
  target.timer = environment_.executor.run_after(std::max(*wake - now(), base::Duration::zero()),
                                                 [this, guard = std::weak_ptr(alive_), context] {
                                                   if (guard.expired()) return;
                                                   const auto current = targets_.find(context);
                                                   if (current == targets_.end()) return;
                                                   current->second.timer = 0;
                                                   run(context, current->second.move.tick(now()));
                                                 });
}

void Mobility::arriving(const ContextId& context, const std::string& source) {
  auto found = targets_.find(context);
  if (found == targets_.end()) {
    const auto units = environment_.handover.units();  // a message that came late starts nothing
    const auto row = units.find(context.unit);
    if (row == units.end() || !row->second.target || row->second.target->context != context) return;
    found = targets_.emplace(context, Target{TargetMove(limits_, now()), source}).first;
    std::erase_if(targets_, [&](const auto& other) {  // a newer context replaces an older one
      return other.first.unit == context.unit && context.newer_than(other.first) &&
             other.second.move.phase() != TargetMove::Phase::Owner;
    });
  }
  run(context, found->second.move.progress(now()));
}

void Mobility::ready(const ContextId& context) {
  if (const auto found = targets_.find(context); found != targets_.end()) run(context, found->second.move.ready(now()));
}

void Mobility::pull_needed(const ContextId& context) {
  if (const auto found = targets_.find(context); found != targets_.end())
    run(context, found->second.move.pull_needed(now()));
}

void Mobility::taken(const ContextId& context) {
  const auto units = environment_.handover.units();
  const auto row = units.find(context.unit);
  std::string source;
  if (row != units.end())
    for (const auto& release : row->second.release_pending)
      if (release.context == context) source = release.source;
  auto found = targets_.find(context);
  if (found == targets_.end()) {
    if (source.empty()) return;  // a repeated GRANT
    found = targets_.emplace(context, Target{TargetMove(limits_, now()), source}).first;
  }
  const bool first = found->second.move.phase() != TargetMove::Phase::Owner;
  run(context, found->second.move.taken(now()));
  directory_behind(context.unit);
  if (first && listener_ != nullptr) listener_->moved_in(context.unit, source);
}

void Mobility::target_closed(const ContextId& context) {
  if (const auto found = targets_.find(context); found != targets_.end()) run(context, found->second.move.closed());
}

// --- directory
// --------------------------------------------------------------------------------------------------------

void Mobility::directory_behind(const std::string& unit) {
  directory_waiting_.insert(unit);
  pump_directory();
}

void Mobility::pump_directory() {
  while (directory_running_.size() < kDirectoryAtOnce && !directory_waiting_.empty()) {
    const auto next = std::find_if(directory_waiting_.begin(), directory_waiting_.end(),
                                   [this](const std::string& unit) { return !directory_running_.contains(unit); });
    if (next == directory_waiting_.end()) return;
    const std::string unit = *next;
    directory_waiting_.erase(next);
    directory_running_.insert(unit);
    environment_.handover.update_directory(unit, [this, unit](const Result<>& result) {
      directory_running_.erase(unit);
      if (result) return pump_directory();
      environment_.executor.run_after(kDirectoryRetry, [this, guard = std::weak_ptr(alive_), unit] {
        if (!guard.expired()) directory_behind(unit);
      });
      pump_directory();
    });
  }
}

}  // namespace edgecse::mobility
