// SPDX-License-Identifier: Apache-2.0
//
// `edgectl mec ...`: looking at a MEC platform with the eyes of a configured CSE. As all verbs: prints, and returns the exit
// status.
#pragma once

#include <string>
#include <vector>

namespace edgecse::edgectl {

/// Tries what the CSE of this configuration needs of its platform; 0: everything needed works, 2: the configuration is bad.
int check_platform(const std::string& configuration_file, const std::vector<std::string>& overrides);

}  // namespace edgecse::edgectl
