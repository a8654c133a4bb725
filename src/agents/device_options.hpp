// SPDX-License-Identifier: Apache-2.0
//
// What the reference device is told. Keys: src/agents/README.md, edge-agent --role device --print-config.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace edgecse::base {
class ConfigurationKeys;
}

namespace edgecse::agents {

struct DeviceOptions {
  std::string name = "meter";            // resource name of the AE; its originator is C and the name
  std::string ue;                        // IPv4 address in the mobile network; empty: none is told
  std::string resolver;                  // where its one name leads now: answers {"uri": ...}
  std::string cse_name = "cse-mn";
  std::string listen = "127.0.0.1:0";    // pointOfAccess
  std::vector<std::string> readers;      // who may read, subscribe and command
  std::string mec_reader = "CMecData";   // originator of the MEC service that offers the data; empty: it is not offered
  std::string measurements;              // CSV: time, value
  std::uint64_t first_row = 0;           // own slice of the series
  std::chrono::milliseconds interval{100};
  std::chrono::milliseconds request_timeout{5'000};  // of one attempt
  bool follow_triggers = true;
  std::string ledger;                    // what happened, a JSON object a line
};

/// Binds every key below device; options must outlive keys.
void declare_device_keys(base::ConfigurationKeys& keys, DeviceOptions& options);

}  // namespace edgecse::agents
