// SPDX-License-Identifier: Apache-2.0
//
// What a move is made of, as room mobility asks for it: each call is one step of docs/handover.md 3 for one context,
// made durable or sent to the other CSE here, with its outcome reported to `done`. Deciding what comes next is
// mobility's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cse/handover/unit_row.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse {

using handover::ContextId;

/// Everything is called on the executor of the CSE and calls back on it, later, exactly once.
class HandoverPort {
 public:
  using Done = std::function<void(onem2m::Result<>)>;

  /// How far the copy is.
  struct Progress {
    std::uint64_t bytes = 0;      // of this batch
    std::uint64_t instances = 0;  // of this batch
    std::uint64_t rest = 0;       // bytes that the target lacks still; instances that a snapshot has not read yet count
  };
  enum class Answer { Moved, Closed };
  struct Order {
    std::string unit, target, trigger;  // target: CSE-ID
    std::chrono::seconds within{0};     // shown: what it is given without any progress
  };

  virtual ~HandoverPort() = default;

  // Source.
  /// Step 0, durable: a new attempt, and the journal of the unit's changes starts. Fails with 4004 when the unit is not
  /// owned here, 4105 when an attempt is open, 4103 when the target is no configured peer.
  virtual void open(const Order& order, std::function<void(onem2m::Result<ContextId>)> done) = 0;
  /// Step 1: PREPARE, success when admitted.
  virtual void prepare(const ContextId& context, Done done) = 0;
  /// Step 2: one BATCH, success when the target has it durably. A failed one is sent again as it was.
  virtual void transfer(const ContextId& context, std::function<void(onem2m::Result<Progress>)> done) = 0;
  /// The unit is faster than the copy: from now on its writes get half of what each BATCH gains, and wait for the rest.
  virtual void throttle(const ContextId& context) = 0;
  /// Step 3: from then on writes are parked, and nothing of the unit is on its way to a receiver (bounded: one that is
  /// slow is not waited for). Success with what is left.
  virtual void freeze(const ContextId& context, std::function<void(onem2m::Result<Progress>)> done) = 0;
  /// Step 4: FINAL, success when the target is READY.
  virtual void finish(const ContextId& context, Done done) = 0;
  /// Step 5, the commit point. Fails when the context was closed in the meantime. The parked requests leave after
  /// GRANT.
  virtual void commit_moved(const ContextId& context, int rounds, Done done) = 0;
  /// Step 6: GRANT once; success when acknowledged, which is durable then.
  virtual void grant(const ContextId& context, Done done) = 0;
  /// Ends the context before MOVED, durable; the unit is served again, what is parked is handled here. The target is
  /// told.
  virtual void close(const ContextId& context, const std::string& reason, Done done) = 0;
  /// Step 9: the copy goes, if the unit is still MOVED by this context and RELEASED came; the forward row stays.
  virtual void drop(const ContextId& context, Done done) = 0;

  // Target.
  /// Asks the source for its decision. An error: no answer.
  virtual void ask(const ContextId& context, std::function<void(onem2m::Result<Answer>)> done) = 0;
  /// Reads the whole unit from the source, which is MOVED; success when all of it is durable.
  virtual void pull(const ContextId& context, Done done) = 0;
  /// OWNER(n+1), durable, after GRANT or an answer Moved. Fails when FINAL or a pull is not complete.
  virtual void take(const ContextId& context, Done done) = 0;
  /// Forgets an arriving unit, durable: the source has closed the context.
  virtual void discard(const ContextId& context, Done done) = 0;
  /// The same without the source's word; fails with 4005 when READY was said meanwhile.
  virtual void abandon(const ContextId& context, Done done) = 0;
  /// Step 9: RELEASED once; success when acknowledged, which is durable then.
  virtual void release(const ContextId& context, Done done) = 0;
  /// Step 7: the IN-CSE's directory learns the unit's owner and epoch; success when acknowledged, which is durable
  /// then.
  virtual void update_directory(const std::string& unit, Done done) = 0;
};

/// What the other side or the commit loop makes happen. Called on the executor.
class HandoverEvents {
 public:
  virtual ~HandoverEvents() = default;
  /// Source: the context ended without this side's doing: the target asked, or the AE was deleted.
  virtual void source_closed(const ContextId& context, const std::string& reason) = 0;
  /// Source: RELEASED came.
  virtual void source_released(const ContextId& context) = 0;
  /// Source: another CSE wants the unit because its AE came there.
  virtual void move_wanted(const std::string& unit, const std::string& target, const std::string& trigger) = 0;
  /// Target: PREPARE was admitted or repeated.
  virtual void arriving(const ContextId& context, const std::string& source) = 0;
  /// Target: READY was said.
  virtual void ready(const ContextId& context) = 0;
  /// Target: the source is MOVED but FINAL is not here.
  virtual void pull_needed(const ContextId& context) = 0;
  /// Target: OWNER(n+1) is durable.
  virtual void taken(const ContextId& context) = 0;
  /// Target: the source closed the context; the arriving unit is forgotten.
  virtual void target_closed(const ContextId& context) = 0;
  /// The directory lags behind: registration, deletion, or a new owner.
  virtual void directory_behind(const std::string& unit) = 0;
};

}  // namespace edgecse::cse
