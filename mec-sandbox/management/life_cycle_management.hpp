// SPDX-License-Identifier: Apache-2.0
//
// MEC 010-2 application life cycle management (app_lcm/v1) of the orchestrator: instances of onboarded packages on MEC hosts.
// An instance counts as instantiated once it confirmed at its platform that it is ready; terminating gracefully takes the way
// over the platform's AppTerminationNotification. Only the system's executor touches it.
#pragma once

#include "management/instance_runner.hpp"
#include "management/package_management.hpp"
#include "platform/mec_system.hpp"

namespace edgecse::sandbox {

class LifeCycleManagement {
 public:
  /// system: the MEC system that is in place now, nullptr for none.
  LifeCycleManagement(std::string base, std::string api_root, PackageManagement& packages, InstanceRunner& runner,
                      base::Executor& executor, base::Clock& clock, base::Random& random,
                      std::function<MecSystem*()> system)
      : base_(std::move(base)),
        api_root_(std::move(api_root)),
        packages_(packages),
        runner_(runner),
        executor_(executor),
        clock_(clock),
        random_(random),
        system_(std::move(system)) {}

  [[nodiscard]] Reply handle(const Request& request);

 private:
  struct Instance {
    nlohmann::json info;  // AppInstanceInfo
    std::string host;
    std::string operation;  // that is going on; "": none
  };
  struct Operation {
    nlohmann::json info;  // AppLcmOpOcc
    base::MonotonicTime deadline;
    bool killed = false;
  };
  [[nodiscard]] Reply create(const Request& request);
  [[nodiscard]] Reply of_instance(const Request& request, Instance& instance);
  [[nodiscard]] Reply instantiate(const Request& request, Instance& instance);
  [[nodiscard]] Reply terminate(const Request& request, Instance& instance);
  [[nodiscard]] Reply remove(const Instance& instance);

  [[nodiscard]] Response begin(Instance& instance, const char* kind, std::chrono::seconds patience);
  void look_later(const std::string& operation);
  void look(const std::string& operation);
  void look_at_start(Instance& instance, Operation& operation);
  void look_at_end(Instance& instance, Operation& operation);
  void finish(Instance& instance, Operation& operation, const std::string& fault);
  [[nodiscard]] bool late(const Operation& operation) const { return clock_.monotonic_now() >= operation.deadline; }

  std::string base_;      // URL of app_lcm/v1
  std::string api_root_;  // what the hosts' paths are appended to
  PackageManagement& packages_;
  InstanceRunner& runner_;
  base::Executor& executor_;
  base::Clock& clock_;
  base::Random& random_;
  std::function<MecSystem*()> system_;
  std::map<std::string, Instance> instances_;
  std::map<std::string, Operation> operations_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::sandbox
