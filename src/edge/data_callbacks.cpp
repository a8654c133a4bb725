// SPDX-License-Identifier: Apache-2.0
//
// How events of a subscription reach the application: in order, each callback with a sequence, repeated until it is taken.
#include <algorithm>

#include "base/guarded_json.hpp"
#include "edge/data_subscriptions.hpp"
#include "edge/subscription_body.hpp"

namespace edgecse::edge {
namespace {

constexpr std::uint64_t kSequencesAtOnce = 1'000;  // reserved durably before they are used

}  // namespace

void DataSubscriptions::reserve(const SubscriptionPtr& subscription) {
  subscription->reserved = subscription->next_sequence + kSequencesAtOnce;
  save(subscription, [this, subscription](const onem2m::Result<Json>& kept) {
    subscription->sending = false;
    if (kept) return deliver(subscription);
    subscription->reserved = subscription->next_sequence;
    subscription->retry_at = env_.clock.monotonic_now() + options_.first_retry;
    give_back(subscription);
  });
}

void DataSubscriptions::deliver(const SubscriptionPtr& subscription) {
  auto& queue = subscription->queue;
  if (subscription->sending || queue.empty() || !queue.front()->complete || subscription->removed) return;
  if (env_.clock.monotonic_now() < subscription->retry_at) return;
  subscription->sending = true;
  if (subscription->next_sequence >= subscription->reserved) return reserve(subscription);
  const bool of_data = subscription->document["subscriptionType"] == kDataChange;
  const auto count = of_data ? std::min(options_.events_per_callback, queue.size()) : std::size_t{1};
  Json body;
  if (of_data) {
    body["notificationType"] = "DataChangeNotification";
    for (std::size_t i = 0; i < count; ++i) body["events"].push_back(queue[i]->document);
  } else {
    body = queue.front()->document;
    body["notificationType"] = "DeviceMobilityNotification";
  }
  body["sequence"] = subscription->next_sequence;
  body["_links"] = link_of(*subscription);
  post(*subscription, body, [this, subscription, count](const net::HttpResult& result) { delivered(subscription, count, result); });
}

void DataSubscriptions::delivered(const SubscriptionPtr& subscription, std::size_t count, const net::HttpResult& result) {
  subscription->sending = false;
  if (result && result->status / 100 == 2) {
    ++subscription->next_sequence;
    subscription->failures = 0;
    subscription->retry_at = {};
    bool moved = false;
    for (std::size_t i = 0; i < count && !subscription->queue.empty(); ++i) {
      const EventPtr event = subscription->queue.front();
      subscription->queue.pop_front();
      if (event->data_id.empty()) {
        moved = true;
        if (event->owner.empty()) subscription->told.erase(event->device_id);
        else subscription->told[event->device_id] = event->owner;
        continue;
      }
      auto& newest = subscription->delivered[event->data_id];
      newest = std::max(newest, event->sequence);
      const onem2m::Response good;
      for (const auto& waiting : event->waiting) waiting(good);
    }
    if (moved && !subscription->removed) save(subscription, [](const auto&) {});
    return deliver(subscription);
  }
  const auto delay = std::min<base::Duration>(std::chrono::seconds{10}, options_.first_retry * (1 << std::min(subscription->failures, 6)));
  ++subscription->failures;
  subscription->retry_at = env_.clock.monotonic_now() + delay;
  give_back(subscription);
  env_.executor.run_after(delay, [this, alive = std::weak_ptr<bool>(alive_), subscription] {
    if (!alive.expired()) deliver(subscription);
  });
}

void DataSubscriptions::give_back(const SubscriptionPtr& subscription) {
  // Whoever notified keeps what we could not deliver and comes again; in order, since each waits for its answer.
  const auto now = env_.clock.monotonic_now();
  onem2m::Response later;
  later.status = onem2m::ResponseStatus::TargetNotReachable;
  std::deque<EventPtr> kept;
  for (auto& event : subscription->queue) {
    const bool stays = event->data_id.empty() || now - event->since < options_.give_back_after;
    if (stays && !subscription->removed) {
      kept.push_back(std::move(event));
      continue;
    }
    for (const auto& waiting : event->waiting) waiting(later);
  }
  subscription->queue = std::move(kept);
}

void DataSubscriptions::post(const Subscription& subscription, const Json& body, std::function<void(net::HttpResult)> done) {
  net::HttpCall call;
  call.method = "POST";
  call.url = subscription.document["callbackReference"].get<std::string>();
  call.headers.add("Content-Type", "application/json");
  call.body = base::print_json(body);
  call.timeout = options_.callback_timeout;
  env_.client.send(std::move(call), [this, &executor = env_.executor, alive = std::weak_ptr<bool>(alive_),
                                     done = std::move(done)](net::HttpResult result) {
    executor.post([this, alive, done, result = std::move(result)] {
      if (alive.expired()) return;
      env_.metrics.called_back(result);
      done(result);
    });
  });
}

}  // namespace edgecse::edge
