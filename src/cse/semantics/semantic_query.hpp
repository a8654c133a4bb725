// SPDX-License-Identifier: Apache-2.0
//
// Semantic query and semantic discovery: SPARQL over the descriptors below a resource. TS-0001 10.2.14, TS-0004 7.3.3.14,
// 7.3.3.18; release4 13. On the reader's thread, from its snapshot; what one request may use is limited.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {

/// A RETRIEVE that asks for resources by their descriptors: fu 1 with smf; or sqi false with smf, as common clients ask.
[[nodiscard]] bool is_semantic_discovery(const onem2m::Request& request);

/// 4000, 4143 or 5001 when smf is not one query that can be answered.
[[nodiscard]] onem2m::Result<> check_query(const onem2m::Request& request);

/// Where to look for descriptors: at these resources and below them.
using Tops = std::vector<ResourcePtr>;

/// sqi, rcn 10: what the query says about all triples of the descriptors that the originator may RETRIEVE and that fit the
/// other conditions, and of those that other CSEs have shown it. The content: {"m2m:qres": SPARQL results in JSON}.
/// Fails with 4143 (no SPARQL), 5001 (what the engine leaves out), 4137 (needs more than it may use).
[[nodiscard]] onem2m::Result<Json> query_semantics(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                                   base::WallTime now, const onem2m::Request& request, const Tops& tops,
                                                   const std::vector<ResourcePtr>& elsewhere = {});

/// Descriptors of other CSEs by the address that a link (rels) gives; nullptr: the originator does not get it.
using LinkedElsewhere = std::map<std::string, ResourcePtr>;

struct Described {
  std::vector<ResourcePtr> here;     // in the order of a discovery, all of them
  std::set<std::string> elsewhere;   // addresses; neither their conditions nor the privilege for them are known
  std::set<std::string> unknown;     // links to other CSEs that were met and are not in what is known
};
/// The resources whose descriptors the query has a solution in: descriptors below the tops, and those linked to them (rels),
/// that the originator may discover; a descriptor without a solution of its own is asked together with its linked ones. The
/// other conditions are the resources'. Fails as a query does.
[[nodiscard]] onem2m::Result<Described> find_described(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                                       base::WallTime now, const onem2m::Request& request, const Tops& tops,
                                                       const LinkedElsewhere& known);

}  // namespace edgecse::cse
