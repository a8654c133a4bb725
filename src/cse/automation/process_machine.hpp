// SPDX-License-Identifier: Apache-2.0
//
// A process on its way: enabled, activated when its activateConditions hold, from state to state by their transitions,
// completed by its endConditions or where no transition leads on. Steps are taken inside the job that changes what a
// condition looks at. TS-0001 10.2.27 (Release 4).
#pragma once

#include <string>
#include <vector>

#include "cse/automation/action_runner.hpp"
#include "cse/automation/subject_index.hpp"

namespace edgecse::cse::automation {

enum class ProcessStatus : int { Disabled = 1, Enabled = 2, Activated = 3, Paused = 4, Completed = 5, Aborted = 6 };
enum class ProcessControl : int { Enable = 1, Disable = 2, Pause = 3, Reactivate = 4 };

class ProcessMachine final : public ResourceEventListener, public CommitObserver {
 public:
  /// Registers itself as listener and observer.
  ProcessMachine(CseCore& core, ActionRunner& actions);

  /// What a checked processControl does to the process at once; it is put by the caller. States are put here.
  void control(Transaction& transaction, Resource& process, ProcessControl control);
  /// Takes the steps that are due: to be called after a change of the process.
  void go_on(Transaction& transaction, const std::string& process);

  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_import(const Resource& resource) override;
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

 private:
  [[nodiscard]] std::vector<std::string> subjects_of(const Tree& tree, const Resource& process) const;
  [[nodiscard]] bool all_hold(const Transaction& transaction, const Resource& process, const char* conditions) const;
  [[nodiscard]] ResourcePtr next_state(const Transaction& transaction, const Resource& process,
                                       const Resource& state) const;
  bool step(Transaction& transaction, const std::string& process);
  void enter(Transaction& transaction, Resource& process, const ResourcePtr& state);
  void leave(Transaction& transaction, const Resource& process);

  CseCore& core_;
  ActionRunner& actions_;
  SubjectIndex index_;
  std::size_t depth_ = 0;  // a process's change may be another's condition
};

}  // namespace edgecse::cse::automation
