// SPDX-License-Identifier: Apache-2.0
//
// Delivery aggregation (da): messages that wait for one CSE together go to the next CSE in one <delivery>, if nobody waits
// on the link for their results. TS-0001 9.6.11, 10.2.4; TS-0004 annex H step 6.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "cse/cmdh/message_queue.hpp"
#include "cse/cse_core.hpp"

namespace edgecse::cse::cmdh {

struct NextCse {
  std::string id;    // CSE-ID
  std::string base;  // address of its CSEBase
  [[nodiscard]] friend bool operator==(const NextCse&, const NextCse&) = default;
};
/// The CSE that messages of a lane are sent to; nothing where that is not sure, or of Release 1.
[[nodiscard]] std::optional<NextCse> next_cse(const CseCore& core, const Tree& tree, const std::string& lane);

/// One <delivery> from the first attempt until it is there or refused.
struct Delivery {
  std::string name;  // the same in every attempt: the one that was made and whose answer got lost is known by it
  std::string lane;
  NextCse next;
  std::vector<std::uint64_t> members;
  unsigned attempts = 0;
};
/// Its CREATE. What is in it has an end, and tells its result to this CSE where somebody takes it.
[[nodiscard]] onem2m::Request make_delivery(const CseOptions& options, const Delivery& delivery,
                                            const std::vector<const Message*>& members);

/// What leaves next in one exchange.
struct Departure {
  std::vector<MessageQueue::Order> messages;  // several: together; of what is repeated the first
  std::uint64_t delivery = 0;                 // that is repeated; 0: none
  std::int64_t bytes = 0;
};

/// Chooses what leaves from a lane, keeping each Originator's order: what comes after messages that go or are under way
/// together stays behind until these have arrived.
class Departures {
 public:
  /// exchanges: as many more may begin, at least one; may_aggregate: asked once, when there is something to aggregate.
  Departures(MessageQueue& queue, const MessageQueue::Lane& lane, std::size_t exchanges, std::function<bool()> may_aggregate)
      : queue_(queue), lane_(lane), exchanges_(exchanges), may_aggregate_(std::move(may_aggregate)) {}

  /// A message that may leave now, in the order of the lane. False: no more need be offered.
  bool offer(const MessageQueue::Order& order);
  [[nodiscard]] const std::vector<Departure>& chosen() const { return chosen_; }

 private:
  void choose(const MessageQueue::Order& order, const Message& message);
  void repeat(const MessageQueue::Order& order, const Message& message);
  void join(const MessageQueue::Order& order, const Message& message);
  Departure* begin();
  [[nodiscard]] bool aggregates();

  MessageQueue& queue_;
  const MessageQueue::Lane& lane_;
  const std::size_t exchanges_;
  const std::function<bool()> may_aggregate_;
  std::optional<bool> aggregates_;
  std::size_t offered_ = 0;
  std::vector<Departure> chosen_;
  std::map<int, std::size_t> open_;           // category -> place of the one that takes more of it
  std::set<std::string> alone_;               // Originators of what is chosen
  std::map<std::string, std::size_t> together_;  // the same, with the place
  std::set<std::string> held_;                // Originators of what stays behind
};

}  // namespace edgecse::cse::cmdh
