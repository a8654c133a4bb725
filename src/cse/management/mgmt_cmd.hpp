// SPDX-License-Identifier: Apache-2.0
//
// <mgmtCmd> and its <execInstance>s: execEnable makes an instance per node that is to execute it; the instance waits for
// whoever manages the node, and can be cancelled until it is finished. TS-0001 9.6.16, 9.6.17; TS-0004 7.4.16, 7.4.17.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class MgmtCmdProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 12;

  explicit MgmtCmdProcedure(CseCore& core) : core_(core) {}
  onem2m::Result<> after_update(UpdateContext& context) override;

 private:
  CseCore& core_;
};

class ExecInstanceProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 8;

  /// 6028: exd asks for the end of what has ended.
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

}  // namespace edgecse::cse
