// SPDX-License-Identifier: Apache-2.0
//
// What is special about <subscription>: its checks, and the verification of its notification targets before it is made or
// changed. TS-0004 7.4.8.
#pragma once

#include "cse/cse_core.hpp"
#include "cse/router.hpp"

namespace edgecse::cse {

class SubscriptionProcedure final : public TypeProcedure {
 public:
  SubscriptionProcedure(CseCore& core, Router& router) : core_(core), router_(router) {}

  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  [[nodiscard]] bool prepares(const onem2m::Request& request) const override;
  [[nodiscard]] bool needs_preparation(const Preparation& preparation) const override;
  /// Every target that is a resource and not the Originator agrees to be notified, else 5204, 4101 or 5205.
  void prepare(Preparation preparation, PreparedCallback done) override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  CseCore& core_;
  Router& router_;
};

}  // namespace edgecse::cse
