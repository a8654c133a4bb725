// SPDX-License-Identifier: Apache-2.0
//
// What one request learns about access while it looks at many resources: who the originator is, and what a policy says about
// a type, is found out once. Of one request and one snapshot; single-threaded.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgecse::cse {

/// The originator of a request as access control sees it.
struct Requester {
  std::string local;               // as this CSE writes it
  std::vector<std::string> forms;  // as rules may name it
};

class AccessMemory {
 public:
  std::optional<Requester> requester;
  std::unordered_map<std::string, bool> answers;  // policy and type of the target -> granted
};

}  // namespace edgecse::cse
