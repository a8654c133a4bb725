// SPDX-License-Identifier: Apache-2.0
//
// Where the peers of the handover (mobility.peers) are reached directly: their pointOfAccess is asked from the registrar's
// <remoteCSE> of that CSE-ID, whose resourceID is the CSE-ID without the slash, and remembered. docs/handover.md 3.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cse/options.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::cse {

/// Thread-safe. Answers that are still to come keep it alive.
class PeerAddresses : public std::enable_shared_from_this<PeerAddresses> {
 public:
  /// Empty: not known. Called exactly once, at once when the answer is remembered.
  using Callback = std::function<void(const std::vector<std::string>& points_of_access)>;

  PeerAddresses(const CseOptions& options, const base::Clock& clock, onem2m::RequestSender& sender)
      : options_(options), clock_(clock), sender_(sender) {}

  [[nodiscard]] bool is_peer(std::string_view cse_id) const;
  void find(const std::string& cse_id, Callback done);
  /// What was remembered proved wrong: ask again next time.
  void forget(const std::string& cse_id);

 private:
  struct Known {
    std::vector<std::string> points_of_access;
    base::MonotonicTime until{};
    std::vector<Callback> waiting;  // not empty: the registrar is being asked
  };
  void ask(const std::string& cse_id);
  void answer(const std::string& cse_id, std::vector<std::string> points_of_access);

  const CseOptions& options_;
  const base::Clock& clock_;
  onem2m::RequestSender& sender_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // guarded by mutex_
};

}  // namespace edgecse::cse
