// SPDX-License-Identifier: Apache-2.0
//
// Keeps the members of groups true after the groups were made: what is deleted here leaves them, what could not be asked
// when it became a member is asked again. TS-0004 7.4.13.2.1; release4 15.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "cse/cse_core.hpp"
#include "cse/group/group_members.hpp"

namespace edgecse::cse::group {

class MemberKeeper final : public ResourceEventListener, public std::enable_shared_from_this<MemberKeeper> {
 public:
  explicit MemberKeeper(CseCore& core);
  void on_event(Transaction& transaction, const ResourceEvent& event) override;
  void on_import(const Resource& resource) override;
  /// Begins to ask members that did not answer.
  void start();

 private:
  void learn(const Resource& group);
  void drop_member(Transaction& transaction, const std::string& member);
  void ask_again();
  void ask_again(const Resource& group);
  void settle(const std::string& group, const onem2m::Request& as, const RemoteMembers& answers);

  CseCore& core_;
  // The loop's thread only. May name groups that have changed since.
  std::unordered_map<std::string, std::set<std::string>> groups_of_;  // ri of a member here -> groups
};

}  // namespace edgecse::cse::group
