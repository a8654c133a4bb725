// SPDX-License-Identifier: Apache-2.0
//
// A CSE: what it does with request primitives. Give it a store, time, randomness and a way to send; ask it through
// RequestHandler. Nothing here knows HTTP or MEC.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/random.hpp"
#include "cse/commit_loop.hpp"
#include "cse/hooks.hpp"
#include "cse/options.hpp"
#include "onem2m/request_handler.hpp"
#include "store/resource_store.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::cse {

/// What a CSE needs from outside; all of it outlives the Cse.
struct CseEnvironment {
  store::ResourceStore& store;
  const base::Clock& clock;
  base::Random& random;
  base::Executor& executor;         // procedures that wait, timers, senders
  base::Executor& commit_executor;  // runs the commit loop; its own thread in a process, the same executor in a simulation
  onem2m::RequestSender& sender;
  telemetry::Registry& telemetry;
};

struct CseCore;

class Cse : public onem2m::RequestHandler {
 public:
  /// Reads the store, creates or updates the CSEBase. Fails with a sentence when the store does not fit the options
  /// (another CSE-ID) or cannot be read.
  [[nodiscard]] static onem2m::Result<std::unique_ptr<Cse>> open(const CseOptions& options,
                                                                 const CseEnvironment& environment);
  ~Cse() override = default;

  /// Timers, outbox senders, registration at the registrar. Call once, when requests can come in.
  virtual void start() = 0;
  /// No new work; what is committed stays. True when nothing waits any more.
  virtual bool drain() = 0;
  /// Whether the registrar knows this CSE (true when there is none).
  [[nodiscard]] virtual bool registrar_up() const = 0;

  void handle(onem2m::Request request, onem2m::ResponseCallback done) override = 0;

  [[nodiscard]] virtual CommitLoop& loop() = 0;
  [[nodiscard]] virtual const CseOptions& options() const = 0;
  /// For rooms above (mobility): before start().
  virtual void set_serving_gate(ServingGate& gate) = 0;
  virtual void set_subtree_handler(SubtreeHandler& handler) = 0;
  [[nodiscard]] virtual RequestForwarder& forwarder() = 0;
  /// For parts of this room and the rooms above it that must reach the procedures' common ground: cse/cse_core.hpp.
  [[nodiscard]] virtual CseCore& core() = 0;
};

}  // namespace edgecse::cse
