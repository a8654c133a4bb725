// SPDX-License-Identifier: Apache-2.0
#include "cse/management/management.hpp"

#include "cse/management/exec_instance.hpp"
#include "cse/management/mgmt_cmd.hpp"
#include "cse/management/mgmt_obj.hpp"

namespace edgecse::cse {

void add_management(CseCore& core) {
  core.procedures.add(onem2m::type::kMgmtObj, std::make_shared<MgmtObjProcedure>());
  core.procedures.add(MgmtCmdProcedure::kType, std::make_shared<MgmtCmdProcedure>(core));
  core.procedures.add(ExecInstanceProcedure::kType, std::make_shared<ExecInstanceProcedure>(core));
}

}  // namespace edgecse::cse
