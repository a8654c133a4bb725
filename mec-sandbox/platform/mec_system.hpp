// SPDX-License-Identifier: Apache-2.0
//
// The whole MEC system: the hosts with their APIs, the terminals on their way, and the steering between them. Takes
// HTTP requests below /{host}/ apart and answers them. Only the system's executor touches it.
#pragma once

#include <memory>

#include "platform/app_support.hpp"
#include "platform/iot_service.hpp"
#include "platform/location_subscriptions.hpp"
#include "platform/mobility_service.hpp"
#include "platform/radio_network.hpp"
#include "platform/service_management.hpp"
#include "platform/steering.hpp"
#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

class MecSystem {
 public:
  /// Hosts and terminals are those of the scenario; outside must outlive the system.
  MecSystem(Surroundings& outside, Scenario scenario);
  MecSystem(const MecSystem&) = delete;
  MecSystem& operator=(const MecSystem&) = delete;

  /// A request to an API of a host; the first segment of the path names the host.
  [[nodiscard]] Reply handle(const Request& request);

  /// One second of scenario time passes.
  void step();
  /// See Terminals. 404 when terminal or place is unknown.
  [[nodiscard]] Result<> place(const std::string& terminal, const std::string& access_point_or_zone);
  [[nodiscard]] Result<> release(const std::string& terminal);
  /// Management creates an instance; its id is given to the program by configuration.
  [[nodiscard]] Result<Application> create_application(const std::string& host, const std::string& name,
                                                       const std::string& app_d_id, const std::string& id);
  [[nodiscard]] Result<> terminate(const std::string& host, const std::string& application,
                                   const std::string& operation_action, std::chrono::seconds grace);
  void remove_application(const std::string& id);
  /// The platform crashes, forgets everything and answers 503 until the outage is over.
  [[nodiscard]] Result<> restart(const std::string& host, std::chrono::milliseconds outage);

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const Terminals& terminals() const { return terminals_; }
  [[nodiscard]] const Steering& steering() const { return steering_; }
  [[nodiscard]] Notifier& notifier() { return notifier_; }
  [[nodiscard]] Applications& applications() { return applications_; }
  [[nodiscard]] const Services& services() const { return services_; }

 private:
  struct Host {
    const HostPlan* plan;
    std::unique_ptr<AppSupport> app_support;
    std::unique_ptr<ServiceManagement> service_management;
    std::unique_ptr<MobilityService> mobility_service;
    std::unique_ptr<LocationSubscriptions> location_subscriptions;
    std::unique_ptr<RadioNetwork> radio_network;
    std::unique_ptr<IotService> iot_service;
    bool down = false;
  };
  [[nodiscard]] Host* host(const std::string& name);
  /// path: below the API's base.
  [[nodiscard]] Reply serve(Host& host, const std::string& api, const Request& request);
  void moved(const Movement& movement);
  void steer(const std::string& terminal);
  void service_changed(const Service& service);
  [[nodiscard]] nlohmann::json host_information(const std::string& name) const;

  Surroundings& outside_;
  const Scenario scenario_;
  Terminals terminals_;
  Applications applications_;
  Notifier notifier_;
  Services services_;
  Steering steering_;
  std::map<std::string, Host> hosts_;
};

}  // namespace edgecse::sandbox
