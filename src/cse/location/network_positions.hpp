// SPDX-License-Identifier: Apache-2.0
//
// Network based <locationPolicy> (los 1): the network is asked where the target is, once when the policy is made and then at
// each locationUpdatePeriod; positions go into the container of the policy. TS-0001 9.6.10, 10.2.9.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

struct NetworkPosition {
  double longitude = 0, latitude = 0;  // degrees, WGS 84
};

/// A location service of the network. Thread-safe.
class PositionSource {
 public:
  virtual ~PositionSource() = default;
  /// nullopt: the network does not know the device, or not where it is; an error when it cannot be asked. done is called once,
  /// on any thread.
  using Done = std::function<void(onem2m::Result<std::optional<NetworkPosition>>)>;
  virtual void find(const std::string& address, Done done) = 0;
};

/// What the policies of this CSE ask from now on; before the CSE starts. Without it network based policies are refused.
void use_position_source(CseCore& core, std::shared_ptr<PositionSource> source);

/// The address in the network that a policy is about: lot as `<type>:<value>` or the AE that it names, else the <AE> above;
/// of an AE by its label `mec:ue=<type>:<value>`. Empty: there is none. A type in front of an address is taken off.
[[nodiscard]] std::string network_address_of(const CseCore& core, const Tree& tree, const std::string& parent,
                                             const std::string& target);

/// What a position or its absence changes in the policy and in its container. On the loop's thread, in a job.
void note_position(CseCore& core, Transaction& transaction, const std::string& policy,
                   const std::optional<NetworkPosition>& position, const std::string& failure);

/// Keeps positions up to date.
[[nodiscard]] std::unique_ptr<CsePart> make_network_positions(CseCore& core);

}  // namespace edgecse::cse
