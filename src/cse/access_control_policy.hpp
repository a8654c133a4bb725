// SPDX-License-Identifier: Apache-2.0
//
// <accessControlPolicy>: pvs must keep a rule, or nobody could ever change it again. TS-0004 7.4.3.
#pragma once

#include "cse/type_procedure.hpp"

namespace edgecse::cse {

class AccessControlPolicyProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
};

}  // namespace edgecse::cse
