// SPDX-License-Identifier: Apache-2.0
//
// Triples from text. Pure functions over bytes from strangers: nothing is loaded from anywhere (remote JSON-LD contexts and
// external XML entities are refused), and size, depth and the number of triples are limited.
#pragma once

#include <string_view>

#include "semantics/graph.hpp"

namespace edgecse::semantics {

enum class Format { RdfXml, Turtle, JsonLd };

inline constexpr std::size_t kLongestDocument = 1U << 20U;  // bytes
inline constexpr std::size_t kDeepestDocument = 100;        // elements, lists, objects in each other

[[nodiscard]] Result<Graph> read(std::string_view text, Format format);

}  // namespace edgecse::semantics
