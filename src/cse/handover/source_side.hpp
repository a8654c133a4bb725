// SPDX-License-Identifier: Apache-2.0
//
// The source's part of HandoverPort, and its answers to the target's messages. docs/handover.md 3.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cse/handover/gate.hpp"
#include "cse/handover/messages.hpp"

namespace edgecse::cse::handover {

/// State belongs to the executor.
class SourceSide {
 public:
  using Done = HandoverPort::Done;
  using Progress = HandoverPort::Progress;

  SourceSide(Shared& shared, Gate& gate) : shared_(shared), gate_(gate) {}

  void open(const HandoverPort::Order& order, std::function<void(onem2m::Result<ContextId>)> done);
  void prepare(const ContextId& context, Done done);
  void transfer(const ContextId& context, std::function<void(onem2m::Result<Progress>)> done);
  void throttle(const ContextId& context);
  void freeze(const ContextId& context, std::function<void(onem2m::Result<Progress>)> done);
  void finish(const ContextId& context, Done done);
  void commit_moved(const ContextId& context, int rounds, Done done);
  void grant(const ContextId& context, Done done);
  void close(const ContextId& context, const std::string& reason, Done done);
  void drop(const ContextId& context, Done done);
  /// The AE was deleted: the context is closed already.
  void ended(const ContextId& context);

  // Messages of the target; any thread.
  void asked(const ContextId& context, onem2m::Request request, onem2m::ResponseCallback done);
  void released(const ContextId& context, onem2m::Request request, onem2m::ResponseCallback done);
  /// RETRIEVE batches/<number> of a context by which the unit is MOVED.
  void pulled(const ContextId& context, std::uint64_t number, onem2m::Request request, onem2m::ResponseCallback done);
  /// Another CSE wants the unit because its AE came there.
  void wanted(const Json& attributes, onem2m::Request request, onem2m::ResponseCallback done);

 private:
  struct Open {
    std::string target;
    std::unique_ptr<Exporter> exporter;
    std::optional<Batch> in_flight;  // sent again as it is until it is acknowledged
    bool throttled = false;
    std::uint64_t instances = 0, bytes = 0;
  };
  struct Pull {
    std::unique_ptr<Exporter> exporter;
    Batch last;
    bool complete = false;
  };
  Open* find(const ContextId& context);
  void send_batch(const ContextId& context, Open& open, bool final, Done done);
  /// What is kept of an attempt goes. True: the unit was throttled or kept from sending.
  bool forget(const ContextId& context);
  void quieten(const std::string& unit, base::Task next);
  void freeze_now(const ContextId& context, std::function<void(onem2m::Result<Progress>)> done);
  void let_through(const std::string& unit, std::uint64_t bytes);
  onem2m::Result<> make_moved(Transaction& transaction, const ContextId& context, Json report);
  [[nodiscard]] ExportFaults export_faults() const {
    return {shared_.faults.no_retry_move, shared_.faults.outbox_not_moved};
  }

  Shared& shared_;
  Gate& gate_;
  std::map<ContextId, Open> open_;
  std::map<ContextId, Pull> pulls_;
  std::map<ContextId, base::MonotonicTime> frozen_at_;  // of those that nobody owns as far as this CSE knows
};

}  // namespace edgecse::cse::handover
