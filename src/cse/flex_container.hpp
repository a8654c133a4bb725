// SPDX-License-Identifier: Apache-2.0
//
// flexContainer and the instances that keep its past values (fcied). TS-0004 7.4.37, release 4 and 5 of TS-0001 9.6.35.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class FlexContainerProcedure final : public TypeProcedure {
 public:
  explicit FlexContainerProcedure(CseCore& core) : core_(core) {}

  /// cnd must be that of the member name; limits of instances need fcied: 4000.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  /// cs: sum of the custom attributes. With fcied (true or false) the first instance.
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> after_create(CreateContext& context) override;
  /// fcied true: another instance when custom attributes, lbl or loc change; false: the latest stays; null: none.
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> after_update(UpdateContext& context) override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse
