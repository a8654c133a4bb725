// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the handover in this room share.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cse/cse_core.hpp"
#include "cse/handover/exporter.hpp"
#include "cse/handover/journal.hpp"
#include "cse/handover/parking.hpp"
#include "cse/handover/retry_table.hpp"
#include "cse/handover/serving_table.hpp"
#include "cse/handover_port.hpp"

namespace edgecse::cse::handover {

// The words of the messages between edges, which every part of the protocol reads and writes.
using onem2m::make_error_response;
using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

/// Wrong readings of the protocol, on only where a test shows that its checks can fail.
struct TestFaults {
  bool acknowledge_before_grant = false;  // the target takes the unit with FINAL
  bool no_retry_move = false;             // the retry table stays behind
  bool outbox_not_moved = false;          // undelivered notifications stay behind
  bool no_gap_check = false;              // a BATCH that does not follow is imported
  bool ask_no_decision = false;           // the source answers "not moved" and goes on
  bool import_into_old_copy = false;      // an older copy at the target is kept and merged
  bool unfreeze_after_moved = false;      // the source serves on although it is MOVED
  bool grant_without_final = false;       // GRANT is taken with what happens to be there
  bool no_settling = false;               // what is being sent at the freeze is sent by both sides
  bool no_throttle = false;               // a unit that is faster than the copy is frozen with what is left
};

struct Metrics {
  explicit Metrics(telemetry::Registry& registry)
      : extra_wait(registry.histogram("edgecse_handover_extra_wait_seconds", "Wait of requests that met a move")),
        bytes_in(
            registry.counter("edgecse_handover_bytes_total", "Bytes of units on their way", {{"direction", "in"}})) {}
  telemetry::Histogram& extra_wait;
  telemetry::Counter& bytes_in;
};

struct Shared final : private Journal::Listener {
  explicit Shared(CseCore& cse_core, TestFaults test_faults)
      : core(cse_core),
        faults(test_faults),
        guard_time(cse_core.options.mobility.guard_time),
        retries(guard_time),
        journal(*this),
        parking(cse_core.environment.clock, cse_core.environment.executor),
        metrics(cse_core.environment.telemetry) {}

  CseCore& core;
  const TestFaults faults;
  const base::Duration guard_time;
  ServingTable table;
  RetryTable retries;  // the commit loop's thread
  Journal journal;
  Parking parking;
  Metrics metrics;
  HandoverEvents* events = nullptr;
  std::function<void(Transaction&, const Resource&)> policy_changed;  // without a request; in a job
  std::function<void(const ContextId&)> source_ended;  // a context that the commit loop ended; on the executor
  std::function<void(const std::string&)> served;                    // the outbox sender's
  std::function<void(const std::string& unit, bool exists)> entity;  // an AE came or went; the commit loop's thread
  std::shared_ptr<char> alive = std::make_shared<char>();

  [[nodiscard]] const std::string& own_id() const { return core.options.id; }
  [[nodiscard]] base::WallTime wall_now() const { return core.environment.clock.wall_now(); }
  [[nodiscard]] bool is_peer(const std::string& cse_id) const {
    const auto& peers = core.options.mobility.peers;
    return std::find(peers.begin(), peers.end(), cse_id) != peers.end();
  }

  /// Whether units can come and go at all: else no request is ever repeated at another CSE.
  [[nodiscard]] bool may_move() const { return !core.options.mobility.peers.empty(); }

  /// Runs on the executor, unless this is gone by then.
  void post(base::Task task) {
    core.environment.executor.post([task = std::move(task), guard = std::weak_ptr(alive)] {
      if (!guard.expired()) task();
    });
  }
  void tell(std::function<void(HandoverEvents&)> what) {
    post([this, what = std::move(what)] {
      if (events != nullptr) what(*events);
    });
  }
  /// A job whose outcome is reported on the executor.
  void commit(std::function<onem2m::Result<>(Transaction&)> apply, HandoverPort::Done done) {
    core.loop->submit({std::move(apply), [this, done = std::move(done)](const onem2m::Result<>& result) {
                         if (done) post([done, result] { done(result); });
                       }});
  }
  /// An answer that comes on any thread is reported on the executor.
  void send(onem2m::Request request, std::function<void(const onem2m::Response&)> done) {
    core.forwarder->forward(std::move(request),
                            [this, guard = std::weak_ptr(alive), done = std::move(done)](onem2m::Response response) {
                              if (guard.expired()) return;
                              post([done, response = std::move(response)] { done(response); });
                            });
  }
  /// Whatever waits for the unit is handled again here, in order; the outbox may send for it.
  void serve_again(const std::string& unit) {
    if (served) served(unit);
    handle_parked(unit);
  }
  void handle_parked(const std::string& unit) { handle(parking.take(unit)); }
  void handle(std::vector<ParkedRequest> requests) {
    if (requests.empty()) return;
    auto waiting = std::make_shared<std::vector<ParkedRequest>>(std::move(requests));
    post([this, waiting] {
      for (ParkedRequest& parked : *waiting) core.pipeline->handle(std::move(parked.request), std::move(parked.done));
    });
  }

 private:
  void entity_changed(const std::string& unit, bool exists) override {
    if (entity) entity(unit, exists);
  }
};

[[nodiscard]] inline onem2m::Error to_error(const onem2m::Response& response) {
  std::string detail;
  if (response.content.is_object() && response.content.contains("m2m:dbg") && response.content["m2m:dbg"].is_string())
    detail = response.content["m2m:dbg"].get<std::string>();
  return {response.status, std::move(detail)};
}

}  // namespace edgecse::cse::handover
