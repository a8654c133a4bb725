// SPDX-License-Identifier: Apache-2.0
//
// Communication management and delivery handling: how requests leave for other CSEs. The active CMDH policy of this CSE's
// <node> fills in event category and parameters that a request leaves open, refuses what its limits do not allow, and says
// when the network may be used and how much may wait. What may wait for its target waits in the order of priority until it
// is forwarded or its time is over. TS-0001 D.12, TS-0004 annex H.
#pragma once

#include <functional>
#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// A request whose result is kept elsewhere (<request>), so that it may wait until its target is reached.
struct StoreAndForward {
  base::WallTime until{};                    // when neither rqet nor rset say it
  std::function<void(bool forwarded)> tell;  // true: it was sent; false: nobody was reached, it waits again. On any thread
  /// It is sent to this CSE within a <delivery> (false: tell follows); it is there (true), and its result is told by NOTIFY
  /// to this CSE instead of an answer. Empty: it is sent by itself. On any thread.
  std::function<void(const std::string& cse, bool arrived)> in_delivery;
};

class CommunicationManagement : public CsePart {
 public:
  /// Forwards a request whose To is at another CSE. Answered with what the next hop answers, or BAD_REQUEST: a limit, an
  /// access rule or a buffer forbids it, the detail names it; 4008: its time was over first; 5103: nobody was reached, or
  /// others took its place in a buffer. What asks for aggregation (da) and waits with others for one CSE leaves with them in one
  /// <delivery>, unless who sent it waits for the answer. keep nullptr: it waits for access rules alone, and not through a restart. Any thread;
  /// without an active policy a request that does not wait is handed on at once.
  virtual void forward(onem2m::Request request, const StoreAndForward* keep, onem2m::ResponseCallback done) = 0;
  /// Whether forward() would let it wait until its target is reached: its event category is not "immediate", and it has one,
  /// or an end, or asks for aggregation. Any thread.
  [[nodiscard]] virtual bool may_wait(const onem2m::Request& request) const = 0;
};

[[nodiscard]] std::unique_ptr<CommunicationManagement> make_communication_management(CseCore& core);

}  // namespace edgecse::cse
