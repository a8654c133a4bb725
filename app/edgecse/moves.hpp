// SPDX-License-Identifier: Apache-2.0
//
// Joins what the network tells about devices (edge) with who makes moves (mobility), and back.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "cse/cse.hpp"
#include "cse/handover/handover.hpp"
#include "edge/edge_service.hpp"
#include "mobility/mobility.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::app {

/// Must be destroyed before the Cse, when nothing runs any more.
class Moves final : public edge::MoveTrigger, public mobility::MoveListener {
 public:
  /// Plugs into the CSE, before it starts. Fails when what the store says about earlier moves is damaged.
  [[nodiscard]] static onem2m::Result<std::unique_ptr<Moves>> attach(cse::Cse& cse, const base::Clock& clock,
                                                                     base::Executor& executor, telemetry::Registry& registry);
  /// Takes up what an earlier life left; after the CSE has started.
  void start() { mobility_.start(); }
  /// Who is told when owners change; before start(), nullptr when it goes. Outlives its use.
  void set_edge(edge::EdgeService* edge);
  /// CSE-ID of the owner when it is another CSE. Any thread.
  [[nodiscard]] std::string owner_of(const std::string& unit) const { return handover_->owner_of(unit); }

  void trigger(const std::string& ae_id, const std::string& target_cse_id, edge::MoveReason reason) override;
  void network_completed(const std::string& ae_id) override;
  void network_failed(const std::string& ae_id) override;
  void moved_out(const std::string& unit, const std::string& target) override;
  void moved_in(const std::string& unit, const std::string& source) override;

 private:
  Moves(std::unique_ptr<cse::Handover> handover, const mobility::Mobility::Environment& environment,
        const mobility::MoveLimits& limits);

  std::unique_ptr<cse::Handover> handover_;
  mobility::Mobility mobility_;
  std::mutex mutex_;
  edge::EdgeService* edge_ = nullptr;   // guarded by mutex_
  std::set<std::string> evacuating_;    // guarded by mutex_
};

}  // namespace edgecse::app
