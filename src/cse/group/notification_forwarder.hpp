// SPDX-License-Identifier: Apache-2.0
//
// Notifications of subscriptions that were made through a fanOutPoint: the members tell the group, the group tells the
// subscriber, many at once. TS-0001 10.2.7.11 and 10.2.7.12, TS-0004 7.4.14.2.5.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse::group {

/// In a CREATE of a <subscription> with notificationForwardingURI the targets that are this URI become the group.
void forward_through(const CseCore& core, onem2m::Request& request, const Resource& group);

/// NOTIFY to a <group>. What it collects is kept in the outbox and survives a crash; it leaves when there are as many as
/// notifyAggregation says (else as members), or when the first has waited as long as it says (else ten seconds).
class NotificationForwarder final : public SubtreeHandler, public std::enable_shared_from_this<NotificationForwarder> {
 public:
  explicit NotificationForwarder(CseCore& core) : core_(core) {}

  [[nodiscard]] bool takes(const onem2m::Request& request, const std::vector<std::string>& segments) const override;
  void handle(onem2m::Request request, onem2m::ResponseCallback done) override;
  /// Goes on with what an earlier life collected.
  void start();

 private:
  onem2m::Result<> collect(Transaction& transaction, const std::string& group, const Json& notification);
  void flush(Transaction& transaction, Resource& group, const std::string& target) const;
  void watch(const Resource& group);
  void look_again(const std::string& group);
  CseCore& core_;
  std::set<std::string, std::less<>> watched_;  // groups with a timer; the executor's only
};

}  // namespace edgecse::cse::group
