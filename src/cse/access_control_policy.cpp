// SPDX-License-Identifier: Apache-2.0
#include "cse/access_control_policy.hpp"

#include "cse/access_conditions.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

/// A context that nobody can ever meet would be refused silently, at each request.
Result<> check_addresses(const Json& rule) {
  for (const Json& context : rule.value("acco", Json::array())) {
    if (!context.contains("acip")) continue;
    for (const auto& [family, list] : context["acip"].items())
      for (const Json& entry : list) {
        const std::string block = entry.get<std::string>();
        if (!is_in_block(block, block.substr(0, block.find('/'))))
          return refuse(ResponseStatus::BadRequest, "acco/acip/" + family + ": '" + block + "' is neither an address nor a block");
      }
  }
  return {};
}

Result<> check_rules(const Json& attributes) {
  for (const char* name : {"pv", "pvs"}) {
    const auto privileges = attributes.find(name);
    if (privileges == attributes.end() || !privileges->is_object()) continue;
    for (const Json& rule : privileges->value("acr", Json::array()))
      if (auto fits = check_addresses(rule); !fits) return fits;
  }
  return {};
}

Result<> check_self_privileges(const Json& attributes) {
  const auto own = attributes.find("pvs");
  if (own == attributes.end()) return {};
  const auto rules = own->is_object() ? own->find("acr") : own->end();
  if (own->is_object() && rules != own->end() && rules->is_array() && !rules->empty()) return {};
  return refuse(ResponseStatus::BadRequest, "pvs must have at least one rule");
}

}  // namespace

Result<> AccessControlPolicyProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_self_privileges(check.attributes); !fits) return fits;
  return check_rules(check.attributes);
}

Result<> AccessControlPolicyProcedure::check_update(const UpdateCheck& check) const {
  if (auto fits = check_self_privileges(check.attributes); !fits) return fits;
  return check_rules(check.attributes);
}

}  // namespace edgecse::cse
