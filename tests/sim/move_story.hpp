// SPDX-License-Identifier: Apache-2.0
//
// One seed: two or three edges and the IN-CSE, a device that publishes, repeats and switches as it likes, an
// application at the IN-CSE that commands and is notified, triggers, faults; then calm. Checked: docs/handover.md HR-1
// to HR-4, 7, 9, 14.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cse/handover/shared.hpp"

namespace edgecse::sim {

struct StoryResult {
  std::vector<std::string> violations;
  int moves = 0;
  int messages = 0;
  int commands = 0;
  std::uint64_t steps = 0;
};

/// Repeatable: the same seed and faults tell the same story.
[[nodiscard]] StoryResult tell_story(std::uint64_t seed, const cse::handover::TestFaults& faults = {},
                                     bool verbose = false);

}  // namespace edgecse::sim
