// SPDX-License-Identifier: Apache-2.0
//
// The application instances of the MEC system: who they are and on which host, as the platforms and the AMS of every
// host see them. Only the system's executor touches it.
#pragma once

#include <map>
#include <optional>

#include "platform/exchange.hpp"

namespace edgecse::sandbox {

struct Application {
  std::string id;
  std::string name;
  std::string app_d_id;
  std::string host;
  bool managed = false;           // created by management (control API): survives a crash of its platform, not ready
  bool ready = false;             // confirm_ready came
  nlohmann::json info;            // AppInfo of a 3.x registration, else null
  nlohmann::json comm_interface;  // {ipAddresses:[{host, port}]}: where the instance is reached, null while unknown
  std::map<std::string, nlohmann::json> dns_rules;
  std::map<std::string, nlohmann::json> traffic_rules;
  std::string terminating;  // operationAction of a termination that waits for its confirmation
  std::uint64_t termination_timer = 0;
};

class Applications {
 public:
  Application& add(Application application);
  [[nodiscard]] Application* find(const std::string& id);
  [[nodiscard]] const Application* find(const std::string& id) const;
  void erase(const std::string& id) { by_id_.erase(id); }
  [[nodiscard]] std::map<std::string, Application>& all() { return by_id_; }

  /// 404 when it is not known at this host, 403 before it confirmed that it is ready.
  [[nodiscard]] Result<Application*> ready_at(const std::string& host, const std::string& id);
  /// 404 when it is not known at this host.
  [[nodiscard]] Result<Application*> known_at(const std::string& host, const std::string& id);

 private:
  std::map<std::string, Application> by_id_;
};

/// CommunicationInterface of an EndPointInfo; null when it names no host and port.
[[nodiscard]] nlohmann::json comm_interface_of(const nlohmann::json& end_point_info);

}  // namespace edgecse::sandbox
