// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_index.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace edgecse::cse {
namespace {

bool watches_requests(const NotificationCriteria& criteria) {
  constexpr int kOfRequests[] = {5, 7, 9, 10};
  return !criteria.monitors.empty() || std::ranges::any_of(criteria.event_types, [&](int event_type) {
    return std::ranges::find(kOfRequests, event_type) != std::end(kOfRequests);
  });
}

NotificationCriteria read(const Resource& subscription) {
  auto criteria = read_notification_criteria(member_of(subscription.attributes, "enc"));
  if (criteria) return std::move(*criteria);
  base::log::error("cse", "a subscription cannot be read", {{"ri", subscription.id}, {"detail", criteria.error().detail}});
  NotificationCriteria nothing;
  return nothing;
}

}  // namespace

NotificationCriteria criteria_of(const SubscriptionIndex::Entry& entry, const Resource& subscription) {
  return member_of(subscription.attributes, "enc") == entry.source ? entry.criteria : read(subscription);
}

void SubscriptionIndex::list(const Resource& subscription, bool exactly) {
  const auto found = known_.find(subscription.id);
  const Json& source = member_of(subscription.attributes, "enc");
  // Its counters change with every notification, what it wants hardly ever.
  if (found != known_.end() && found->second.entry->source == source && (!exactly || found->second.event_types.size() ==
      std::set<int>(found->second.entry->criteria.event_types.begin(), found->second.entry->criteria.event_types.end()).size()))
    return;
  if (exactly) erase(subscription.id);
  Known& known = known_[subscription.id];
  known.parent = subscription.parent;
  known.created = subscription.created;
  auto entry = std::make_shared<const Entry>(Entry{subscription.id, source, read(subscription)});
  known.entry = entry;
  known.event_types.insert(entry->criteria.event_types.begin(), entry->criteria.event_types.end());
  auto& by_type = by_parent_[known.parent];
  for (const int event_type : known.event_types) by_type[event_type][{known.created, subscription.id}] = entry;
  const bool watches = known.watches || watches_requests(entry->criteria);
  watch(known, subscription.id, watches);
  known.watches = watches;
}

void SubscriptionIndex::expect(const Resource& subscription) { list(subscription, false); }
void SubscriptionIndex::put(const Resource& subscription) { list(subscription, true); }

void SubscriptionIndex::watch(const Known& known, const std::string& id, bool watches) {
  if (known.watches == watches) return;
  std::lock_guard lock(mutex_);
  auto& watchers = watchers_[known.parent];
  if (watches) {
    watcher_count_ += watchers.insert(id).second ? 1 : 0;
  } else {
    watcher_count_ -= watchers.erase(id);
  }
  if (watchers.empty()) watchers_.erase(known.parent);
}

void SubscriptionIndex::erase(const std::string& id) {
  const auto found = known_.find(id);
  if (found == known_.end()) return;
  const Known& known = found->second;
  watch(known, id, false);
  if (const auto group = by_parent_.find(known.parent); group != by_parent_.end()) {
    for (const int event_type : known.event_types) {
      const auto list = group->second.find(event_type);
      if (list == group->second.end()) continue;
      list->second.erase({known.created, id});
      if (list->second.empty()) group->second.erase(list);
    }
    if (group->second.empty()) by_parent_.erase(group);
  }
  known_.erase(found);
}

std::vector<SubscriptionIndex::EntryPtr> SubscriptionIndex::find(const std::string& parent,
                                                                 onem2m::NotificationEventType event_type) const {
  std::vector<EntryPtr> entries;
  const auto group = by_parent_.find(parent);
  if (group == by_parent_.end()) return entries;
  const auto list = group->second.find(static_cast<int>(event_type));
  if (list == group->second.end()) return entries;
  entries.reserve(list->second.size());
  for (const auto& [order, entry] : list->second) entries.push_back(entry);
  return entries;
}

std::vector<std::string> SubscriptionIndex::watchers(const std::string& parent) const {
  std::lock_guard lock(mutex_);
  const auto found = watchers_.find(parent);
  if (found == watchers_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace edgecse::cse
