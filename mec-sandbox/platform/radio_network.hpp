// SPDX-License-Identifier: Apache-2.0
//
// MEC 012 radio network information (rni/v2) of one host, edition 2.2.1: queries (radio_queries), and subscriptions of
// every kind with what the scenario makes happen: a user that comes into the host's cells, changes among them or leaves
// them has its bearer established, modified or released; measurements follow once a second. Only the system's executor
// touches it.
#pragma once

#include "platform/applications.hpp"
#include "platform/notifier.hpp"
#include "platform/radio_cells.hpp"
#include "platform/radio_kinds.hpp"

namespace edgecse::sandbox {

class RadioNetwork {
 public:
  RadioNetwork(const HostPlan& host, const Scenario& scenario, const Terminals& terminals, Surroundings& outside,
               Applications& applications, Notifier& notifier)
      : host_(host),
        cells_(host, scenario, terminals),
        outside_(outside),
        applications_(applications),
        notifier_(notifier) {}

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
  void tell(RadioEvent event);
  void send(const Subscription& subscription, nlohmann::json body);
  [[nodiscard]] std::string base() const { return fmt::format("{}/{}/rni/v2", outside_.api_root, host_.name); }
  [[nodiscard]] std::string href(const Subscription& subscription) const {
    return base() + "/subscriptions/" + subscription.id;
  }

  // radio_events.cpp
  void tell_of_bearer(RadioEventType type, const Terminal& user, const AccessPoint& cell);
  void tell_of_s1_bearer(int event, const Terminal& user, const AccessPoint& cell);
  void report_of_cell(const Terminal& user);
  void report_of_new_radio_cell(const Terminal& user);
  void tell_of_carriers(const Terminal& user);

  const HostPlan& host_;
  const RadioCells cells_;
  Surroundings& outside_;
  Applications& applications_;
  Notifier& notifier_;
  std::map<std::string, Subscription> subscriptions_;
  std::map<std::string, std::string> second_carrier_;  // by user: the cell that is aggregated with its own
};

}  // namespace edgecse::sandbox
