// SPDX-License-Identifier: Apache-2.0
//
// MEC 011 application support (Mp1, mec_app_support/v1) of one host: readiness, termination, registration (3.x),
// traffic and DNS rules, timing. Only the system's executor touches it.
#pragma once

#include "platform/applications.hpp"
#include "platform/notifier.hpp"

namespace edgecse::sandbox {

class AppSupport {
 public:
  /// remove(id): the instance ends: its services, subscriptions and AMS registrations go with it.
  AppSupport(const HostPlan& host, Surroundings& outside, Applications& applications, Notifier& notifier,
             std::function<void(const std::string&)> remove)
      : host_(host), outside_(outside), applications_(applications), notifier_(notifier), remove_(std::move(remove)) {}

  [[nodiscard]] Reply handle(const Request& request);

  /// Management wants an instance to end (STOPPING, TERMINATING): who subscribed is told and has this long to confirm.
  void terminate(Application& application, const std::string& operation_action, std::chrono::seconds grace);
  void forget_application(const std::string& id);
  void forget_all() { subscriptions_.clear(); }

 private:
  struct Subscription {
    std::string application;
    nlohmann::json body;
  };
  [[nodiscard]] Reply registrations(const Request& request);
  [[nodiscard]] Reply register_application(const Request& request);
  [[nodiscard]] Reply confirm(const Request& request);
  [[nodiscard]] Reply confirm_termination(const Request& request, Application& application);
  [[nodiscard]] Reply subscriptions(const Request& request, const Application& application);
  [[nodiscard]] Reply rules(const Request& request, Application& application);
  [[nodiscard]] Reply put_rule(const Request& request, const Shape& shape, nlohmann::json& rule);
  [[nodiscard]] Reply timing(const Request& request) const;
  [[nodiscard]] std::string base() const {
    return fmt::format("{}/{}/mec_app_support/v1", outside_.api_root, host_.name);
  }
  [[nodiscard]] std::string href(const std::string& application, const std::string& subscription) const;

  const HostPlan& host_;
  Surroundings& outside_;
  Applications& applications_;
  Notifier& notifier_;
  std::function<void(const std::string&)> remove_;
  std::map<std::string, Subscription> subscriptions_;
};

/// The rules that the platform offers to an instance, INACTIVE: what an AppD would have brought.
void offer_rules(const HostPlan& host, Application& application);

}  // namespace edgecse::sandbox
