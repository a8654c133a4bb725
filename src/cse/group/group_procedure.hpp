// SPDX-License-Identifier: Apache-2.0
//
// <group>: which members it takes. TS-0004 7.4.13; release4 15. What goes through its fanOutPoint: fan_out.hpp.
#pragma once

#include "cse/cse_core.hpp"
#include "cse/group/group_members.hpp"

namespace edgecse::cse::group {

/// Asks the CSEs of the members, as the request's originator; each member is asked once, side by side. done: on any thread.
void ask_members(CseCore& core, const onem2m::Request& request, const std::vector<std::string>& members,
                 std::function<void(RemoteMembers)> done);

class GroupProcedure final : public TypeProcedure {
 public:
  explicit GroupProcedure(CseCore& core) : core_(core) {}

  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  [[nodiscard]] bool prepares(const onem2m::Request& request) const override;
  [[nodiscard]] bool needs_preparation(const Preparation& preparation) const override;
  /// Gives what other CSEs say about their members.
  void prepare(Preparation preparation, PreparedCallback done) override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  onem2m::Result<> settle_members(Transaction& transaction, const onem2m::Request& request, const Json& prepared,
                                  const Json* validated, Resource& group) const;
  CseCore& core_;
};

}  // namespace edgecse::cse::group
