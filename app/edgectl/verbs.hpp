// SPDX-License-Identifier: Apache-2.0
//
// What each verb does. Every function prints to standard output, faults to standard error, and returns the exit status:
// 0 done, 1 refused, 2 wrong use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mca_client.hpp"

namespace edgecse::edgectl {

struct Representation {
  std::vector<std::string> assignments;  // short-name=value; value is JSON where it parses as JSON, else a string
  std::string json;                      // the attributes as a JSON object, or @FILE
};

struct Watch {
  std::string address;
  std::string listen = "127.0.0.1:0";
  std::string callback;                  // how the CSE reaches us; empty: http://<listen>
  unsigned count = 0;                    // notifications to wait for; 0: until Ctrl-C
};

int show_tree(McaClient& client, const std::string& address, unsigned depth);
int get(McaClient& client, const std::string& address, const std::string& attributes, std::optional<int> result_content);
/// type: a number (3) or a short name (cnt).
int create(McaClient& client, const std::string& parent, const std::string& type, const Representation& representation);
int update(McaClient& client, const std::string& address, const Representation& representation);
int remove(McaClient& client, const std::string& address);
int watch(McaClient& client, const Watch& options);
int list_handovers(McaClient& client);

/// Prints why and returns 1.
int refused(const Answer& answer);

}  // namespace edgecse::edgectl
