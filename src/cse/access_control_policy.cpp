// SPDX-License-Identifier: Apache-2.0
#include "cse/access_control_policy.hpp"

namespace edgecse::cse {
namespace {

onem2m::Result<> check_self_privileges(const Json& attributes) {
  const auto own = attributes.find("pvs");
  if (own == attributes.end()) return {};
  const auto rules = own->is_object() ? own->find("acr") : own->end();
  if (own->is_object() && rules != own->end() && rules->is_array() && !rules->empty()) return {};
  return onem2m::refuse(onem2m::ResponseStatus::BadRequest, "pvs must have at least one rule");
}

}  // namespace

onem2m::Result<> AccessControlPolicyProcedure::check_create(const CreateCheck& check) const {
  return check_self_privileges(check.attributes);
}

onem2m::Result<> AccessControlPolicyProcedure::check_update(const UpdateCheck& check) const {
  return check_self_privileges(check.attributes);
}

}  // namespace edgecse::cse
