// SPDX-License-Identifier: Apache-2.0
//
// <timeSyncBeacon>: tells its targets this CSE's time, periodically. The kind that tells of a lost synchronisation (bcnc 2) is
// kept and checked, but nobody's clock is compared. TS-0001 9.6.62, release4 17.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class TimeSyncBeaconProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 60;

  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

/// Sends m2m:tsbn to bcnu every bcni, through the outbox. Timers are made anew from the tree when the CSE starts.
[[nodiscard]] std::unique_ptr<CsePart> make_time_sync(CseCore& core);

}  // namespace edgecse::cse
