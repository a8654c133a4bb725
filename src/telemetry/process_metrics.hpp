// SPDX-License-Identifier: Apache-2.0
//
// The standard process_* metrics of this process, from /proc.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

namespace edgecse::telemetry {

/// What cannot be read is left out.
void append_process_metrics(std::vector<prometheus::MetricFamily>& families);

}  // namespace edgecse::telemetry
