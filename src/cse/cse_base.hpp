// SPDX-License-Identifier: Apache-2.0
//
// <CSEBase>: made and brought up to date from the options when the CSE is opened; no request changes it. TS-0001 9.6.3.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class CseBaseProcedure final : public TypeProcedure {
 public:
  /// currentTime (ctm).
  void complete(const Tree& tree, const Resource& resource, base::WallTime now, Json& attributes) const override;
};

/// One job before anything else runs. Fails when the store belongs to another CSE.
[[nodiscard]] onem2m::Result<> bring_up_cse_base(CseCore& core);

}  // namespace edgecse::cse
