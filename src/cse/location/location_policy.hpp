// SPDX-License-Identifier: Apache-2.0
//
// <locationPolicy>, device based: it owns a container beside it, into which the device writes its positions (GeoJSON points);
// with a geofence, crossing it is written there, too. TS-0001 9.6.10, 10.2.9; TS-0004 7.4.11, release4 10.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class LocationPolicyProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 10;

  explicit LocationPolicyProcedure(CseCore& core) : core_(core) {}
  /// 5001: other sources than the device. 4000: what belongs to those, a target area that is no polygon, lon in use.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> after_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> before_delete(DeleteContext& context) override;

 private:
  CseCore& core_;
};

/// Judges each position that comes in against the geofence of its container's policy. What the policy knows of the last
/// position is kept in the policy.
[[nodiscard]] std::unique_ptr<CsePart> make_geofence(CseCore& core);

}  // namespace edgecse::cse
