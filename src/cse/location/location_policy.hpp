// SPDX-License-Identifier: Apache-2.0
//
// <locationPolicy>: it owns a container beside it, into which the device writes its positions (GeoJSON points), or this CSE what
// the network says of them; with a geofence, crossing it is written there, too. TS-0001 9.6.10, 10.2.9; TS-0004 7.4.11, release4 10.
#pragma once

#include "cse/cse_core.hpp"
#include "cse/location/network_positions.hpp"

namespace edgecse::cse {

class LocationPolicyProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 10;

  explicit LocationPolicyProcedure(CseCore& core) : core_(core) {}
  /// 5001: sources other than the device and, when there is a position source, the network, and what such a source does not
  /// know. 4000: what belongs to another source, a target area that is no polygon, lon in use, no target in the network. 4103: a target
  /// that the Originator may not read.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  /// Asks where the target is: a network that cannot be asked is none (5001).
  [[nodiscard]] bool prepares(const onem2m::Request& request) const override;
  [[nodiscard]] bool needs_preparation(const Preparation& preparation) const override;
  void prepare(Preparation preparation, PreparedCallback done) override;
  onem2m::Result<> after_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
  onem2m::Result<> before_delete(DeleteContext& context) override;

  /// Before the CSE starts.
  void use(std::shared_ptr<PositionSource> source) { source_ = std::move(source); }
  /// nullptr: none.
  [[nodiscard]] std::shared_ptr<PositionSource> source() const { return source_; }

 private:
  [[nodiscard]] onem2m::Result<> check_policy(const Json& attributes) const;
  [[nodiscard]] onem2m::Result<> check_target(const CreateCheck& check) const;

  CseCore& core_;
  std::shared_ptr<PositionSource> source_;
};

/// An instance in the container of a policy, in the name of this CSE. A full container or disk loses it, not what caused it.
void write_location(CseCore& core, Transaction& transaction, const ResourcePtr& container, Json content);

/// Judges each position that comes in against the geofence of its container's policy. What the policy knows of the last
/// position is kept in the policy.
[[nodiscard]] std::unique_ptr<CsePart> make_geofence(CseCore& core);

}  // namespace edgecse::cse
