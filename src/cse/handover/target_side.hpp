// SPDX-License-Identifier: Apache-2.0
//
// The target's part of HandoverPort, and its answers to the source's messages. docs/handover.md 3.
#pragma once

#include <string>

#include "cse/handover/gate.hpp"
#include "cse/handover/messages.hpp"
#include "cse/handover/policy_copies.hpp"

namespace edgecse::cse::handover {

class TargetSide {
 public:
  using Done = HandoverPort::Done;
  using Answer = HandoverPort::Answer;

  TargetSide(Shared& shared, Gate& gate, PolicyCopies& policies) : shared_(shared), gate_(gate), policies_(policies) {}

  // HandoverPort; on the executor.
  void ask(const ContextId& context, std::function<void(onem2m::Result<Answer>)> done);
  void pull(const ContextId& context, Done done);
  void take(const ContextId& context, Done done);
  void discard(const ContextId& context, bool source_closed, Done done);
  void release(const ContextId& context, Done done);

  // Messages of the source; any thread.
  void prepare(const Json& attributes, onem2m::Request request, onem2m::ResponseCallback done);
  void batch(const ContextId& context, onem2m::Request request, onem2m::ResponseCallback done);
  void granted(const ContextId& context, onem2m::Request request, onem2m::ResponseCallback done);
  void closed(const ContextId& context, onem2m::Request request, onem2m::ResponseCallback done);

 private:
  struct Delivery;
  onem2m::Result<> admit(Transaction& transaction, const ContextId& context, const Json& attributes);
  onem2m::Result<> check_admission(Transaction& transaction, const ContextId& context, const Json& attributes,
                                   const UnitRow& row) const;
  onem2m::Result<> import(Transaction& transaction, const ContextId& context, const Delivery& delivery, bool pulled);
  onem2m::Result<> become_owner(Transaction& transaction, const ContextId& context);
  onem2m::Result<> forget(Transaction& transaction, const ContextId& context, bool source_closed, std::string* source);
  void pull_next(const ContextId& context, const std::string& source, std::uint64_t number, Done done);
  void announce_taken(const ContextId& context);
  void send_back_parked(const std::string& unit, const std::string& source);
  static onem2m::Result<Delivery> parse(const Json& content);

  Shared& shared_;
  Gate& gate_;
  PolicyCopies& policies_;
};

}  // namespace edgecse::cse::handover
