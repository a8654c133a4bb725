// SPDX-License-Identifier: Apache-2.0
//
// labelsQuery (lbq): one condition on the labels of a resource. TS-0004 7.3.3.17.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace edgecse::onem2m {

/// `key` · `NT key` · `key EQ v` or `key:v` · `key NE v` · `key IN (a,b)` · `key NI (a,b)`; labels are `key` or `key:value`.
/// NE and NI ask for the key with another value. False for a query that is none of these.
[[nodiscard]] bool matches_label_query(std::string_view query, const nlohmann::json& labels);

}  // namespace edgecse::onem2m
