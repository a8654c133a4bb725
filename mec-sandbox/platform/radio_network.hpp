// SPDX-License-Identifier: Apache-2.0
//
// MEC 012 radio network information (rni/v2) of one host, edition 2.2.1: radio bearers of the users in the host's
// cells, their operator, and subscriptions to cell changes and measurement reports. The scenario's radio is simple:
// each user has one default bearer, and how well it hears its cell follows from the distance. Only the system's
// executor touches it.
#pragma once

#include "platform/applications.hpp"
#include "platform/notifier.hpp"
#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

class RadioNetwork {
 public:
  RadioNetwork(const HostPlan& host, const Terminals& terminals, Surroundings& outside, Applications& applications,
               Notifier& notifier)
      : host_(host), terminals_(terminals), outside_(outside), applications_(applications), notifier_(notifier) {}

  [[nodiscard]] Reply handle(const Request& request);

  /// A terminal changed its access point.
  void moved(const Movement& movement);
  /// A second passed: measurement reports are due.
  void report_measurements();
  void forget_all();

 private:
  struct Subscription {
    std::string id;
    nlohmann::json body;
    base::TimerId warning_timer = 0;
    base::TimerId expiry_timer = 0;
  };
  [[nodiscard]] Reply subscriptions(const Request& request);
  [[nodiscard]] Reply list(const Request& request) const;
  [[nodiscard]] Reply put(const Request& request, std::string id);
  void start_expiry(Subscription& subscription);
  void erase(const std::string& id);
  void stop_timers(const Subscription& subscription);
  [[nodiscard]] Reply bearers(const Request& request) const;
  [[nodiscard]] Reply operators(const Request& request);
  [[nodiscard]] bool serves(const std::string& zone) const;
  [[nodiscard]] bool covers(const Subscription& subscription, const char* criteria, const std::string& address,
                            const std::vector<std::string>& cells) const;
  void send(const Subscription& subscription, nlohmann::json body);
  [[nodiscard]] nlohmann::json links_of(const Subscription& subscription) const;
  [[nodiscard]] std::string base() const { return fmt::format("{}/{}/rni/v2", outside_.api_root, host_.name); }
  [[nodiscard]] std::string href(const Subscription& subscription) const {
    return base() + "/subscriptions/" + subscription.id;
  }

  const HostPlan& host_;
  const Terminals& terminals_;
  Surroundings& outside_;
  Applications& applications_;
  Notifier& notifier_;
  std::map<std::string, Subscription> subscriptions_;
};

}  // namespace edgecse::sandbox
