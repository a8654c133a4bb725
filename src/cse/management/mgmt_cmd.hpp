// SPDX-License-Identifier: Apache-2.0
//
// <mgmtCmd>: execEnable makes an <execInstance> for each node that is to execute it. TS-0001 9.6.16, TS-0004 7.4.16.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class MgmtCmdProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 12;

  explicit MgmtCmdProcedure(CseCore& core) : core_(core) {}
  /// 6022, 6023, 6024: it is to be executed, but cannot be as it is.
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> after_update(UpdateContext& context) override;
  /// 6029: one of its instances can no longer be cancelled.
  [[nodiscard]] onem2m::Result<> check_delete(const Tree& tree, const onem2m::Request& request,
                                              const Resource& command) const override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse
