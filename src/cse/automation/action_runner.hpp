// SPDX-License-Identifier: Apache-2.0
//
// Evaluates actions when their subject changes and runs those whose criteria and dependencies hold: the actionPrimitive
// as a request of its own, the answer into actionResult. What was decided is kept with the action: after a restart it
// is run.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cse/automation/subject_index.hpp"
#include "cse/cse_core.hpp"
#include "cse/target.hpp"

namespace edgecse::cse::automation {

class ActionRunner final : public ResourceEventListener, public CommitObserver {
 public:
  /// Registers itself as listener and observer; must outlive the loop's work.
  explicit ActionRunner(CseCore& core);
  /// Runs what was decided before the restart.
  void start();

  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_import(const Resource& resource) override;
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override;

  /// Runs the action once after this commit, whatever its criteria say: a state's stateAction.
  void run_anyway(Transaction& transaction, const std::string& action);

 private:
  using Queue = std::shared_ptr<std::deque<std::string>>;
  [[nodiscard]] std::vector<std::string> subjects_of(const Tree& tree, const Resource& action) const;
  void evaluate(Transaction& transaction, const ResourceEvent& event, const std::string& subject);
  [[nodiscard]] bool concerns(const ResourceEvent& event, const std::string& subject, const Target& target) const;
  [[nodiscard]] bool dependencies_hold(const Transaction& transaction, const Resource& action) const;
  static bool moved(const Transaction& transaction, Resource& action, const ResourceEvent& event, const Target& target);
  static bool take_run(const Transaction& transaction, Resource& action);
  void run_later(Transaction& transaction, std::vector<std::string> actions);
  void run_next(const Queue& actions);
  void keep_result(const std::string& action, Json result, std::function<void()> then);

  CseCore& core_;
  SubjectIndex index_;
  // The executor's thread only.
  std::set<std::string> running_;
  std::map<std::string, std::vector<Queue>> blocked_;  // by the running action that their next one is
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace edgecse::cse::automation
