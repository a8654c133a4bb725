// SPDX-License-Identifier: Apache-2.0
//
// The service registries of all hosts (each service belongs to one host) and who subscribed to their changes. Decides
// which host sees which service (locality). Only the system's executor touches it.
#pragma once

#include <map>

#include "platform/notifier.hpp"

namespace edgecse::sandbox {

struct Service {
  std::string id;
  std::string application;
  std::string host;
  nlohmann::json info;  // ServiceInfo as its own host answers it
  base::TimerId silence_timer = 0;
  nlohmann::json last_beat;  // TimeStamp
};

struct AvailabilitySubscription {
  std::string id;
  std::string application;
  std::string host;
  nlohmann::json body;
};

class Services {
 public:
  /// on_change(service): it was added, changed or removed; not called when a platform crashes.
  Services(Surroundings& outside, Notifier& notifier, std::function<void(const Service&)> on_change)
      : outside_(outside), notifier_(notifier), on_change_(std::move(on_change)) {}

  Service& add(Service service);
  /// Replaces the representation, tells what kind of change it was.
  void update(Service& service, nlohmann::json info);
  void erase(const std::string& id);
  void erase_of_application(const std::string& application);
  /// As a crash does: without a word to anybody.
  void forget_host(const std::string& host);
  /// A heartbeat came: ACTIVE again if it was SUSPENDED, and the silence is counted anew.
  void beat(Service& service);

  [[nodiscard]] Service* find(const std::string& id);
  [[nodiscard]] const std::map<std::string, Service>& all() const { return services_; }
  /// The representation that a host's applications see; nothing when the service is hidden from that host.
  [[nodiscard]] std::optional<nlohmann::json> seen_from(const std::string& host, const Service& service) const;

  [[nodiscard]] std::map<std::string, AvailabilitySubscription>& subscriptions() { return subscriptions_; }
  [[nodiscard]] std::string subscription_href(const AvailabilitySubscription& subscription) const;

 private:
  void announce(const Service& service, const char* change);
  void watch_silence(Service& service);

  Surroundings& outside_;
  Notifier& notifier_;
  std::function<void(const Service&)> on_change_;
  std::map<std::string, Service> services_;
  std::map<std::string, AvailabilitySubscription> subscriptions_;
};

/// Whether the filteringCriteria of a subscription let a change of this service through.
[[nodiscard]] bool passes(const nlohmann::json& criteria, const nlohmann::json& service_info);

}  // namespace edgecse::sandbox
