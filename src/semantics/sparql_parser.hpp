// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 Query and Update, text to syntax tree. Pure. NotSupported names what is valid and left out: CONSTRUCT, DESCRIBE,
// graphs (FROM, GRAPH, USING, WITH), SERVICE, LOAD and the management of graphs: one graph is all there is, and nothing is
// fetched.
#pragma once

#include <string_view>

#include "semantics/result.hpp"
#include "semantics/sparql_syntax.hpp"

namespace edgecse::semantics::sparql {

inline constexpr std::size_t kLongestRequest = 32U << 10U;  // bytes
inline constexpr int kDeepestRequest = 64;                  // groups, expressions, paths, lists in each other; some count twice
inline constexpr std::size_t kMostPatterns = 256;           // triple patterns, and elements of groups
inline constexpr std::size_t kMostVariables = 128;

[[nodiscard]] Result<Query> parse_query(std::string_view text);
[[nodiscard]] Result<Update> parse_update(std::string_view text);

}  // namespace edgecse::semantics::sparql
