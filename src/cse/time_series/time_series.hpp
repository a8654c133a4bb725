// SPDX-License-Identifier: Apache-2.0
//
// timeSeries: limits like a container's, and what the monitoring for missing data needs. TS-0004 7.4.38.
#pragma once

#include "cse/container.hpp"

namespace edgecse::cse {

class TimeSeriesProcedure final : public ContainerProcedure {
 public:
  using ContainerProcedure::ContainerProcedure;
  onem2m::Result<> check_create(const CreateCheck& check) const override;
  onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

}  // namespace edgecse::cse
