// SPDX-License-Identifier: Apache-2.0
//
// Filter criteria as the member fc of a JSON primitive. TS-0004 6.3.5 m2m:filterCriteria, 8.2.
#pragma once

#include "onem2m/filter_criteria.hpp"
#include "onem2m/result.hpp"

namespace edgecse::onem2m {

[[nodiscard]] nlohmann::json filter_criteria_to_json(const FilterCriteria& criteria);
/// Fails with BAD_REQUEST: unknown member, wrong type, a time that is none.
[[nodiscard]] Result<FilterCriteria> filter_criteria_from_json(const nlohmann::json& value);

/// What a value of each kind of condition must be, whatever the wire form it came in. BAD_REQUEST.
[[nodiscard]] Result<> check_filter_criteria(const FilterCriteria& criteria);

}  // namespace edgecse::onem2m
