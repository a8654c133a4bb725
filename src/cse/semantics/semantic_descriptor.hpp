// SPDX-License-Identifier: Apache-2.0
//
// <semanticDescriptor>: its descriptor must be what dcrp says it is. No triple store is built in: a SPARQL update (soe) is
// refused. TS-0001 9.6.30, TS-0004 7.4.34, release4 13.
#pragma once

#include <string_view>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class SemanticDescriptorProcedure final : public TypeProcedure {
 public:
  static constexpr int kType = 24;

  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  onem2m::Result<> before_create(CreateContext& context) override;
  onem2m::Result<> before_update(UpdateContext& context) override;
};

/// Whether every element is closed in order, names and quotes are complete; entities and namespaces are not looked at.
[[nodiscard]] bool is_well_formed_xml(std::string_view text);

}  // namespace edgecse::cse
