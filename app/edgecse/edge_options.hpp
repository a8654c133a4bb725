// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "configuration.hpp"
#include "edge/edge_service.hpp"

namespace edgecse::app {

/// What the configuration's mec section means for the edge room. advertised: how others reach this CSE, at least one URL.
[[nodiscard]] edge::EdgeOptions make_edge_options(const Configuration& configuration,
                                                  const std::vector<std::string>& advertised);

}  // namespace edgecse::app
