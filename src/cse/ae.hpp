// SPDX-License-Identifier: Apache-2.0
//
// <AE>: registration with a C-type or given AE-ID-Stem, at this CSE alone. TS-0001 10.2.2.2 cases c and d, TS-0004 7.4.5.2.
// What S-type registration adds is the exchange part's (SpRegistration).
#pragma once

#include "cse/cse_core.hpp"

namespace edgecse::cse {

class AeProcedure : public TypeProcedure {
 public:
  explicit AeProcedure(CseCore& core) : core_(core) {}

  /// Registration is not judged by ACPs; a CSE cannot register as an AE: 4005, and the stem must be an allowed one: 4126.
  [[nodiscard]] std::optional<onem2m::Result<>> authorise(const Tree& tree, const onem2m::Request& request,
                                                          const Resource& target) const override;
  [[nodiscard]] onem2m::Result<> check_create(const CreateCheck& check) const override;
  /// 4004: nl names no node; 4000: csz names no serialization.
  [[nodiscard]] onem2m::Result<> check_update(const UpdateCheck& check) const override;
  /// The AE-ID-Stem becomes ri and aei: the one that prepare() gave ({"stem": "Sxxx"}), that of From, or a new C-type one.
  onem2m::Result<> before_create(CreateContext& context) override;

 protected:
  CseCore& core_;
};

}  // namespace edgecse::cse
