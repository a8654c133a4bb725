// SPDX-License-Identifier: Apache-2.0
#include "cse/automation/automation.hpp"

#include "cse/automation/action.hpp"
#include "cse/automation/action_runner.hpp"
#include "cse/automation/criteria.hpp"
#include "cse/automation/process.hpp"

namespace edgecse::cse {

namespace {

class Automation final : public CsePart {
 public:
  explicit Automation(CseCore& core) : actions_(core), processes_(core, actions_) {
    using namespace automation;
    core.procedures.add(kAction, std::make_shared<ActionProcedure>(core));
    core.procedures.add(kDependency, std::make_shared<DependencyProcedure>(core));
    core.procedures.add(kProcessManagement, std::make_shared<ProcessManagementProcedure>(core, processes_));
    core.procedures.add(kState, std::make_shared<StateProcedure>(core));
  }
  void start() override { actions_.start(); }

 private:
  automation::ActionRunner actions_;
  automation::ProcessMachine processes_;
};

}  // namespace

std::unique_ptr<CsePart> make_automation(CseCore& core) { return std::make_unique<Automation>(core); }

}  // namespace edgecse::cse
