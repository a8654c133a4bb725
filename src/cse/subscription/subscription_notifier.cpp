// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_notifier.hpp"

#include "base/log.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse {
namespace {

using onem2m::NotificationEventType;

// A target that is gone for a day has missed it. Longer than any repair that people wait for.
constexpr std::chrono::hours kNotificationLife{24};
constexpr int kModifiedAttributes = 2, kResourceId = 3;  // m2m:notificationContentType
constexpr int kLatest = 4;                               // m2m:stdEventCats
constexpr std::size_t kDroppedAtOnce = 1'000;

/// latestNotify: what still waits for the same target is out of date. One that is on its way may arrive all the same.
void drop_older(Transaction& transaction, const OutboxEntry& newest) {
  const auto rows = transaction.rows(store::Table::Outbox, outbox_key(newest.ordering_key, 0),
                                     outbox_key(newest.ordering_key, newest.number), kDroppedAtOnce);
  if (!rows) return;
  for (const store::Row& row : *rows) transaction.erase_row(store::Table::Outbox, row.key, newest.unit);
}

}  // namespace

SubscriptionNotifier::SubscriptionNotifier(CseCore& core)
    : core_(core), batches_(std::make_shared<NotificationBatches>(core)) {
  core.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == onem2m::type::kSubscription) subscribed_.insert(resource->parent);
  });
}

void SubscriptionNotifier::start() {
  core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == onem2m::type::kSubscription) batches_->watch(*resource);
  });
}

void SubscriptionNotifier::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.kind == Change::Kind::EraseResource) {
      subscribed_.erase(change.key);
    } else if (change.kind == Change::Kind::PutResource && change.type == onem2m::type::kSubscription) {
      const ResourcePtr subscription = snapshot.tree.find(change.key);
      if (!subscription) continue;
      subscribed_.insert(subscription->parent);
      batches_->watch(*subscription);
    }
  }
}

void SubscriptionNotifier::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.kind == ResourceEvent::Kind::Created && event.type == onem2m::type::kSubscription) subscribed_.insert(event.parent);
  switch (event.kind) {
    case ResourceEvent::Kind::Created:
      tell_subscriptions(transaction, event.parent, NotificationEventType::CreateOfDirectChild, event);
      break;
    case ResourceEvent::Kind::Updated:
      if (event.type == onem2m::type::kSubscription) end_batch_without_policy(transaction, event.id);
      if (event.resource) tell_subscriptions(transaction, event.id, NotificationEventType::UpdateOfResource, event);
      break;
    case ResourceEvent::Kind::Deleted:
      if (event.resource) tell_subscriptions(transaction, event.id, NotificationEventType::DeleteOfResource, event);
      tell_subscriptions(transaction, event.parent, NotificationEventType::DeleteOfDirectChild, event);
      if (event.type == onem2m::type::kSubscription) tell_deletion(transaction, event);
      break;
  }
}

void SubscriptionNotifier::on_import(const Resource& resource) {
  // A request that waited for the unit may be in the same batch: committed() would come too late for it.
  if (resource.type == onem2m::type::kSubscription) subscribed_.insert(resource.parent);
}

void SubscriptionNotifier::tell_subscriptions(Transaction& transaction, const std::string& of,
                                              NotificationEventType event_type, const ResourceEvent& event) {
  if (!subscribed_.contains(of)) return;
  for (const ResourcePtr& subscription : transaction.tree().children(of)) {
    if (subscription->type != onem2m::type::kSubscription || subscription->id == event.id) continue;
    const auto criteria = read_notification_criteria(subscription->attributes);
    if (!criteria) {
      base::log::error("cse", "a subscription cannot be read", {{"ri", subscription->id}, {"detail", criteria.error().detail}});
      continue;
    }
    if (!criteria->match(event_type, event)) continue;
    notify(transaction, *subscription, make_notification(*subscription, event_type, event));
  }
}

Json SubscriptionNotifier::make_notification(const Resource& subscription, NotificationEventType event_type,
                                             const ResourceEvent& event) const {
  Json representation;
  const std::int64_t content_type = subscription.number("nct", 1);
  if (content_type == kResourceId) {
    representation = {{"m2m:uri", core_.options.id + '/' + event.id}};
  } else if (content_type == kModifiedAttributes && event.modified != nullptr) {
    representation = {{event.member_name, *event.modified}};
  } else {
    representation = {{event.member_name, event.attributes}};
  }
  Json notification{{"nev", {{"rep", std::move(representation)}, {"net", static_cast<int>(event_type)}}},
                    {"sur", core_.options.id + '/' + subscription.id}};
  if (const auto forwarding = subscription.attributes.find("nfu"); forwarding != subscription.attributes.end())
    notification["nfu"] = *forwarding;
  return notification;
}

void SubscriptionNotifier::notify(Transaction& transaction, const Resource& subscription, const Json& notification) {
  const auto targets = subscription.attributes.find("nu");
  if (targets == subscription.attributes.end() || !targets->is_array()) return;
  Resource counted = subscription;
  std::vector<OutboxEntry> entries;
  for (const Json& target : *targets)
    if (target.is_string()) entries.push_back(make_entry(transaction, subscription, target, notification));
  if (NotificationBatches::applies_to(counted)) {
    batches_->collect(transaction, counted, entries);
  } else {
    const std::int64_t slot = take_slot(counted, transaction.now());
    for (OutboxEntry& entry : entries) {
      entry.not_before = slot;
      if (subscription.attributes.value("ln", false)) drop_older(transaction, entry);
      enqueue(transaction, entry);
    }
  }
  ++counted.next_notification;
  bool last = false;
  if (const std::int64_t left = subscription.number("exc"); left > 0) {
    counted.attributes["exc"] = left - 1;
    last = left == 1;
  }
  const std::string id = counted.id;
  transaction.put(std::move(counted));
  // TS-0001 9.6.8: a counter that reaches zero ends the subscription.
  if (!last) return;
  if (const auto gone = delete_resource(core_, transaction, id, nullptr); !gone)
    base::log::error("cse", "a subscription that has counted to its end stays", {{"ri", id}, {"detail", gone.error().detail}});
}

void SubscriptionNotifier::end_batch_without_policy(Transaction& transaction, const std::string& id) {
  const ResourcePtr subscription = transaction.tree().find(id);
  if (!subscription || NotificationBatches::applies_to(*subscription)) return;
  Resource flushed = *subscription;
  if (batches_->flush(transaction, flushed)) transaction.put(std::move(flushed));
}

void SubscriptionNotifier::tell_deletion(Transaction& transaction, const ResourceEvent& event) {
  ResourcePtr subscription = transaction.tree().find(event.id);
  if (!subscription) return;
  if (NotificationBatches::applies_to(*subscription)) {
    Resource flushed = *subscription;
    batches_->flush(transaction, flushed);
    transaction.put(std::move(flushed));
    subscription = transaction.tree().find(event.id);
  }
  const std::string subscriber = subscription->text("su");
  if (subscriber.empty()) return;
  enqueue(transaction, make_entry(transaction, *subscription, subscriber,
                                  {{"sud", true}, {"sur", core_.options.id + '/' + event.id}}));
}

OutboxEntry SubscriptionNotifier::make_entry(const Transaction& transaction, const Resource& subscription,
                                             const std::string& notification_uri, const Json& notification) const {
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
  entry.request.from = core_.options.id;
  entry.request.request_identifier = subscription.id + '-' + std::to_string(subscription.next_notification);
  entry.request.release_version = "3";
  entry.request.content = {{"m2m:sgn", notification}};
  if (const auto category = subscription.attributes.find("nec"); category != subscription.attributes.end())
    entry.request.event_category = category->is_number_integer() ? std::optional(category->get<int>()) : std::nullopt;
  if (subscription.attributes.value("ln", false)) entry.request.event_category = kLatest;
  return entry;
}

}  // namespace edgecse::cse
