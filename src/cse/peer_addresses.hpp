// SPDX-License-Identifier: Apache-2.0
//
// Where the peers of the handover (mobility.peers) are reached directly: their pointOfAccess is asked from the registrar's
// <remoteCSE> of that CSE-ID, whose resourceID is the CSE-ID without the slash, and remembered, beyond a restart too: two
// edges find each other while the registrar is cut off. docs/handover.md 4.
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
  /// Empty: not known. Called exactly once, at once when the answer is remembered; one that is old is used and looked up
  /// again meanwhile.
  using Callback = std::function<void(const std::vector<std::string>& points_of_access)>;

  PeerAddresses(const CseOptions& options, const base::Clock& clock, onem2m::RequestSender& sender)
      : options_(options), clock_(clock), sender_(sender) {}

  /// What an earlier life has learnt. Before the first find().
  void recall(const std::string& cse_id, std::vector<std::string> points_of_access);
  /// Told of what is new, to be recalled in the next life; on any thread. Before the first find().
  using Keep = std::function<void(const std::string& cse_id, const std::vector<std::string>& points_of_access)>;
  void set_keep(Keep keep) { keep_ = std::move(keep); }
  /// Asks for the peers that are not known yet; false when there are none.
  bool learn();

  [[nodiscard]] bool is_peer(std::string_view cse_id) const;
  void find(const std::string& cse_id, Callback done);
  /// What was remembered proved wrong: ask again next time.
  void forget(const std::string& cse_id);

 private:
  struct Known {
    std::vector<std::string> points_of_access;
    base::MonotonicTime until{};
    bool wrong = false;   // nobody was there: the registrar's word first
    bool asking = false;
    std::vector<Callback> waiting;
  };
  void ask(const std::string& cse_id);
  void answer(const std::string& cse_id, std::vector<std::string> points_of_access);

  const CseOptions& options_;
  const base::Clock& clock_;
  onem2m::RequestSender& sender_;
  Keep keep_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;  // guarded by mutex_
};

}  // namespace edgecse::cse
