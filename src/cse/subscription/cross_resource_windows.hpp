// SPDX-License-Identifier: Apache-2.0
//
// The time windows of <crossResourceSubscription>s: which members were heard in the present window, and whether that is
// worth a notification. Kept with the resource, so that a window survives a restart. TS-0001 9.6.58, release4 4.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

inline constexpr int kCrossResourceSubscription = 48;  // m2m:resourceType

class CrossResourceWindows final : public CommitObserver, public std::enable_shared_from_this<CrossResourceWindows> {
 public:
  explicit CrossResourceWindows(CseCore& core) : core_(core) {}

  /// Windows that an earlier life left open come to their end, members of what it did not finish are released. Any thread.
  void start();
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

  /// A NOTIFY to the resource: a member's event, its end, or the question whether it agrees. Any thread.
  void receive(const onem2m::Request& request, const ResourcePtr& subscription, onem2m::ResponseCallback done);

  /// The window of a new resource, or of one whose window was changed. In a job; the caller puts the copy.
  static void restart(Resource& subscription, base::WallTime now);

 private:
  void hear(Transaction& transaction, const std::string& id, const std::vector<std::string>& members);
  void end_by_member(Transaction& transaction, const std::string& id, const std::string& member);
  void close(Transaction& transaction, Resource& subscription);
  /// False: its counter came to zero and it is gone.
  bool fire(Transaction& transaction, Resource& subscription);
  void watch(const Resource& subscription);
  [[nodiscard]] bool is_gone(const Snapshot& snapshot, const std::string& reference) const;
  void expired(const std::string& id);

  CseCore& core_;
  std::mutex mutex_;
  std::map<std::string, std::int64_t> armed_;  // the end that a timer waits for; guarded by mutex_
};

/// SP-relative addresses of the member subscriptions.
[[nodiscard]] std::vector<std::string> cross_resource_members(const Resource& subscription);

}  // namespace edgecse::cse
