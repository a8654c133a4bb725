// SPDX-License-Identifier: Apache-2.0
//
// MEC 011 service management (Mp1, mec_service_mgmt/v1) of one host, over the registries of all hosts. Only the
// system's executor touches it.
#pragma once

#include "platform/applications.hpp"
#include "platform/services.hpp"

namespace edgecse::sandbox {

class ServiceManagement {
 public:
  ServiceManagement(const HostPlan& host, Surroundings& outside, Applications& applications, Services& services,
                    Notifier& notifier)
      : host_(host), outside_(outside), applications_(applications), services_(services), notifier_(notifier) {}

  [[nodiscard]] Reply handle(const Request& request);

 private:
  [[nodiscard]] Reply list(const Request& request, const std::string& application);
  [[nodiscard]] Reply application_services(const Request& request, Application& application);
  [[nodiscard]] Reply create(const Request& request, Application& application);
  [[nodiscard]] Reply update(const Request& request, Service& service, Application& application);
  [[nodiscard]] Reply subscriptions(const Request& request, const Application& application);
  [[nodiscard]] Reply subscribe(const Request& request, const Application& application);
  [[nodiscard]] Reply liveness(const Request& request);
  [[nodiscard]] nlohmann::json transport() const;
  /// Fills in what the platform decides: defaults, transport, heartbeat, links.
  void complete(nlohmann::json& info, const std::string& id, const std::string& application) const;
  [[nodiscard]] std::string base() const {
    return fmt::format("{}/{}/mec_service_mgmt/v1", outside_.api_root, host_.name);
  }

  const HostPlan& host_;
  Surroundings& outside_;
  Applications& applications_;
  Services& services_;
  Notifier& notifier_;
};

}  // namespace edgecse::sandbox
