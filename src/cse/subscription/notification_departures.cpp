// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/notification_departures.hpp"

#include <algorithm>

#include "cse/access_conditions.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/subscription/notification_statistics.hpp"

namespace edgecse::cse {
namespace {

using namespace std::chrono_literals;
namespace type = onem2m::type;

constexpr std::string_view kHeld = "held ";       // begins the ordering keys of what waits for a schedule
constexpr const char* kHolds = "pn";              // member of Resource::internal: how many are held
constexpr std::size_t kDroppedAtOnce = 1'000;
constexpr std::int64_t kMostHeld = 10'000;        // of one subscription
constexpr int kImmediate = 2;                     // m2m:stdEventCats
constexpr int kSendLatest = 1;                    // m2m:pendingNotification
constexpr base::Duration kLookInterval = 1s;      // schedules are told in seconds
constexpr std::chrono::hours kNotificationLife{24};

bool covers_now(const Resource& schedule, base::WallTime time) {
  return std::ranges::any_of(strings_of(member_of(schedule.attributes, "se"), "sce"),
                             [&](const std::string& entry) { return covers(entry, time); });
}

std::vector<store::Row> held_rows(const Transaction& transaction, const std::string& subscription) {
  const std::string prefix = std::string(kHeld) + subscription;
  auto rows = transaction.rows(store::Table::Outbox, prefix + ' ', prefix + '!', static_cast<std::size_t>(kMostHeld) * 2);
  return rows ? std::move(*rows) : std::vector<store::Row>{};
}

/// latestNotify: what still waits for the same target is out of date. One that is on its way may arrive all the same.
void drop_older(Transaction& transaction, const OutboxEntry& newest) {
  const auto rows = transaction.rows(store::Table::Outbox, outbox_key(newest.ordering_key, 0),
                                     outbox_key(newest.ordering_key, newest.number), kDroppedAtOnce);
  if (!rows) return;
  for (const store::Row& row : *rows) transaction.erase_row(store::Table::Outbox, row.key, newest.unit);
}

std::int64_t notifications_in(const Json& content) {
  const Json& list = member_of(member_of(content, "m2m:agn"), "m2m:sgn");
  return list.is_array() ? static_cast<std::int64_t>(list.size()) : 1;
}

}  // namespace

bool schedule_allows(const Tree& tree, std::string_view resource, base::WallTime time) {
  bool found = false;
  if (const ResourcePtr schedule = tree.child(resource, "notificationSchedule"); schedule && schedule->type == type::kSchedule) {
    found = true;
    if (covers_now(*schedule, time)) return true;
  }
  return !found;
}

NotificationDepartures::NotificationDepartures(CseCore& core, std::size_t most_holders)
    : core_(core),
      dropped_(core.environment.telemetry.counter("edgecse_notifications_total", "Notifications by what became of them",
                                                  {{"result", "dropped"}})),
      most_holders_(most_holders) {}

bool NotificationDepartures::is_held(std::string_view ordering_key) { return ordering_key.starts_with(kHeld); }

void NotificationDepartures::leave(Transaction& transaction, Resource& subscription, std::vector<OutboxEntry> entries) {
  const std::int64_t slot = take_slot(subscription, transaction.now());
  const base::WallTime now = transaction.now();
  const bool immediate = subscription.number("nec") == kImmediate;
  const bool open = immediate || schedule_allows(transaction.tree(), subscription.id, now);
  for (OutboxEntry& entry : entries) {
    entry.not_before = slot;
    if (open && (immediate || target_reachable(transaction.tree(), entry, now))) {
      send(transaction, subscription, std::move(entry));
    } else {
      hold(transaction, subscription, std::move(entry));
    }
  }
}

void NotificationDepartures::send(Transaction& transaction, Resource& subscription, OutboxEntry&& entry) const {
  if (subscription.attributes.value("ln", false)) drop_older(transaction, entry);
  if (counts_statistics(subscription))
    for (const std::string& target : strings_of(subscription.attributes, "nu"))
      if (read_notification_target(target).address == entry.target)
        count_requests(subscription, target, notifications_in(entry.request.content));
  enqueue(transaction, entry);
}

// An AE or CSE is reachable as the schedules of its <node> say; without any, always. TS-0001 9.6.9.
bool NotificationDepartures::target_reachable(const Tree& tree, const OutboxEntry& entry, base::WallTime time) const {
  if (entry.plain_url) return true;
  const ResourcePtr target = find_resource(core_, tree, entry.target);
  if (!target || (target->type != type::kAe && target->type != type::kRemoteCse) || !target->has("nl")) return true;
  const ResourcePtr node = find_resource(core_, tree, target->text("nl"));
  if (!node) return true;
  bool scheduled = false;
  for (const ResourcePtr& child : tree.children(node->id)) {
    if (child->type != type::kSchedule) continue;
    scheduled = true;
    if (covers_now(*child, time)) return true;
  }
  return !scheduled;
}

void NotificationDepartures::hold(Transaction& transaction, Resource& subscription, OutboxEntry entry) {
  const std::int64_t policy = subscription.number("pn");
  if (policy == 0) return dropped_.add();
  entry.ordering_key = std::string(kHeld) + entry.ordering_key;
  entry.expires = 0;  // its life begins when it may leave
  if (policy == kSendLatest) drop_older(transaction, entry);
  if (!make_room(transaction, subscription)) return dropped_.add();
  subscription.internal[kHolds] = subscription.internal.value(kHolds, std::int64_t{0}) + 1;
  enqueue(transaction, entry);
}

// What is held is bounded: of one subscription the oldest goes, of all those of the least notificationStoragePriority.
bool NotificationDepartures::make_room(Transaction& transaction, const Resource& subscription) {
  if (subscription.internal.value(kHolds, std::int64_t{0}) >= kMostHeld) {
    const std::vector<store::Row> rows = held_rows(transaction, subscription.id);
    if (rows.size() < static_cast<std::size_t>(kMostHeld)) return true;
    transaction.erase_row(store::Table::Outbox, rows.front().key, subscription.unit);
    dropped_.add();
    return true;
  }
  ResourcePtr least;
  {
    std::lock_guard lock(mutex_);
    if (holders_.size() < most_holders_ || holders_.contains(subscription.id)) return true;
    for (const std::string& id : holders_) {
      const ResourcePtr holder = transaction.tree().find(id);
      if (holder && (!least || holder->number("nsp") < least->number("nsp"))) least = holder;
    }
  }
  if (!least) return true;
  if (least->number("nsp") > subscription.number("nsp")) return false;
  Resource emptied = *least;
  forget(transaction, emptied);
  transaction.put(std::move(emptied));
  return true;
}

void NotificationDepartures::forget(Transaction& transaction, Resource& subscription) {
  if (subscription.internal.erase(kHolds) == 0) return;
  for (const store::Row& row : held_rows(transaction, subscription.id)) {
    transaction.erase_row(store::Table::Outbox, row.key, subscription.unit);
    dropped_.add();
  }
}

void NotificationDepartures::change_policy(Transaction& transaction, Resource& subscription) {
  if (!subscription.internal.contains(kHolds)) return;
  const std::int64_t policy = subscription.number("pn");
  if (policy == 0) return forget(transaction, subscription);
  if (policy != kSendLatest) return;
  const std::vector<store::Row> rows = held_rows(transaction, subscription.id);
  for (std::size_t i = 0; i + 1 < rows.size(); ++i) {
    if (split_outbox_key(rows[i].key).first != split_outbox_key(rows[i + 1].key).first) continue;
    transaction.erase_row(store::Table::Outbox, rows[i].key, subscription.unit);
    dropped_.add();
  }
}

bool NotificationDepartures::release(Transaction& transaction, Resource& subscription) {
  const base::WallTime now = transaction.now();
  const bool immediate = subscription.number("nec") == kImmediate;
  if (!immediate && !schedule_allows(transaction.tree(), subscription.id, now)) return false;
  std::int64_t left = 0;
  bool changed = false;
  for (const store::Row& row : held_rows(transaction, subscription.id)) {
    auto entry = decode_outbox_entry(row.value);
    if (entry && !immediate && !target_reachable(transaction.tree(), *entry, now)) {
      ++left;
      continue;
    }
    transaction.erase_row(store::Table::Outbox, row.key, subscription.unit);
    changed = true;
    if (!entry) continue;
    entry->ordering_key.erase(0, kHeld.size());
    entry->expires = (now + kNotificationLife).time_since_epoch().count();
    send(transaction, subscription, std::move(*entry));
  }
  subscription.internal.erase(kHolds);
  if (left != 0) subscription.internal[kHolds] = left;
  return changed || left == 0;
}

void NotificationDepartures::watch(const Resource& subscription) {
  if (!subscription.internal.contains(kHolds)) return unwatch(subscription.id);
  {
    std::lock_guard lock(mutex_);
    holders_.insert(subscription.id);
  }
  look_later();
}

void NotificationDepartures::unwatch(const std::string& id) {
  std::lock_guard lock(mutex_);
  holders_.erase(id);
}

void NotificationDepartures::look_later() {
  {
    std::lock_guard lock(mutex_);
    if (looking_ || holders_.empty()) return;
    looking_ = true;
  }
  core_.environment.executor.run_after(kLookInterval, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->look();
  });
}

// On the executor: whether something may leave is seen on the snapshot; the job looks again.
void NotificationDepartures::look() {
  std::vector<std::string> ids;
  {
    std::lock_guard lock(mutex_);
    looking_ = false;
    ids.assign(holders_.begin(), holders_.end());
  }
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const base::WallTime now = core_.environment.clock.wall_now();
  std::erase_if(ids, [&](const std::string& id) {
    const ResourcePtr subscription = snapshot->tree.find(id);
    return !subscription || !schedule_allows(snapshot->tree, id, now) ||
           (!subscription->unit.empty() && !core_.gate->serves(subscription->unit));
  });
  if (!ids.empty()) {
    core_.loop->submit({[self = shared_from_this(), ids](Transaction& transaction) -> onem2m::Result<> {
                          for (const std::string& id : ids) {
                            const ResourcePtr subscription = transaction.tree().find(id);
                            if (!subscription || !subscription->internal.contains(kHolds)) continue;
                            if (!subscription->unit.empty() && !self->core_.gate->serves(transaction, subscription->unit)) continue;
                            Resource released = *subscription;
                            if (self->release(transaction, released)) transaction.put(std::move(released));
                          }
                          return {};
                        },
                        nullptr});
  }
  look_later();
}

}  // namespace edgecse::cse
