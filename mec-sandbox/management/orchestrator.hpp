// SPDX-License-Identifier: Apache-2.0
//
// The MEC orchestrator (MEO) below /meo: packages and instances (MEC 010-2, Mm1 and Mm3). It outlives the scenario. Only the
// system's executor touches it.
#pragma once

#include "management/life_cycle_management.hpp"

namespace edgecse::sandbox {

class Orchestrator {
 public:
  struct Options {
    InstanceRunner::Options runner;
    package::Trust trust;
  };
  Orchestrator(const Options& options, const std::string& api_root, base::Executor& executor, base::Clock& clock,
               base::Random& random, EventLog& events, std::function<MecSystem*()> system);

  /// The first segment of the path is "meo".
  [[nodiscard]] Reply handle(const Request& request);

 private:
  InstanceRunner runner_;
  PackageManagement packages_;
  LifeCycleManagement life_cycle_;
};

}  // namespace edgecse::sandbox
