// SPDX-License-Identifier: Apache-2.0
//
// Runs the RegistrarLink: sends what it wants, keeps the mirror <remoteCSE> of the registrar, tells it what registers here.
#pragma once

#include <functional>
#include <memory>

#include "cse/cse_core.hpp"
#include "cse/registrar_link.hpp"

namespace edgecse::cse {

/// State belongs to the executor. Only for a CSE with a registrar.
class RegistrationAtRegistrar final : public CommitObserver,
                                      public std::enable_shared_from_this<RegistrationAtRegistrar> {
 public:
  /// on_up: called, on the executor, each time the registrar is reached again.
  RegistrationAtRegistrar(CseCore& core, std::function<void()> on_up);
  void start();
  void stop();
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  void run(RegistrarCommand command);
  void follow_up();
  void mirror(const Json& registrar_base);
  void learn_in_cse(const Json& registrar_base);
  [[nodiscard]] std::vector<std::string> descendants(const Tree& tree) const;
  void post(std::function<void(RegistrationAtRegistrar&)> task);

  CseCore& core_;
  const std::function<void()> on_up_;
  telemetry::Gauge& up_gauge_;
  RegistrarLink link_;
  base::TimerId timer_ = 0;
  bool stopped_ = false;
};

}  // namespace edgecse::cse
