// SPDX-License-Identifier: Apache-2.0
//
// How many resources of each type there are, and what commits cost.
#pragma once

#include <map>

#include "cse/commit_loop.hpp"
#include "telemetry/registry.hpp"

namespace edgecse::cse {

/// Observer of the loop; everything on its thread.
class CommitMetrics final : public CommitObserver {
 public:
  CommitMetrics(telemetry::Registry& registry, CommitLoop& loop);

  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;
  /// After each batch that did something.
  void batch(std::size_t jobs, base::Duration duration);

 private:
  telemetry::Gauge& gauge(int type);

  telemetry::Registry& registry_;
  Tree before_;
  std::map<int, telemetry::Gauge*> gauges_;
  telemetry::Histogram& batch_size_;
  telemetry::Histogram& duration_;
};

}  // namespace edgecse::cse
