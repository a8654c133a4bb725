// SPDX-License-Identifier: Apache-2.0
//
// <mgmtObj>: the specialisation is named by the member and by mgd; some attributes are buttons that read the same whatever
// was written, and an action that was asked for shows in its status attribute until the managed entity reports the end.
// TS-0001 9.6.15, annex D; TS-0004 7.4.15; TS-0022 7.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class MgmtObjProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

}  // namespace edgecse::cse
