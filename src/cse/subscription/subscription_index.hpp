// SPDX-License-Identifier: Apache-2.0
//
// Which subscriptions want to hear of an event at a resource, without a look at all its children: by parent and event type,
// their criteria read once. Follows the loop's working tree.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse {

/// The loop's thread only, unless said otherwise.
class SubscriptionIndex {
 public:
  struct Entry {
    std::string id;
    Json source;                     // enc that the criteria were read from
    NotificationCriteria criteria;
  };
  using EntryPtr = std::shared_ptr<const Entry>;

  /// The subscription is there, with what a job that may still fail made of it: it is found by what it wanted before, too.
  void expect(const Resource& subscription);
  /// The subscription is there as committed.
  void put(const Resource& subscription);
  void erase(const std::string& id);

  /// Those that may want the event, in order of their creation. Whether they are (still) there is the caller's question,
  /// and criteria must be asked of criteria_of when the subscription's enc is another by now.
  [[nodiscard]] std::vector<EntryPtr> find(const std::string& parent, onem2m::NotificationEventType event_type) const;

  /// Subscriptions of the resource that watch requests: operation monitors, reads, blocking events. Any thread.
  [[nodiscard]] std::vector<std::string> watchers(const std::string& parent) const;
  /// Whether there are any such subscriptions at all. Any thread.
  [[nodiscard]] bool has_watchers() const { return watcher_count_.load(std::memory_order_relaxed) != 0; }

 private:
  struct Known {
    std::string parent;
    std::uint64_t created = 0;
    std::set<int> event_types;       // under which it is found
    bool watches = false;
    EntryPtr entry;
  };
  using ByCreation = std::map<std::pair<std::uint64_t, std::string>, EntryPtr>;

  void list(const Resource& subscription, bool exactly);
  void watch(const Known& known, const std::string& id, bool watches);

  std::unordered_map<std::string, Known> known_;                               // by ri
  std::unordered_map<std::string, std::map<int, ByCreation>> by_parent_;       // parent, event type

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::set<std::string>> watchers_;            // by parent; guarded by mutex_
  std::atomic<std::size_t> watcher_count_{0};
};

/// The entry's criteria, or those of the subscription when its enc has changed since. A damaged enc wants nothing.
[[nodiscard]] NotificationCriteria criteria_of(const SubscriptionIndex::Entry& entry, const Resource& subscription);

}  // namespace edgecse::cse
