// SPDX-License-Identifier: Apache-2.0
//
// Sends messages that wait: when an access rule of their category lets them leave, in the order of priority, by themselves
// or together (aggregation.hpp), again after a back-off while nobody is reached, until they are answered or their time is
// over. TS-0004 annex H, steps 4 to 6.
#pragma once

#include <functional>
#include <memory>

#include "cse/cmdh/message_queue.hpp"
#include "cse/cse_core.hpp"

namespace edgecse::cse::cmdh {

/// State belongs to the executor; every public function may be called on any thread.
class Forwarding {
 public:
  /// The active <cmdhPolicy> of a tree; nullptr: none.
  using FindPolicy = std::function<ResourcePtr(const Tree& tree)>;

  Forwarding(CseCore& core, FindPolicy find_policy);
  ~Forwarding();
  Forwarding(const Forwarding&) = delete;
  Forwarding& operator=(const Forwarding&) = delete;

  /// Whether the policy restricts when messages of the category leave.
  [[nodiscard]] bool is_restricted(const Tree& tree, const Resource& policy, int category) const;
  /// The message's category, lane, expires are set.
  void add(Message message);
  /// Policies, schedules or ways to other CSEs have changed.
  void reconsider(bool ways_changed);
  /// Nothing leaves any more; what nobody keeps is answered 5103.
  void stop();
  /// After stop(): nothing is in flight.
  [[nodiscard]] bool quiet() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace edgecse::cse::cmdh
