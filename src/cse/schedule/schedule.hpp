// SPDX-License-Identifier: Apache-2.0
//
// <schedule>: when the parent can be reached. Under <CSEBase> it closes the whole CSE outside its windows. TS-0001 9.6.9,
// TS-0004 7.4.9, release4 11.
#pragma once

#include "cse/cse_core.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {

class ScheduleProcedure final : public TypeProcedure {
 public:
  /// 4000: a second one under <CSEBase>, a wrong name under a subscription. 4102: nco elsewhere than under <node>. 5001: nco.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> after_create(CreateContext& context) override;
  onem2m::Result<> before_delete(DeleteContext& context) override;
};

/// Whether one of the windows of the schedule's se covers the time.
[[nodiscard]] bool is_open(const Resource& schedule, base::WallTime now);

/// When one of its windows covers a time from now on, but before the end; nothing: never.
[[nodiscard]] std::optional<base::WallTime> next_opening(const Resource& schedule, base::WallTime now, base::WallTime end);

/// 5103 outside the windows of the <CSEBase>'s schedule, unless the request is for the schedule itself. Costs one look-up
/// while there is none. Any thread.
[[nodiscard]] onem2m::Result<> check_open(const CseCore& core, const Tree& tree, base::WallTime now,
                                          const onem2m::Address& target);

}  // namespace edgecse::cse
