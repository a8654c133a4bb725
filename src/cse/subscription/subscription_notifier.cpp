// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_notifier.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "cse/outbox.hpp"
#include "cse/subscription/notification_statistics.hpp"

namespace edgecse::cse {
namespace {

using onem2m::NotificationEventType;

// A target that is gone for a day has missed it. Longer than any repair that people wait for.
constexpr std::chrono::hours kNotificationLife{24};
constexpr int kModifiedAttributes = 2, kResourceId = 3;  // m2m:notificationContentType
constexpr int kLatest = 4;                               // m2m:stdEventCats
constexpr std::uint64_t kMostPastEvents = 100;           // preSubscriptionNotify
constexpr std::size_t kMostMissing = 1'000;              // of one window

std::string originator_of(const ResourceEvent& event) { return event.request != nullptr ? event.request->from : std::string{}; }

Json number(NotificationEventType type) { return static_cast<int>(type); }

}  // namespace

OutboxEntry make_notification_entry(const CseCore& core, const Transaction& transaction, const Resource& subscription,
                                    const std::string& notification_uri, Json notification) {
  const NotificationTarget target = read_notification_target(notification_uri);
  OutboxEntry entry;
  entry.ordering_key = subscription.id + ' ' + target.address;
  entry.number = subscription.next_notification;
  entry.target = target.address;
  entry.plain_url = target.is_url;
  entry.unit = subscription.unit;
  entry.expires = (transaction.now() + kNotificationLife).time_since_epoch().count();
  entry.request.operation = onem2m::Operation::Notify;
  entry.request.to = target.address;
  entry.request.from = core.options.id;
  entry.request.request_identifier = subscription.id + '-' + std::to_string(subscription.next_notification);
  entry.request.release_version = "3";
  entry.request.content = {{"m2m:sgn", std::move(notification)}};
  if (const auto category = subscription.attributes.find("nec"); category != subscription.attributes.end())
    entry.request.event_category = category->is_number_integer() ? std::optional(category->get<int>()) : std::nullopt;
  if (subscription.attributes.value("ln", false)) entry.request.event_category = kLatest;
  return entry;
}

SubscriptionNotifier::SubscriptionNotifier(CseCore& core)
    : core_(core), departures_(std::make_shared<NotificationDepartures>(core)),
      batches_(std::make_shared<NotificationBatches>(core, *departures_)) {
  core.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == onem2m::type::kSubscription) index_.put(*resource);
  });
}

void SubscriptionNotifier::start() {
  core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type != onem2m::type::kSubscription) return;
    batches_->watch(*resource);
    departures_->watch(*resource);
  });
}

void SubscriptionNotifier::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.table != store::Table::Tree || change.type != onem2m::type::kSubscription) continue;
    if (const ResourcePtr subscription = snapshot.tree.find(change.key)) {
      index_.put(*subscription);
      batches_->watch(*subscription);
      departures_->watch(*subscription);
    } else {
      index_.erase(change.key);
      departures_->unwatch(change.key);
    }
  }
}

void SubscriptionNotifier::on_event(Transaction& transaction, const ResourceEvent& event) {
  const bool of_subscription = event.type == onem2m::type::kSubscription && event.resource;
  switch (event.kind) {
    case ResourceEvent::Kind::Created:
      tell_subscriptions(transaction, event.parent, NotificationEventType::CreateOfDirectChild, event);
      if (of_subscription) index_.expect(*event.resource);
      if (of_subscription && event.resource->has("psn")) tell_past(transaction, event);
      break;
    case ResourceEvent::Kind::Updated:
      if (of_subscription) follow_update(transaction, event);
      if (event.resource) tell_subscriptions(transaction, event.id, NotificationEventType::UpdateOfResource, event);
      break;
    case ResourceEvent::Kind::Deleted:
      if (event.resource) tell_subscriptions(transaction, event.id, NotificationEventType::DeleteOfResource, event);
      // Whoever subscribed to the parent hears that the parent goes; that each of its children goes with it, subscriptions among
      // them, would be as many notifications as subscriptions times children.
      if (!event.goes_with_parent)
        tell_subscriptions(transaction, event.parent, NotificationEventType::DeleteOfDirectChild, event);
      if (of_subscription) tell_deletion(transaction, event);
      break;
  }
}

void SubscriptionNotifier::on_import(const Resource& resource) {
  // A request that waited for the unit may be in the same batch: committed() would come too late for it.
  if (resource.type == onem2m::type::kSubscription) index_.expect(resource);
}

template <class MakeEvent>
void SubscriptionNotifier::tell_each(Transaction& transaction, const std::string& of, NotificationEventType event_type,
                                     MakeEvent&& make_event) {
  for (const SubscriptionIndex::EntryPtr& entry : index_.find(of, event_type))
    if (const ResourcePtr subscription = transaction.tree().find(entry->id)) make_event(*entry, *subscription);
}

void SubscriptionNotifier::tell_subscriptions(Transaction& transaction, const std::string& of,
                                              NotificationEventType event_type, const ResourceEvent& event) {
  tell_each(transaction, of, event_type, [&](const SubscriptionIndex::Entry& entry, const Resource& subscription) {
    if (entry.id == event.id || !criteria_of(entry, subscription).match(event_type, event)) return;
    notify(transaction, subscription,
           {{"rep", represent(subscription, event.id, event.member_name, event.attributes, event.modified)},
            {"net", number(event_type)}},
           originator_of(event));
  });
}

// A window opens with the first point that is missing and takes those that were expected before its end: by their times, not
// by when the loop looks at them. When as many as md says are missed in it they are told, and the next miss opens another;
// of several windows that are over at once the last is told. TS-0001 9.6.8, release4 8.
void SubscriptionNotifier::on_missing_data(Transaction& transaction, const Resource& series, const std::vector<std::string>& times) {
  constexpr auto kEvent = NotificationEventType::ReportOnMissingDataPoints;
  tell_each(transaction, series.id, kEvent, [&](const SubscriptionIndex::Entry&, const Resource& subscription) {
    const Json& policy = member_of(member_of(subscription.attributes, "enc"), "md");
    const auto length = read_duration(policy.value("dur", std::string{}));
    if (!length) return;
    const std::size_t enough = policy.value("num", std::size_t{1});
    Resource counted = subscription;
    Json window = counted.internal.value("md", Json{});
    Json told;
    for (const std::string& time : times) {
      const std::int64_t expected = to_microseconds(time);
      if (!window.is_object() || expected >= window.value("t", std::int64_t{0}) + length->count())
        window = {{"t", expected}, {"l", Json::array()}};
      if (window["l"].size() < kMostMissing) window["l"].push_back(time);
      if (window["l"].size() >= std::min(enough, kMostMissing)) told = std::exchange(window, Json{})["l"];
    }
    counted.internal["md"] = std::move(window);
    transaction.put(counted);
    if (told.is_null()) return;
    Json missed{{"mdc", told.size()}, {"mdlt", std::move(told)}};
    notify(transaction, counted, {{"rep", {{"m2m:tsn", std::move(missed)}}}, {"net", number(kEvent)}}, {});
  });
}

void SubscriptionNotifier::on_trigger(Transaction& transaction, const Resource& entity, const Json& payload) {
  constexpr auto kEvent = NotificationEventType::TriggerReceivedForAe;
  tell_each(transaction, entity.id, kEvent, [&](const SubscriptionIndex::Entry&, const Resource& subscription) {
    notify(transaction, subscription, {{"rep", {{"m2m:tgp", payload}}}, {"net", number(kEvent)}}, {});
  });
}

// preSubscriptionNotify: the events whose traces are still here are the creations of the newest instances.
void SubscriptionNotifier::tell_past(Transaction& transaction, const ResourceEvent& event) {
  constexpr auto kEvent = NotificationEventType::CreateOfDirectChild;
  const ResourcePtr parent = transaction.tree().find(event.parent);
  const auto criteria = read_notification_criteria(member_of(event.attributes, "enc"));
  if (!parent || !criteria || !criteria->wants(kEvent) || parent->next_sequence == 1) {
    base::log::info("cse", "there are no past events to notify (psn)", {{"ri", event.id}});
    return;
  }
  const auto most = std::min(static_cast<std::uint64_t>(event.resource->number("psn")), kMostPastEvents);
  auto instances = transaction.instances(parent->id, parent->first_sequence, parent->next_sequence, most, true);
  if (!instances) return;
  for (auto instance = instances->rbegin(); instance != instances->rend(); ++instance) {
    const ResourcePtr subscription = transaction.tree().find(event.id);
    if (!subscription) return;  // its counter came to an end
    const Json representation = Json::parse((*instance)->representation, nullptr, false);
    if (!representation.is_object() || representation.empty()) continue;
    const std::string id = instance_id((*instance)->container, (*instance)->sequence);
    const Json attributes = representation.begin().value();
    const ResourceEvent past{ResourceEvent::Kind::Created, id, (*instance)->type, representation.begin().key(), parent->id, attributes};
    if (!criteria->match(kEvent, past)) continue;
    notify(transaction, *subscription,
           {{"rep", represent(*subscription, id, past.member_name, attributes)}, {"net", number(kEvent)}}, (*instance)->creator);
  }
}

Json SubscriptionNotifier::represent(const Resource& subscription, const std::string& id, const std::string& member_name,
                                     const Json& attributes, const Json* modified) const {
  const std::int64_t content_type = subscription.number("nct", 1);
  // The resourceID as ri shows it: where the resource is, sur says.
  if (content_type == kResourceId) return {{"m2m:uri", id}};
  if (content_type == kModifiedAttributes && modified != nullptr) return {{member_name, *modified}};
  return {{member_name, attributes}};
}

void SubscriptionNotifier::notify(Transaction& transaction, const Resource& subscription, Json event, const std::string& originator) {
  Json notification{{"nev", std::move(event)}, {"sur", core_.options.id + '/' + subscription.id}};
  if (subscription.has("cr")) {
    notification["cr"] = subscription.attributes.at("cr");
  } else if (!originator.empty() && subscription.attributes.value("eeno", false)) {
    notification["cr"] = originator;
  }
  if (subscription.has("nfu")) notification["nfu"] = subscription.attributes.at("nfu");
  Resource counted = subscription;
  count_event(counted);
  std::vector<OutboxEntry> entries;
  for (const std::string& target : strings_of(subscription.attributes, "nu"))
    entries.push_back(make_notification_entry(core_, transaction, subscription, target, notification));
  if (NotificationBatches::applies_to(counted)) {
    batches_->collect(transaction, counted, entries);
  } else {
    departures_->leave(transaction, counted, std::move(entries));
  }
  ++counted.next_notification;
  bool last = false;
  if (const std::int64_t left = subscription.number("exc"); left > 0) {
    counted.attributes["exc"] = left - 1;
    last = left == 1;
  }
  const std::string id = counted.id;
  if (!transaction.tree().find(id)) return;  // the operation that it tells of took it away
  transaction.put(std::move(counted));
  // TS-0001 9.6.8: a counter that reaches zero ends the subscription.
  if (!last) return;
  if (const auto gone = delete_resource(core_, transaction, id, nullptr); !gone)
    base::log::error("cse", "a subscription that has counted to its end stays", {{"ri", id}, {"detail", gone.error().detail}});
}

// Batches without a policy leave, pendingNotification may have become stricter, and crossResourceSubscriptions that are not
// associated any more hear of it. TS-0004 7.4.8.2.3.
void SubscriptionNotifier::follow_update(Transaction& transaction, const ResourceEvent& event) {
  index_.expect(*event.resource);
  Resource changed = *event.resource;
  bool put = !NotificationBatches::applies_to(changed) && batches_->flush(transaction, changed);
  if (event.modified != nullptr && event.modified->contains("pn")) {
    departures_->change_policy(transaction, changed);
    put = true;
  }
  if (event.modified != nullptr && event.modified->contains("acrs") && event.before != nullptr) {
    const std::vector<std::string> kept = strings_of(changed.attributes, "acrs");
    for (const std::string& other : strings_of(*event.before, "acrs")) {
      if (std::ranges::find(kept, other) != kept.end()) continue;
      enqueue(transaction, make_notification_entry(core_, transaction, changed, other,
                                                   {{"sud", true}, {"sur", core_.options.id + '/' + event.id}}));
      ++changed.next_notification;
      put = true;
    }
  }
  if (put) transaction.put(std::move(changed));
}

void SubscriptionNotifier::tell_deletion(Transaction& transaction, const ResourceEvent& event) {
  ResourcePtr subscription = transaction.tree().find(event.id);
  if (!subscription) return;
  Resource last = *subscription;
  if (NotificationBatches::applies_to(last)) batches_->flush(transaction, last);
  departures_->forget(transaction, last);
  Json notice{{"sud", true}, {"sur", core_.options.id + '/' + event.id}};
  if (last.has("cr")) notice["cr"] = last.attributes.at("cr");
  std::vector<std::string> receivers = strings_of(last.attributes, "acrs");
  if (last.has("su")) receivers.push_back(last.text("su"));
  for (const std::string& receiver : receivers) {
    enqueue(transaction, make_notification_entry(core_, transaction, last, receiver, notice));
    ++last.next_notification;
  }
  transaction.put(std::move(last));
}

void SubscriptionNotifier::answered(const OutboxEntry& entry) {
  const std::string id = entry.ordering_key.substr(0, entry.ordering_key.find(' '));
  const ResourcePtr found = core_.loop->snapshot()->tree.find(id);
  if (!found || entry.request.operation != onem2m::Operation::Notify || !counts_statistics(*found)) return;
  const Json& batch = member_of(member_of(entry.request.content, "m2m:agn"), "m2m:sgn");
  const std::int64_t notifications = batch.is_array() ? static_cast<std::int64_t>(batch.size()) : 1;
  core_.loop->submit({[this, id, target = entry.target, notifications](Transaction& transaction) -> onem2m::Result<> {
                        const ResourcePtr subscription = transaction.tree().find(id);
                        if (!subscription || (!subscription->unit.empty() && !core_.gate->serves(transaction, subscription->unit)))
                          return {};
                        Resource counted = *subscription;
                        for (const std::string& uri : strings_of(counted.attributes, "nu"))
                          if (read_notification_target(uri).address == target) count_responses(counted, uri, notifications);
                        transaction.put(std::move(counted));
                        return {};
                      },
                      nullptr});
}

}  // namespace edgecse::cse
