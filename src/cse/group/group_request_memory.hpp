// SPDX-License-Identifier: Apache-2.0
//
// groupRequestIdentifiers that requests brought here, until those requests expire: a resource that is a member by two ways
// is asked once, and groups that contain each other come to an end. TS-0004 7.3.3.2.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

#include "cse/cse_core.hpp"

namespace edgecse::cse::group {

/// Thread-safe. Not durable: it matters within one request's life.
class GroupRequestMemory {
 public:
  explicit GroupRequestMemory(const CseCore& core) : core_(core) {}

  /// True when another request with this gid was here for the same target; remembers it otherwise. The same request again
  /// (one that was parked) is no other.
  [[nodiscard]] bool is_repeated(const onem2m::Request& request, const std::vector<std::string>& segments);

 private:
  void forget_expired(base::MonotonicTime now);
  const CseCore& core_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> seen_;                      // gid and target -> rqi
  std::deque<std::pair<base::MonotonicTime, std::string>> expirations_;    // in the order of arrival
};

}  // namespace edgecse::cse::group
