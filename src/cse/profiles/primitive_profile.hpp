// SPDX-License-Identifier: Apache-2.0
//
// <primitiveProfile>: what it would add to and delete from primitives is checked; this CSE applies no profile. TS-0001 9.6.64,
// release4 17.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class PrimitiveProfileProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 62;

  /// 4000: a name in adds and dels, one that must stay, one that nothing has, a value that does not fit.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
};

}  // namespace edgecse::cse
