// SPDX-License-Identifier: Apache-2.0
//
// The queries of MEC 012 (2.2.1, clause 7.3 to 7.6): rab_info, plmn_info, s1_bearer_info, layer2_meas, answered from
// the scenario with the filters of the official file.
#pragma once

#include "platform/applications.hpp"
#include "platform/radio_cells.hpp"
#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

/// A request whose path begins with queries. Lists in the query are separated by commas or repeated. 400 for what is no
/// filter, or no number where one is expected; 404 when no S1 bearer fits, since the answer has room for one or more.
[[nodiscard]] Reply answer_radio_query(const Request& request, const RadioCells& cells, Applications& applications,
                                       Surroundings& outside);

}  // namespace edgecse::sandbox
