// SPDX-License-Identifier: Apache-2.0
//
// Sends notifications: POST to the callback, 204 expected, in order per subscription, one at a time, some retries. Can
// be told to drop or delay them, as networks do. Only the system's executor touches it.
#pragma once

#include <deque>
#include <map>

#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

struct NotificationFault {
  std::string host;               // empty: every host's
  std::string notification_type;  // empty: all
  bool drop = false;              // else delay
  std::chrono::milliseconds delay{0};
  std::uint64_t count = 0;  // notifications that it still hits
};

struct Notification {
  std::string host;
  std::string subscription;  // its href: the ordering key
  std::string callback;
  nlohmann::json body;
};

/// Its notificationType, also where a member wraps it (MEC 013); the wrapper's name in the editions that have no type.
[[nodiscard]] std::string type_of(const nlohmann::json& notification);

class Notifier {
 public:
  static constexpr int kAttempts = 4;
  explicit Notifier(Surroundings& surroundings) : outside_(surroundings) {}

  void send(Notification notification);
  /// Drops what waits for a subscription that is gone.
  void forget(const std::string& subscription) { waiting_.erase(subscription); }
  void forget_host(const std::string& host);

  void add_fault(NotificationFault fault) { faults_.push_back(std::move(fault)); }
  void clear_faults() { faults_.clear(); }

 private:
  struct Waiting {
    Notification notification;
    int attempts = 0;
    std::uint64_t token = 0;  // names this delivery, so that a late answer for a forgotten one has no effect
  };
  void start(const std::string& subscription);
  void attempt(const std::string& subscription, std::uint64_t token);
  void answered(const std::string& subscription, std::uint64_t token, const net::HttpResult& result);
  void finish(const std::string& subscription, const char* event, const std::string& why);
  [[nodiscard]] Waiting* current(const std::string& subscription, std::uint64_t token);
  [[nodiscard]] NotificationFault* fault_for(const Notification& notification);

  Surroundings& outside_;
  std::map<std::string, std::deque<Waiting>> waiting_;  // by subscription; the front is on its way
  std::deque<NotificationFault> faults_;
  std::uint64_t next_token_ = 1;
};

}  // namespace edgecse::sandbox
