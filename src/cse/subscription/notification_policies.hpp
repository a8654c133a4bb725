// SPDX-License-Identifier: Apache-2.0
//
// When notifications of a subscription may leave: rateLimit and batchNotify. What they count and collect is kept with the
// subscription and in its outbox rows, so that it survives a crash and moves with the subscription. TS-0001 9.6.8, TS-0004
// 7.5.1.2.4 to 7.5.1.2.6.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse {

/// xs:duration; a year counts as 365 days, a month as 30. nullopt: not one, or below zero.
[[nodiscard]] std::optional<base::Duration> read_duration(std::string_view text);

/// 4000 when bn or rl of a subscription cannot be kept.
[[nodiscard]] onem2m::Result<> check_notification_policies(const Json& subscription);

/// bn/dur when the subscriber leaves it open.
inline constexpr const char* kDefaultBatchDuration = "PT60S";

/// The earliest time for one more notification by rateLimit, in microseconds since 1970; counts it. 0: at once.
[[nodiscard]] std::int64_t take_slot(Resource& subscription, base::WallTime now);

class NotificationDepartures;  // cse/subscription/notification_departures.hpp

/// Collects notifications until there are as many as batchNotify says or the first has waited as long as it says.
class NotificationBatches : public std::enable_shared_from_this<NotificationBatches> {
 public:
  NotificationBatches(CseCore& core, NotificationDepartures& departures) : core_(core), departures_(departures) {}

  [[nodiscard]] static bool applies_to(const Resource& subscription) { return subscription.has("bn"); }
  /// Rows under such ordering keys are not sent as they are.
  [[nodiscard]] static bool is_collected(std::string_view ordering_key);

  // On the loop's thread, inside a job; the subscription is a copy that the caller puts.
  /// Takes one notification of the subscription; the entries differ in their targets.
  void collect(Transaction& transaction, Resource& subscription, const std::vector<OutboxEntry>& entries);
  /// What is collected leaves now. False: nothing was.
  bool flush(Transaction& transaction, Resource& subscription);

  /// Waits for the end of the batch that the subscription may have; any thread.
  void watch(const Resource& subscription);

 private:
  void expired(const std::string& id);
  CseCore& core_;
  NotificationDepartures& departures_;
  std::unordered_map<std::string, base::WallTime> watched_;  // the earliest end a timer stands for; the executor's only
};

}  // namespace edgecse::cse
