// SPDX-License-Identifier: Apache-2.0
//
// action and dependency: what is checked when they are made and changed. TS-0001 9.6.61, 9.6.62 (Release 4). Running
// them: action_runner.hpp.
#pragma once

#include "cse/cse_core.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::cse::automation {

enum class EvaluationMode : int { Off = 0, Once = 1, Periodic = 2, Continuous = 3 };

/// Member of an action's internal: {"left": runs that may still happen, "next": end of the period (microseconds),
/// "due": runs decided on and not finished}.
inline constexpr const char* kRunState = "run";
/// An action that has not run yet.
[[nodiscard]] Json fresh_state(const Resource& action);

/// The actionPrimitive as a request that goes to the object. Fails when it is none.
[[nodiscard]] onem2m::Result<onem2m::Request> action_request(const Json& primitive, const std::string& object);

class ActionProcedure final : public TypeProcedure {
 public:
  explicit ActionProcedure(CseCore& core) : core_(core) {}
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  CseCore& core_;
};

class DependencyProcedure final : public TypeProcedure {
 public:
  explicit DependencyProcedure(CseCore& core) : core_(core) {}
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse::automation
