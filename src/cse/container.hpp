// SPDX-License-Identifier: Apache-2.0
//
// <container>: limits and counters of its instances. TS-0004 7.4.6; contentInstance.cpp does the instances.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Evicts what lowered limits leave over: at once, and what is too much for one change in steps of their own.
[[nodiscard]] onem2m::Result<> trim(CseCore& core, Transaction& transaction, Resource& container);

class ContainerProcedure : public TypeProcedure {
 public:
  explicit ContainerProcedure(CseCore& core) : core_(core) {}

  onem2m::Result<> before_create(CreateContext& context) override;
  /// Lowered limits evict at once, in steps when that is much; disr from true to false deletes every instance.
  onem2m::Result<> before_update(UpdateContext& context) override;

 private:
  CseCore& core_;
};

}  // namespace edgecse::cse
