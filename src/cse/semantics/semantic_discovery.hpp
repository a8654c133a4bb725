// SPDX-License-Identifier: Apache-2.0
//
// Semantic discovery as a request: here, and where links of descriptors or members of a group lead to other CSEs. TS-0001
// 10.2.14, TS-0004 7.3.3.14.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cse/child_resources.hpp"
#include "cse/commit_loop.hpp"
#include "cse/semantics/semantic_query.hpp"

namespace edgecse::cse {

struct DiscoveryPlaces {
  Tops tops;
  /// At other CSEs: these discover there themselves, what they find comes after what is found here.
  std::vector<std::string> elsewhere;
};

/// What find_described() finds, listed as a discovery lists it (uril, rrl; lim, ofst). Descriptors of other CSEs that links
/// name are read in the name of the originator, whose RETRIEVE decides there, so far as time and bounds allow; so are the
/// conditions for the resources that they describe. Who does not answer is left out. Done is called once, before this
/// returns when no other CSE is asked. Fails as find_described() does, and with 4137 (more links or bytes than one request
/// may follow), 5209 (all places are elsewhere, nobody was reached).
void discover_semantically(CseCore& core, std::weak_ptr<char> alive, SnapshotPtr snapshot, onem2m::Request request,
                           DiscoveryPlaces places, std::function<void(onem2m::Result<onem2m::Response>)> done);

/// The same without other CSEs: links to them are not followed.
[[nodiscard]] onem2m::Result<ResultContent> discover_here(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                                          base::WallTime now, const onem2m::Request& request, const Tops& tops);

}  // namespace edgecse::cse
