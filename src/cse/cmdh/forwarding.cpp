// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/forwarding.hpp"

#include <algorithm>
#include <atomic>
#include <optional>

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
    pump();
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
    std::vector<MessageQueue::Order> leaving;
    for (const MessageQueue::Order& order : lane.waiting) {
      if (lane.in_flight + leaving.size() >= most) break;
      if (gates.at(queue.at(order.number).category).open) leaving.push_back(order);
    }
    for (const MessageQueue::Order& order : leaving) send(order, gates.at(queue.at(order.number).category).back_off);
  }

  void send(const MessageQueue::Order& order, const std::optional<BackOff>& back_off) {
    queue.depart(order);
    ++in_flight;
    const Message& message = queue.at(order.number);
    if (message.tell) message.tell(true);
    core.forwarder->forward(message.request, [weak = weak_from_this(), &executor = core.environment.executor, back_off,
                                              number = order.number](Response response) {
      executor.post([weak, back_off, number, response = std::move(response)]() mutable {
        if (const auto self = weak.lock()) self->answered(number, back_off.value_or(kUsualBackOff), std::move(response));
      });
    });
  }

  void answered(std::uint64_t number, const BackOff& back_off, Response response) {
    --in_flight;
    const base::WallTime now = core.environment.clock.wall_now();
    Message& message = queue.at(number);
    MessageQueue::Lane& lane = queue.lanes().at(message.lane);
    const bool reached = response.status != ResponseStatus::TargetNotReachable;
    if (reached) {
      lane.failures = 0;
    } else {
      ++lane.failures;
      lane.not_before = now + back_off.after(lane.failures, draw(back_off.random));
    }
    const bool again = !reached && !stopped && message.expires > now;
    if (again && message.tell) message.tell(false);
    if (!again || !queue.come_back(number)) {
      const Message done = queue.take(number);
      if (done.done && !(stopped && !reached && done.durable)) done.done(std::move(response));
    }
    pump();
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
    if (ways_changed)
      for (auto& [name, lane] : queue.lanes()) lane.not_before = {};
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
  std::size_t in_flight = 0;
  base::TimerId timer = 0;
  bool stopped = false;
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
