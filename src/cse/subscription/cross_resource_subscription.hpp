// SPDX-License-Identifier: Apache-2.0
//
// What is special about <crossResourceSubscription>: its member subscriptions, made or changed before it is there and taken
// back when that fails or when it goes. TS-0001 9.6.58, TS-0004 7.4.58, release4 4.
#pragma once

#include <memory>

#include "cse/router.hpp"
#include "cse/subscription/request_watch.hpp"
#include "cse/type_procedure.hpp"

namespace edgecse::cse {

class CrossResourceProcedure final : public TypeProcedure {
 public:
  CrossResourceProcedure(CseCore& core, Router& router, std::shared_ptr<SubscriptionWatch> watch)
      : core_(core), router_(router), watch_(std::move(watch)) {}

  /// NOTIFY is its members' business: who is none is not heard.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  [[nodiscard]] bool prepares(const onem2m::Request& request) const override;
  [[nodiscard]] bool needs_preparation(const Preparation& preparation) const override;
  /// The targets agree (else 5204), then the members: 4000 when one is no subscription, else 5221; nothing stays of them.
  void prepare(Preparation preparation, PreparedCallback done) override;
  void abandon(const onem2m::Request& request, const Json& prepared) override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> before_delete(DeleteContext& context) override;

 private:
  CseCore& core_;
  Router& router_;
  std::shared_ptr<SubscriptionWatch> watch_;
};

}  // namespace edgecse::cse
