// SPDX-License-Identifier: Apache-2.0
#include "moves.hpp"

namespace edgecse::app {

base::Result<std::unique_ptr<Moves>, std::string> Moves::attach(cse::Cse& cse, const base::Clock& clock,
                                                                base::Executor& executor,
                                                                telemetry::Registry& telemetry) {
  auto handover = cse::Handover::attach(cse);
  if (!handover) return tl::unexpected(handover.error().detail);
  std::unique_ptr<Moves> moves(new Moves(std::move(*handover)));
  mobility::MoveLimits limits;
  limits.guard_time = cse.options().mobility.guard_time;
  moves->mobility_ = std::make_unique<mobility::Mobility>(
      mobility::Mobility::Environment{*moves->handover_, clock, executor, telemetry}, limits);
  moves->mobility_->set_listener(*moves);
  return moves;
}

void Moves::trigger(const std::string& ae_id, const std::string& target_cse_id, edge::MoveReason reason) {
  mobility_->trigger_move(ae_id, target_cse_id, reason == edge::MoveReason::Ams ? "ams" : "evacuation");
}

void Moves::network_completed(const std::string&) {}  // steering done; ownership does not depend on it

void Moves::network_failed(const std::string& ae_id) { mobility_->cancel_move(ae_id, "the device stays"); }

void Moves::moved_out(const std::string&, const std::string&) {
  if (owner_changed_) owner_changed_();
}

void Moves::moved_in(const std::string&, const std::string&) {
  if (owner_changed_) owner_changed_();
}

}  // namespace edgecse::app
