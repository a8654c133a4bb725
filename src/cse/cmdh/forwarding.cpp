// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/forwarding.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

#include "cse/cmdh/aggregation.hpp"
#include "cse/cmdh/network_access.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::cmdh {
namespace {

using onem2m::make_error_response;
using onem2m::Response;
using onem2m::ResponseStatus;

constexpr std::int64_t kMostBytes = 256LL << 20;     // whatever buffers say
constexpr std::size_t kMostMessages = 50'000;
constexpr std::size_t kSideBySide = 32;              // to one CSE that answers; one to a CSE that does not
constexpr base::Duration kNoDeliveries = std::chrono::minutes{10};  // to a CSE that refused one
constexpr base::Duration kLookAhead = std::chrono::days{366};
constexpr base::Duration kLongestSleep = std::chrono::hours{1};
constexpr BackOff kUsualBackOff{std::chrono::milliseconds{500}, std::chrono::milliseconds{1'000}, std::chrono::seconds{30},
                                std::chrono::milliseconds{500}};

/// The networkID of the policy's <node>, which hosts this CSE; empty: not known.
std::string network_of(const Tree& tree, const Resource& policy) {
  const ResourcePtr node = tree.find(policy.parent);
  return node ? node->text("nid") : std::string{};
}

void answer(Message& message, ResponseStatus status, const std::string& detail) {
  if (message.done) message.done(make_error_response(message.request, status, detail));
}

}  // namespace

struct Forwarding::Core : std::enable_shared_from_this<Forwarding::Core> {
  using Rules = std::optional<std::vector<AccessRule>>;
  /// What one look at the queue needs to know of the policy, by category.
  struct View {
    SnapshotPtr snapshot;
    ResourcePtr policy;
    std::string network;
    base::WallTime now;
    std::map<int, Rules> rules;
  };
  struct Gate {
    bool open = false;
    base::WallTime next = base::WallTime::max();  // when it is worth another look
    std::optional<BackOff> back_off;
  };

  Core(CseCore& cse, FindPolicy find) : core(cse), find_policy(std::move(find)) {}

  View view() const {
    View made{core.loop->snapshot(), nullptr, {}, core.environment.clock.wall_now(), {}};
    made.policy = find_policy(made.snapshot->tree);
    if (made.policy) made.network = network_of(made.snapshot->tree, *made.policy);
    return made;
  }
  const Rules& rules_of(View& seen, int category) const {
    const auto [entry, is_new] = seen.rules.try_emplace(category);
    if (is_new && seen.policy)
      entry->second = access_rules(core, seen.snapshot->tree, *seen.policy, seen.network, category);
    return entry->second;
  }

  // --- what comes -------------------------------------------------------------------------------------------------
  void add(Message message) {
    View seen = view();
    if (stopped) {
      if (!message.durable) answer(message, ResponseStatus::TargetNotReachable, "this CSE is shutting down");
      return;
    }
    if (const auto refusal = refuse_for_ever(seen, message))
      return answer(message, ResponseStatus::BadRequest, *refusal);
    const auto buffer = seen.policy ? buffer_for(core, seen.snapshot->tree, *seen.policy, message.category) : std::nullopt;
    if (buffer) message.priority = buffer->priority;
    message.bytes = static_cast<std::int64_t>(onem2m::to_json_text(onem2m::to_json(message.request)).size());
    const std::int64_t limit = buffer ? std::min(buffer->maximum_size, kMostBytes) : kMostBytes;
    Message refused;
    refused.request = message.request;
    refused.done = message.done;
    auto gone = queue.size() < kMostMessages
                    ? queue.add(std::move(message), limit)
                    : onem2m::refuse(ResponseStatus::BadRequest, "too many requests wait to be forwarded");
    if (!gone) {
      return answer(refused, gone.error().status,
                    gone.error().detail + (buffer ? "; the cmdhBuffer '" + buffer->name + "' allows " + std::to_string(limit) : ""));
    }
    for (Message& one : *gone)
      answer(one, ResponseStatus::TargetNotReachable, "a request of higher priority or a later one took its place before it was forwarded");
    pump_soon();
  }

  /// What comes together may leave together.
  void pump_soon() {
    if (std::exchange(pump_due, true)) return;
    core.environment.executor.post([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->pump_due = false;
      self->pump();
    });
  }

  /// No access rule lets it leave before its time is over.
  std::optional<std::string> refuse_for_ever(View& seen, const Message& message) const {
    const Rules& rules = rules_of(seen, message.category);
    if (!rules) return std::nullopt;
    const base::WallTime end = std::min(message.expires, seen.now + kLookAhead);
    if (std::ranges::any_of(*rules, [&](const AccessRule& rule) { return rule.next_opening(seen.now, end).has_value(); }))
      return std::nullopt;
    return "no cmdhNwAccessRule of '" + seen.policy->name + "' lets ec " + std::to_string(message.category) +
           " use the network before the request expires";
  }

  // --- what may leave ---------------------------------------------------------------------------------------------
  /// The first rule that lets the category leave now. A rule that opens is waited out by its spreadingWaitTime once; it then
  /// stays in use until nothing of it waits or its time is over.
  Gate gate_of(View& seen, int category) {
    const Rules& rules = rules_of(seen, category);
    Gate gate;
    if (!rules) {
      gate.open = true;
      return gate;
    }
    for (const AccessRule& rule : *rules) {
      const auto opening = rule.next_opening(seen.now, seen.now + kLookAhead);
      if (!opening || *opening > seen.now) {
        in_use.erase(rule.id);
        if (opening) gate.next = std::min(gate.next, *opening);
        continue;
      }
      auto use = in_use.find(rule.id);
      if (use == in_use.end()) {
        if (volume_of(seen, rule.id) < rule.minimum_volume) continue;  // looked at again when more comes
        use = in_use.emplace(rule.id, seen.now + draw(rule.spreading)).first;
      }
      if (use->second <= seen.now) {
        gate.open = true;
        gate.back_off = rule.back_off;
        return gate;
      }
      gate.next = std::min(gate.next, use->second);
    }
    return gate;
  }

  std::int64_t volume_of(View& seen, const std::string& rule_id) const {
    std::int64_t sum = 0;
    for (const auto& [category, bytes] : queue.bytes_by_category())
      if (uses(rules_of(seen, category), rule_id)) sum += bytes;
    return sum;
  }
  static bool uses(const Rules& rules, const std::string& rule_id) {
    return rules && std::ranges::any_of(*rules, [&](const AccessRule& rule) { return rule.id == rule_id; });
  }

  base::Duration draw(base::Duration most) const {
    if (most <= base::Duration{0}) return {};
    return base::Duration{core.environment.random.below(static_cast<std::uint64_t>(most.count()) + 1)};
  }

  void pump() {
    View seen = view();
    forget_deliveries();
    for (Message& message : queue.take_expired(seen.now))
      answer(message, ResponseStatus::RequestTimeout, "the request expired before it could be forwarded");
    std::map<int, Gate> gates;
    base::WallTime next = queue.first_expiry();
    std::vector<std::string> names;
    for (const auto& [name, lane] : queue.lanes()) names.push_back(name);
    for (const std::string& name : names)
      if (!stopped) serve(seen, gates, name, next);
    for (const auto& [category, gate] : gates)
      if (!gate.open) next = std::min(next, gate.next);
    leave_networks(seen);
    wake_at(next, seen.now);
    busy.store(in_flight, std::memory_order_relaxed);
  }

  /// A rule is no longer in use when nothing of it waits.
  void leave_networks(View& seen) {
    if (in_flight != 0) return;  // it may come back
    std::erase_if(in_use, [&](const auto& use) {
      return std::ranges::none_of(queue.bytes_by_category(), [&](const auto& waiting) { return uses(rules_of(seen, waiting.first), use.first); });
    });
  }

  void serve(View& seen, std::map<int, Gate>& gates, const std::string& name, base::WallTime& next) {
    MessageQueue::Lane& lane = queue.lanes().at(name);
    if (lane.waiting.empty()) return;
    if (lane.not_before > seen.now) {
      next = std::min(next, lane.not_before);
      return;
    }
    bool any_open = false;
    for (const auto& [category, count] : lane.categories) {
      if (!gates.contains(category)) gates.emplace(category, gate_of(seen, category));
      any_open = any_open || gates.at(category).open;
    }
    if (!any_open) return;
    const std::size_t most = lane.failures == 0 ? kSideBySide : 1;
    if (lane.exchanges >= most) return;
    std::optional<NextCse> next_hop;
    Departures departures(queue, lane, most - lane.exchanges, [&] {
      next_hop = next_cse(core, seen.snapshot->tree, name);
      return next_hop && takes_deliveries(next_hop->id, seen.now);
    });
    for (const MessageQueue::Order& order : lane.waiting)
      if (gates.at(queue.at(order.number).category).open && !departures.offer(order)) break;
    for (const Departure& departure : departures.chosen()) {
      const std::uint64_t first = departure.messages.front().number;
      const BackOff back_off = gates.at(queue.at(first).category).back_off.value_or(kUsualBackOff);
      if (departure.delivery == 0 && departure.messages.size() == 1) send(departure.messages.front(), back_off);
      else send_together(departure, next_hop, back_off);
    }
  }

  void depart(const MessageQueue::Order& order) {
    queue.depart(order);
    if (const Message& message = queue.at(order.number); message.tell) message.tell(true);
  }

  template <typename Answered>
  void exchange(const std::string& lane, const onem2m::Request& request, Answered answered) {
    ++queue.lanes().at(lane).exchanges;
    ++in_flight;
    core.forwarder->forward(request, [weak = weak_from_this(), &executor = core.environment.executor, answered](Response response) {
      executor.post([weak, answered, response = std::move(response)]() mutable {
        if (const auto self = weak.lock()) answered(*self, std::move(response));
      });
    });
  }

  void send(const MessageQueue::Order& order, const BackOff& back_off) {
    depart(order);
    const Message& message = queue.at(order.number);
    exchange(message.lane, message.request, [number = order.number, back_off](Core& self, Response response) {
      self.answered(number, back_off, std::move(response));
    });
  }

  // --- several in one <delivery> ------------------------------------------------------------------------------------
  bool takes_deliveries(const std::string& cse, base::WallTime now) {
    std::erase_if(without_deliveries, [now](const auto& refused) { return refused.second <= now; });
    return !without_deliveries.contains(cse);
  }

  void send_together(const Departure& departure, const std::optional<NextCse>& next_hop, const BackOff& back_off) {
    const std::uint64_t id = departure.delivery != 0 ? departure.delivery : next_delivery++;
    Delivery& delivery = deliveries[id];
    const std::string& lane = queue.at(departure.messages.front().number).lane;
    if (delivery.attempts++ == 0) delivery = {"dlv-" + core.environment.random.hex(12), lane, *next_hop, {}, 1};
    std::vector<MessageQueue::Order> orders = departure.messages;
    if (departure.delivery != 0) orders = remaining(delivery);
    delivery.members.clear();
    std::vector<const Message*> members;
    for (const MessageQueue::Order& order : orders) {
      Message& message = queue.at(order.number);
      message.delivery = id;
      if (message.in_delivery) message.in_delivery(delivery.next.id, false);
      depart(order);
      delivery.members.push_back(order.number);
      members.push_back(&message);
    }
    exchange(lane, make_delivery(core.options, delivery, members), [id, back_off](Core& self, const Response& response) {
      self.delivered(id, back_off, response);
    });
  }

  [[nodiscard]] std::vector<MessageQueue::Order> remaining(const Delivery& delivery) {
    std::vector<MessageQueue::Order> orders;
    for (const std::uint64_t number : delivery.members)
      if (queue.contains(number)) orders.push_back(queue.order(number));
    return orders;
  }

  /// Without an answer it may have been made: under its name it is not made twice, so it is repeated as it was. Refused, its
  /// messages go by themselves.
  void delivered(std::uint64_t id, const BackOff& back_off, const Response& response) {
    const Delivery delivery = deliveries.at(id);
    const bool silent = response.status == ResponseStatus::TargetNotReachable || response.status == ResponseStatus::RequestTimeout;
    const bool arrived = onem2m::is_success(response.status) || (response.status == ResponseStatus::Conflict && delivery.attempts > 1);
    end_exchange(delivery.lane, !silent, back_off);
    const base::WallTime now = core.environment.clock.wall_now();
    if (!arrived && !silent) without_deliveries[delivery.next.id] = now + kNoDeliveries;
    bool repeated = false;
    for (const std::uint64_t number : delivery.members) {
      Message& message = queue.at(number);
      if (arrived) {
        hand_over(queue.take(number), delivery.next.id);
        continue;
      }
      message.alone = !silent;
      if (!go_again(number, now)) {
        const bool expired = message.expires <= now;
        end(number, false, make_error_response(message.request, expired ? ResponseStatus::RequestTimeout : ResponseStatus::TargetNotReachable,
                                               expired ? "the request expired before it could be forwarded"
                                                       : "a later request took its place, or this CSE is shutting down"));
      } else if (silent) {
        repeated = true;
      } else {
        message.delivery = 0;
      }
    }
    if (!repeated) deliveries.erase(id);
    pump();
  }

  static void hand_over(const Message& message, const std::string& cse) {
    if (message.in_delivery) return message.in_delivery(cse, true);
    Response accepted;
    accepted.status = ResponseStatus::Accepted;
    if (message.done) message.done(std::move(accepted));
  }

  /// Those whose messages are gone meanwhile.
  void forget_deliveries() {
    std::erase_if(deliveries, [this](const auto& one) {
      return std::ranges::none_of(one.second.members, [this](std::uint64_t number) { return queue.contains(number); });
    });
  }

  /// What waits to be repeated at a CSE that is no longer the next one goes as if it had not been tried.
  void forget_other_ways() {
    const SnapshotPtr snapshot = core.loop->snapshot();
    std::erase_if(deliveries, [&](const auto& one) {
      const Delivery& delivery = one.second;
      const auto waits = [this](std::uint64_t number) { return queue.contains(number) && !queue.at(number).in_flight; };
      if (!std::ranges::any_of(delivery.members, waits) || next_cse(core, snapshot->tree, delivery.lane) == delivery.next) return false;
      for (const std::uint64_t number : delivery.members)
        if (waits(number)) queue.at(number).delivery = 0;
      return true;
    });
  }

  // --- what comes back ----------------------------------------------------------------------------------------------
  void answered(std::uint64_t number, const BackOff& back_off, Response response) {
    const bool reached = response.status != ResponseStatus::TargetNotReachable;
    end_exchange(queue.at(number).lane, reached, back_off);
    if (reached || !go_again(number, core.environment.clock.wall_now())) end(number, reached, std::move(response));
    pump();
  }

  void end_exchange(const std::string& name, bool reached, const BackOff& back_off) {
    --in_flight;
    MessageQueue::Lane& lane = queue.lanes().at(name);
    --lane.exchanges;
    if (reached) {
      lane.failures = 0;
    } else {
      ++lane.failures;
      lane.not_before = core.environment.clock.wall_now() + back_off.after(lane.failures, draw(back_off.random));
    }
  }

  /// False: its time is over, or a newer one has taken its place.
  bool go_again(std::uint64_t number, base::WallTime now) {
    const Message& message = queue.at(number);
    if (stopped || message.expires <= now) return false;
    if (message.tell) message.tell(false);
    return queue.come_back(number);
  }

  void end(std::uint64_t number, bool reached, Response response) {
    const Message message = queue.take(number);
    if (message.done && !(stopped && !reached && message.durable)) message.done(std::move(response));
  }

  void wake_at(base::WallTime next, base::WallTime now) {
    if (timer != 0) core.environment.executor.cancel(std::exchange(timer, 0));
    if (next == base::WallTime::max() || stopped) return;
    timer = core.environment.executor.run_after(std::clamp(next - now, base::Duration{0}, kLongestSleep), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      self->timer = 0;
      self->pump();
    });
  }

  void reconsider(bool ways_changed) {
    if (ways_changed) {
      without_deliveries.clear();
      forget_other_ways();
      for (auto& [name, lane] : queue.lanes()) lane.not_before = {};
    }
    if (queue.size() != 0) pump();
  }

  void stop() {
    if (std::exchange(stopped, true)) return;
    for (Message& message : queue.take_all_waiting())
      if (!message.durable) answer(message, ResponseStatus::TargetNotReachable, "this CSE is shutting down");
    busy.store(in_flight, std::memory_order_relaxed);
  }

  CseCore& core;
  const FindPolicy find_policy;
  std::atomic<std::size_t> busy{0};
  // The executor's only.
  MessageQueue queue;
  std::map<std::string, base::WallTime> in_use;  // ri of access rules that messages leave by -> from when on
  std::size_t in_flight = 0;                     // exchanges
  std::map<std::uint64_t, Delivery> deliveries;  // under way, and to be repeated
  std::uint64_t next_delivery = 1;
  std::map<std::string, base::WallTime> without_deliveries;  // CSE-ID of who refused one -> until when it gets none
  base::TimerId timer = 0;
  bool pump_due = false, stopped = false;
};

Forwarding::Forwarding(CseCore& core, FindPolicy find_policy) : core_(std::make_shared<Core>(core, std::move(find_policy))) {}
Forwarding::~Forwarding() = default;

bool Forwarding::is_restricted(const Tree& tree, const Resource& policy, int category) const {
  return access_rules(core_->core, tree, policy, network_of(tree, policy), category).has_value();
}

void Forwarding::add(Message message) {
  auto held = std::make_shared<Message>(std::move(message));
  core_->core.environment.executor.post([weak = std::weak_ptr(core_), held] {
    if (const auto core = weak.lock()) core->add(std::move(*held));
  });
}

void Forwarding::reconsider(bool ways_changed) {
  core_->core.environment.executor.post([weak = std::weak_ptr(core_), ways_changed] {
    if (const auto core = weak.lock()) core->reconsider(ways_changed);
  });
}

void Forwarding::stop() {
  core_->core.environment.executor.post([weak = std::weak_ptr(core_)] {
    if (const auto core = weak.lock()) core->stop();
  });
}

bool Forwarding::quiet() const { return core_->busy.load(std::memory_order_relaxed) == 0; }

}  // namespace edgecse::cse::cmdh
