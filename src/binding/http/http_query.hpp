// SPDX-License-Identifier: Apache-2.0
//
// The query of a request target: parameters and filter criteria by short name. TS-0009 6.2.2.2, bindings of Release 4.
// Values of a list are joined with '+' or the field is repeated; c. and p. name attributes of child and parent.
#pragma once

#include <string>
#include <string_view>

#include "onem2m/primitive.hpp"
#include "onem2m/result.hpp"

namespace edgecse::binding {

/// Puts what the query says into the request. raw is not decoded ('+' separates, %2B is a plus sign). Fails with BAD_REQUEST and
/// the name at fault: unknown, given twice, wrong type, broken percent-encoding; request is then half-filled.
[[nodiscard]] onem2m::Result<> read_query(std::string_view raw, onem2m::Request& request);

/// The other way, for a request that is sent on; without '?', empty when there is nothing to say.
[[nodiscard]] std::string write_query(const onem2m::Request& request);

[[nodiscard]] onem2m::Result<onem2m::FilterCriteria> filter_criteria_from_query(std::string_view raw);
[[nodiscard]] std::string filter_criteria_to_query(const onem2m::FilterCriteria& criteria);

}  // namespace edgecse::binding
