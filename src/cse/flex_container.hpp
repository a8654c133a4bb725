// SPDX-License-Identifier: Apache-2.0
//
// <flexContainer> and its specialisations: TS-0023's and this project's, which are rows in onem2m's tables. TS-0004 7.4.37.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class FlexContainerProcedure final : public TypeProcedure {
 public:
  /// cnd must be that of the member name: 4000.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  /// cs: sum of the custom attributes.
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

}  // namespace edgecse::cse
