// SPDX-License-Identifier: Apache-2.0
//
// What a semantic question needs of other CSEs: RETRIEVE requests in the name of who asks, so that their access control
// decides, and the descriptors in their answers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

struct AnswersElsewhere {
  std::vector<std::optional<onem2m::Response>> answers;  // in the order of the requests; nothing: none in time
  bool too_much = false;                                 // more than one question may hold: the rest was not asked for
  /// Somebody was reached.
  [[nodiscard]] bool any() const;
};

/// Some at a time, until then. A part's own life: nothing is called once it has expired. Done is called on the executor; without
/// requests at once.
void ask_elsewhere(CseCore& core, std::weak_ptr<char> alive, std::vector<onem2m::Request> requests, base::WallTime until,
                   std::function<void(const AnswersElsewhere&)> done);

/// The blocking RETRIEVE of an address that goes with the request: the same Originator and proofs, none of its conditions.
[[nodiscard]] onem2m::Request retrieve_for(const onem2m::Request& request, const std::string& address);

/// `/mn1` of `/mn1/x`, `//sp/mn1` of `//sp/mn1/x`; this CSE of what has neither.
[[nodiscard]] std::string cse_of(const CseOptions& options, const std::string& address);
/// As it is called by its CSE: put behind the CSE unless it is complete.
[[nodiscard]] std::string complete_address(const std::string& cse, const std::string& address);

/// All <semanticDescriptor>s in an answer, as resources whose ri, pi and rels are addresses that name their CSE. What is none
/// is left out: others wrote it.
[[nodiscard]] std::vector<ResourcePtr> descriptors_in(const onem2m::Response& answer, const std::string& cse);

}  // namespace edgecse::cse
