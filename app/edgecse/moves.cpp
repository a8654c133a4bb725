// SPDX-License-Identifier: Apache-2.0
#include "moves.hpp"

namespace edgecse::app {

onem2m::Result<std::unique_ptr<Moves>> Moves::attach(cse::Cse& cse, const base::Clock& clock, base::Executor& executor,
                                                     telemetry::Registry& registry) {
  auto handover = cse::Handover::attach(cse);
  if (!handover) return tl::unexpected(handover.error());
  mobility::MoveLimits limits;
  limits.guard_time = cse.options().mobility.guard_time;
  const mobility::Mobility::Environment environment{
      .handover = **handover, .clock = clock, .executor = executor, .telemetry = registry};
  return std::unique_ptr<Moves>(new Moves(std::move(*handover), environment, limits));
}

Moves::Moves(std::unique_ptr<cse::Handover> handover, const mobility::Mobility::Environment& environment,
             const mobility::MoveLimits& limits)
    : handover_(std::move(handover)), mobility_(environment, limits) {
  mobility_.set_listener(*this);
}

void Moves::set_edge(edge::EdgeService* edge) {
  const std::lock_guard lock(mutex_);
  edge_ = edge;
}

void Moves::trigger(const std::string& ae_id, const std::string& target_cse_id, edge::MoveReason reason) {
  const bool evacuation = reason == edge::MoveReason::Evacuation;
  if (evacuation) {
    const std::lock_guard lock(mutex_);
    evacuating_.insert(ae_id);
  }
  mobility_.trigger_move(ae_id, target_cse_id, evacuation ? "evacuation" : "ams");
}

// The unit's own hand-over tells where it is: that the network has caught up changes nothing here.
void Moves::network_completed(const std::string&) {}

void Moves::network_failed(const std::string& ae_id) { mobility_.cancel_move(ae_id, "the network keeps the device here"); }

void Moves::moved_out(const std::string& unit, const std::string&) {
  const std::lock_guard lock(mutex_);
  if (edge_ == nullptr) return;
  edge_->owner_changed();
  if (evacuating_.erase(unit) != 0 && evacuating_.empty()) edge_->evacuation_finished();
}

void Moves::moved_in(const std::string&, const std::string&) {
  const std::lock_guard lock(mutex_);
  if (edge_ != nullptr) edge_->owner_changed();
}

}  // namespace edgecse::app
