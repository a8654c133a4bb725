// SPDX-License-Identifier: Apache-2.0
//
// The handover of this process: what the network reports becomes moves, and the edge room hears when a unit left or
// came.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "cse/handover/handover.hpp"
#include "edge/move_trigger.hpp"
#include "mobility/mobility.hpp"

namespace edgecse::app {

class Moves final : public edge::MoveTrigger, private mobility::MoveListener {
 public:
  /// Plugs into the CSE; before its start().
  [[nodiscard]] static base::Result<std::unique_ptr<Moves>, std::string> attach(cse::Cse& cse, const base::Clock& clock,
                                                                                base::Executor& executor,
                                                                                telemetry::Registry& telemetry);
  /// After the CSE's start().
  void start() { mobility_->start(); }
  /// Called on the executor. Before start(), or on the executor.
  void on_owner_changed(std::function<void()> changed) { owner_changed_ = std::move(changed); }
  /// CSE-ID of the owner of an AE's unit; empty: this CSE. Any thread.
  [[nodiscard]] std::string owner_of(const std::string& ae_id) const { return handover_->owner_of(ae_id); }

  void trigger(const std::string& ae_id, const std::string& target_cse_id, edge::MoveReason reason) override;
  void network_completed(const std::string& ae_id) override;
  void network_failed(const std::string& ae_id) override;

 private:
  explicit Moves(std::unique_ptr<cse::Handover> handover) : handover_(std::move(handover)) {}
  void moved_out(const std::string& unit, const std::string& target) override;
  void moved_in(const std::string& unit, const std::string& source) override;

  std::unique_ptr<cse::Handover> handover_;
  std::unique_ptr<mobility::Mobility> mobility_;
  std::function<void()> owner_changed_;
};

}  // namespace edgecse::app
