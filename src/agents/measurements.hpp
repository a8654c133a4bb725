// SPDX-License-Identifier: Apache-2.0
//
// A series of real measurements, replayed in a circle from a device's own offset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace edgecse::agents {

struct Measurement {
  std::string time;
  double value = 0;
};

/// Rows of a CSV file with a heading and two columns. Fails with a sentence that names the line.
[[nodiscard]] base::Result<std::vector<Measurement>, std::string> read_measurements(const std::string& file);

}  // namespace edgecse::agents
