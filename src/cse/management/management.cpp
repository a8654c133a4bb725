// SPDX-License-Identifier: Apache-2.0
#include "cse/management/management.hpp"

#include "cse/management/mgmt_obj.hpp"

namespace edgecse::cse {

void add_management(CseCore& core) {
  core.procedures.add(onem2m::type::kMgmtObj, std::make_shared<MgmtObjProcedure>());
}

}  // namespace edgecse::cse
