// SPDX-License-Identifier: Apache-2.0
//
// <delivery>: requests of other CSEs' Originators that come in one message. Each is kept as a <request> in the commit that makes
// the <delivery>, then done here or sent on. TS-0001 9.6.11, 10.2.4; TS-0004 7.4.7.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class DeliveryProcedure final : public TypeProcedure {
 public:
  /// Keeps the request in the transaction and does it after the commit.
  using Accept = std::function<void(Transaction& transaction, onem2m::Request request)>;

  DeliveryProcedure(const CseCore& core, Accept accept) : core_(core), accept_(std::move(accept)) {}

  /// A CSE that is registered here may make one; others as the policies say.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  /// 4000: an aggregated request that cannot be read, named by its place; 4103: the requests are not from a CSE that is
  /// registered here, or one of them speaks for an entity of this CSE. Without requests it is data.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  onem2m::Result<> after_create(CreateContext& context) override;

 private:
  const CseCore& core_;
  const Accept accept_;
};

}  // namespace edgecse::cse
