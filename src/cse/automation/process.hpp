// SPDX-License-Identifier: Apache-2.0
//
// processManagement and state: what is checked when they are made, changed and deleted. TS-0001 9.6.59, 9.6.60 (Release
// 4). How a process goes on: process_machine.hpp.
#pragma once

#include "cse/automation/process_machine.hpp"

namespace edgecse::cse::automation {

class ProcessManagementProcedure final : public TypeProcedure {
 public:
  ProcessManagementProcedure(CseCore& core, ProcessMachine& machine) : core_(core), machine_(machine) {}
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> after_update(UpdateContext& context) override;

 private:
  CseCore& core_;
  ProcessMachine& machine_;
};

class StateProcedure final : public TypeProcedure {
 public:
  explicit StateProcedure(CseCore& core) : core_(core) {}
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_delete(const Tree& tree, const onem2m::Request& request,
                                              const Resource& state) const override;
  onem2m::Result<> before_create(CreateContext& context) override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse::automation
