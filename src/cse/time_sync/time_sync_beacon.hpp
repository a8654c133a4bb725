// SPDX-License-Identifier: Apache-2.0
//
// <timeSyncBeacon>: tells its targets this CSE's time, periodically (bcnc 1) or when the clock of an AE or CSE is found to be
// wrong (bcnc 2): the Originating Timestamp of its requests is compared with ours. TS-0001 9.6.62, release4 17.
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

class TimeSync : public CsePart {
 public:
  /// A valid request that came in now. Tells once when its clock is off by more than bcnt, and again after it was right. Any
  /// thread; costs nothing while no beacon waits for that.
  virtual void compare_clocks(const onem2m::Request& request) = 0;
};

/// Sends m2m:tsbn to bcnu through the outbox. Timers are made anew from the tree when the CSE starts.
[[nodiscard]] std::unique_ptr<TimeSync> make_time_sync(CseCore& core);

}  // namespace edgecse::cse
