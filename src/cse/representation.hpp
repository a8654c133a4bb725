// SPDX-License-Identifier: Apache-2.0
//
// Whether a request's representation may become or change a resource. TS-0004 7.3.3.3, 7.3.3.4. Pure: tree and time come in.
#pragma once

#include <string>

#include "cse/cse_core.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

struct Representation {
  const onem2m::ResourceTypeRule* rule = nullptr;
  std::string member_name;
  Json attributes;
};

/// Type known, implemented and possible here; member name; creator, et, attribute table; child type; acpi. In that order.
[[nodiscard]] onem2m::Result<Representation> check_new(const CseCore& core, const Tree& tree, base::WallTime now,
                                                       const onem2m::Request& request, const Resource& parent);

/// Member name, et, attribute table, acpi alone and privileged.
[[nodiscard]] onem2m::Result<Representation> check_change(const CseCore& core, const Tree& tree, base::WallTime now,
                                                          const onem2m::Request& request, const Resource& target);

/// et as stored: the requested one or the maximum, never later than the parent's. Empty parent's et: no limit of its own.
[[nodiscard]] std::string choose_expiration(const CseOptions& options, base::WallTime now, const Json& attributes,
                                            const Resource& parent);

/// The rule of a stored resource; its member name decides for flexContainer specialisations.
[[nodiscard]] const onem2m::ResourceTypeRule* rule_of(int type, const std::string& member_name);

}  // namespace edgecse::cse
