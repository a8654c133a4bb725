// SPDX-License-Identifier: Apache-2.0
//
// <accessControlPolicy>: pvs must keep a rule, or nobody could ever change it again. TS-0004 7.4.3.
#pragma once

#include "cse/type_procedure.hpp"

namespace edgecse::cse {

/// <accessControlPolicy>, or one of another CSE that is announced here: its rules count for what is announced with it.
[[nodiscard]] inline bool is_access_control_policy(const Resource& resource) {
  return resource.type == onem2m::type::kAccessControlPolicy ||
         resource.type == onem2m::type::kAccessControlPolicy + onem2m::type::kAnnounced;
}

class AccessControlPolicyProcedure final : public TypeProcedure {
 public:
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
};

}  // namespace edgecse::cse
