// SPDX-License-Identifier: Apache-2.0
//
// Which host's CSE a terminal reaches under the one name that devices know: what DNS and traffic rules would do. It
// survives the crash of a platform, as a data plane does. Only the system's executor touches it.
#pragma once

#include <map>
#include <optional>

#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

class Steering {
 public:
  /// The service whose endpoint the name stands for.
  static constexpr std::string_view kService = "onem2m-cse";

  explicit Steering(Surroundings& outside) : outside_(outside) {}

  /// The endpoint (EndPointInfo) at which a host's CSE is reached; null takes it away.
  void set_endpoint(const std::string& host, const nlohmann::json& end_point);
  /// The terminal is served by that host; kept: the application at the host that it is steered to has not let it go.
  void settle(const std::string& terminal, const std::string& serving_host, bool kept);
  [[nodiscard]] std::string host_of(const std::string& terminal) const;
  /// EndPointInfo of the CSE that the name resolves to; nothing while no host has one.
  [[nodiscard]] std::optional<nlohmann::json> resolve(const std::string& terminal) const;
  void forget_terminals() { host_of_.clear(); }

 private:
  Surroundings& outside_;
  std::map<std::string, nlohmann::json> endpoints_;  // by host
  std::map<std::string, std::string> host_of_;       // by terminal
};

}  // namespace edgecse::sandbox
