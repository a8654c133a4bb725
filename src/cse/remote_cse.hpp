// SPDX-License-Identifier: Apache-2.0
//
// <remoteCSE>: another CSE registers here. TS-0001 10.2.2.7, TS-0004 7.4.4.2. What the exchange part does on top (mirror
// resource, dcse towards the own registrar) is in a class of its own that derives from this.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class RemoteCseProcedure : public TypeProcedure {
 public:
  explicit RemoteCseProcedure(CseCore& core) : core_(core) {}

  /// CREATE: allowed_registrees decide (4107); an AE cannot (4005). RETRIEVE: every
  /// CSE known here. UPDATE and DELETE: the registered CSE itself or the ACPs.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  /// csi := From; ri is csi without the slash.
  onem2m::Result<> before_create(CreateContext& context) override;

 protected:
  CseCore& core_;
};

}  // namespace edgecse::cse
