// SPDX-License-Identifier: Apache-2.0
//
// <container>: limits and counters of its instances. TS-0004 7.4.6; contentInstance.cpp does the instances.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class ContainerProcedure final : public TypeProcedure {
 public:
  explicit ContainerProcedure(CseCore& core) : core_(core) {}

  onem2m::Result<> before_create(CreateContext& context) override;
  /// Lowered limits evict at once, in steps when that is much; disr from true to false deletes every instance.
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse
