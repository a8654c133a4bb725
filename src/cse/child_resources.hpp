// SPDX-License-Identifier: Apache-2.0
//
// A resource's representation as result content asks for it: attributes, children nested, references to them. TS-0004
// 7.3.3.12, TS-0001 8.1.2.
#pragma once

#include <cstdint>
#include <optional>

#include "cse/cse_core.hpp"
#include "cse/discovery/search.hpp"

namespace edgecse::cse {

struct ResultContent {
  Json content;
  std::optional<std::uint64_t> next_offset;  // more is there: content status PARTIAL_CONTENT
};

/// rcn 1, 4, 5, 6, 8 of a resource that is no instance. Filter conditions limit the children, lvl the depth (all levels by
/// default), lim their number. Children without the privilege for the operation are left out. Below what does not match,
/// nothing is shown; but rcn 8 shows matching ones from there in its place.
[[nodiscard]] onem2m::Result<ResultContent> represent(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                                      base::WallTime now, const onem2m::Request& request,
                                                      const Resource& resource, int rcn, onem2m::AccessOperation privilege);

/// Discovery below a resource: fu 1, uril or (rcn 6) rrl. TS-0004 7.3.3.14. By descriptors (smf): of
/// this CSE; semantic_discovery.hpp asks others, too.
[[nodiscard]] onem2m::Result<ResultContent> discover(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                                     base::WallTime now, const onem2m::Request& request,
                                                     const Resource& resource);

/// What was found, as a discovery lists it.
[[nodiscard]] ResultContent list_found(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                                       const onem2m::Request& request, const Page& page);

/// Attributes as shown: with those that are made when read.
[[nodiscard]] Json shown_attributes(const CseCore& core, const Tree& tree, base::WallTime now, const Resource& resource);

}  // namespace edgecse::cse
