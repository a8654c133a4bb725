// SPDX-License-Identifier: Apache-2.0
#include "cse/commit_metrics.hpp"

#include "cse/changed_resources.hpp"

namespace edgecse::cse {

CommitMetrics::CommitMetrics(telemetry::Registry& registry, CommitLoop& loop)
    : registry_(registry), before_(loop.snapshot()->tree),
      batch_size_(registry.histogram("edgecse_commit_batch_size", "Changes made durable by one sync", {},
                                     {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024})),
      duration_(registry.histogram("edgecse_commit_duration_seconds", "From taking a batch to its answers")) {
  before_.for_each([this](const ResourcePtr& resource) { gauge(resource->type).add(1); });
  loop.add_observer(*this);
}

telemetry::Gauge& CommitMetrics::gauge(int type) {
  telemetry::Gauge*& known = gauges_[type];
  if (known == nullptr)
    known = &registry_.gauge("edgecse_resources", "Resources but instances", {{"type", std::to_string(type)}});
  return *known;
}

void CommitMetrics::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  each_changed_resource(before_, snapshot.tree, changes, [this](const ResourcePtr& was, const ResourcePtr& is) {
    if (is && !was) gauge(is->type).add(1);
    if (was && !is) gauge(was->type).add(-1);
  });
  before_ = snapshot.tree;
}

void CommitMetrics::batch(std::size_t jobs, base::Duration duration) {
  batch_size_.observe(static_cast<double>(jobs));
  duration_.observe(std::chrono::duration<double>(duration).count());
}

}  // namespace edgecse::cse
