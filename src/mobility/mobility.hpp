// SPDX-License-Identifier: Apache-2.0
//
// Makes moves: takes triggers from the network, the device and the operator, runs the state machines of both sides, and
// tells who wants to know. docs/handover.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "cse/handover/handover.hpp"
#include "mobility/source_move.hpp"
#include "mobility/target_move.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::mobility {

/// Told on the CSE's executor.
struct MoveListener {
  virtual ~MoveListener() = default;
  /// Durable: the unit is owned by the target now.
  virtual void moved_out(const std::string& unit, const std::string& target) = 0;
  /// Durable: the unit came here.
  virtual void moved_in(const std::string& unit, const std::string& source) = 0;
};

struct MoveInProgress {
  std::string context, unit, other;  // other: CSE-ID of the other side
  bool source = true;
  std::string phase;
};

/// State belongs to the CSE's executor. Must be destroyed before the Handover, when nothing runs any more.
class Mobility final : public cse::HandoverEvents {
 public:
  struct Environment {
    cse::Handover& handover;
    const base::Clock& clock;
    base::Executor& executor;  // the CSE's
    telemetry::Registry& telemetry;
  };
  explicit Mobility(const Environment& environment, MoveLimits limits = {});
  ~Mobility() override;

  /// Takes up what an earlier life left. After the CSE has started.
  void start();
  void set_listener(MoveListener& listener) { listener_ = &listener; }

  /// Any thread. trigger: `ams`, `device`, `operator`, `evacuation`. The same trigger may come again; a unit that is
  /// not owned here is left alone. Another target before the unit is frozen replaces the first. Empty target: the first
  /// peer.
  void trigger_move(const std::string& unit, const std::string& target, const std::string& trigger);
  /// Any thread: the device stays; ends a move that is not complete.
  void cancel_move(const std::string& unit, const std::string& reason);
  /// Any thread; calls back on the executor.
  void list_moves(std::function<void(std::vector<MoveInProgress>)> done);

 private:
  struct Source {
    Source(SourceMove machine, std::string to, std::string why, int retries_left, base::MonotonicTime since)
        : move(std::move(machine)),
          target(std::move(to)),
          trigger(std::move(why)),
          retries(retries_left),
          phase(move.phase()),
          phase_since(since) {}
    SourceMove move;
    std::string target, trigger;
    int retries;
    base::TimerId timer = 0;
    SourceMove::Phase phase;
    base::MonotonicTime phase_since;
    std::optional<base::MonotonicTime> moved_at;
  };
  struct Target {
    TargetMove move;
    std::string source;
    base::TimerId timer = 0;
  };

  // HandoverEvents
  void source_closed(const cse::ContextId& context, const std::string& reason) override;
  void source_released(const cse::ContextId& context) override;
  void move_wanted(const std::string& unit, const std::string& target, const std::string& trigger) override;
  void arriving(const cse::ContextId& context, const std::string& source) override;
  void ready(const cse::ContextId& context) override;
  void pull_needed(const cse::ContextId& context) override;
  void taken(const cse::ContextId& context) override;
  void target_closed(const cse::ContextId& context) override;
  void directory_behind(const std::string& unit) override;

  void open(const std::string& unit, const std::string& target, const std::string& trigger, int retries);
  void run(const cse::ContextId& context, const SourceMove::Commands& commands);
  void run(const cse::ContextId& context, const SourceMove::Command& command);
  void source_done(const cse::ContextId& context, SourceMove::Action action,
                   const onem2m::Result<cse::HandoverPort::Progress>& result);
  [[nodiscard]] int rounds_of(const cse::ContextId& context) const;
  void report(const cse::ContextId& context, Source& source, const std::string& reason);
  void again_later(const std::string& unit, const Source& source, const std::string& reason);
  void after_source(const cse::ContextId& context);
  void note_phase(Source& source);
  void run(const cse::ContextId& context, const TargetMove::Commands& commands);
  void target_done(const cse::ContextId& context, TargetMove::Action action, const onem2m::Result<>& result);
  void after_target(const cse::ContextId& context);
  void pump_directory();
  void sweep_later();
  void take_up();
  void post(base::Task task);
  [[nodiscard]] base::MonotonicTime now() const { return environment_.clock.monotonic_now(); }

  const Environment environment_;
  const MoveLimits limits_;
  MoveListener* listener_ = nullptr;
  std::map<cse::ContextId, Source> sources_;
  std::map<cse::ContextId, Target> targets_;
  std::map<std::string, std::pair<std::string, std::string>>
      next_;  // unit -> target, trigger: when the open one has ended
  std::set<std::string> opening_;
  std::set<std::string> directory_waiting_, directory_running_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
  struct Metrics;
  std::unique_ptr<Metrics> metrics_;
};

}  // namespace edgecse::mobility
