// SPDX-License-Identifier: Apache-2.0
//
// Announced resources that other CSEs keep here. TS-0001 9.6.26, TS-0004 7.3.3.10, 7.3.3.11; release4 16.
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class AnnouncedProcedure : public TypeProcedure {
 public:
  explicit AnnouncedProcedure(CseCore& core) : core_(core) {}

  /// The CSE that lnk names makes, changes and removes it; with announceSyncType 2 others may change it, as the ACPs say.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  /// 4105 for a second <CSEBaseAnnc> of one CSE.
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  /// announceSyncType 2: the original follows.
  onem2m::Result<> after_update(UpdateContext& context) override;

 protected:
  CseCore& core_;
};

/// CSE-ID in a link, `/mn1` of `/mn1/x` and `//sp/mn1/x` of this service provider, else with the service provider.
[[nodiscard]] std::string host_of_link(const CseOptions& options, const std::string& link);

}  // namespace edgecse::cse
