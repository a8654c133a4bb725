// SPDX-License-Identifier: Apache-2.0
//
// The way of a request through a Hosting CSE, in the order of TS-0004 7.2.2.2: valid, hosted here, served here, then the
// procedure. Reads are answered on the calling thread from a snapshot; a write is one job of the commit loop.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"
#include "cse/request_metrics.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {

class CommunicationManagement;
class TimeSync;

/// Thread-safe. Outlived by nothing that calls back: posted work holds a weak reference.
class Pipeline final : public onem2m::RequestHandler {
 public:
  explicit Pipeline(CseCore& core);

  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;
  /// Before the first request.
  void compare_clocks_by(TimeSync& clocks) { clocks_ = &clocks; }
  void forward_by(CommunicationManagement& management) { management_ = &management; }

 private:
  struct Write;
  using WritePtr = std::shared_ptr<Write>;

  [[nodiscard]] onem2m::ResponseCallback completing(const onem2m::Request& request, onem2m::ResponseCallback done);
  void route(onem2m::Request request, const SnapshotPtr& snapshot, onem2m::ResponseCallback done);
  /// Not before its operation execution time.
  void wait_and_route(onem2m::Request request, onem2m::ResponseCallback done);
  void host(onem2m::Request request, const onem2m::Address& address, const SnapshotPtr& snapshot,
            onem2m::ResponseCallback done);
  void serve(onem2m::Request request, const onem2m::Address& address, const SnapshotPtr& snapshot, const Target& target,
             onem2m::ResponseCallback done);
  void transit(onem2m::Request request, const onem2m::Address& address, onem2m::ResponseCallback done);
  void read(onem2m::Request request, const onem2m::Address& address, const SnapshotPtr& snapshot, const Target& target,
            onem2m::ResponseCallback done);
  void discover_by_semantics(onem2m::Request request, const onem2m::Address& address, const SnapshotPtr& snapshot,
                             const Target& target, onem2m::ResponseCallback done);
  void read_when_allowed(onem2m::Request request, const onem2m::Address& address, const ResourcePtr& target,
                         onem2m::ResponseCallback done);
  void notify(onem2m::Request request, const SnapshotPtr& snapshot, const Target& target, onem2m::ResponseCallback done);
  void prepare_and_write(onem2m::Request request, const onem2m::Address& address, const SnapshotPtr& snapshot,
                         const Target& target, onem2m::ResponseCallback done);
  [[nodiscard]] WritePtr make_write(onem2m::Request request, const onem2m::Address& address, onem2m::ResponseCallback done);
  void prepare(const WritePtr& write, TypeProcedure& procedure, Preparation preparation);
  void submit(const WritePtr& write);
  onem2m::Result<> apply(Write& write, Transaction& transaction);
  void finish(Write& write, const onem2m::Result<>& result);
  /// True when the verdict took the request over.
  bool diverted(Verdict&& verdict, onem2m::Request& request, onem2m::ResponseCallback& done);

  CseCore& core_;
  TimeSync* clocks_ = nullptr;
  CommunicationManagement* management_ = nullptr;
  RequestMetrics metrics_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse
