// SPDX-License-Identifier: Apache-2.0
//
// MEC 033 (iots/v1) of one host: the IoT platforms and devices that registered. Devices are kept and answered; nothing is
// published on their behalf. Only the system's executor touches it.
#pragma once

#include <map>

#include "platform/exchange.hpp"
#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

class IotService {
 public:
  IotService(const HostPlan& host, Surroundings& outside) : host_(host), outside_(outside) {}

  [[nodiscard]] Reply handle(const Request& request);
  void forget_all();

 private:
  struct Kind {
    const char* folder;
    const char* id_member;
    Shape shape;
  };
  using Entries = std::map<std::string, nlohmann::json>;
  [[nodiscard]] Reply entries(const Request& request, const Kind& kind, Entries& all);
  [[nodiscard]] Reply create(const Request& request, const Kind& kind, Entries& all);
  [[nodiscard]] Reply update(const Request& request, const Kind& kind, nlohmann::json& entry);
  /// 400 when a device names a platform or a transport that is not there; else with `enabled` as that says.
  [[nodiscard]] Result<> complete_device(nlohmann::json& device) const;
  void tell(const Kind& kind, const std::string& id, const char* change);

  const HostPlan& host_;
  Surroundings& outside_;
  Entries platforms_, devices_;
};

}  // namespace edgecse::sandbox
