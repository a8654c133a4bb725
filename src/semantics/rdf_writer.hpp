// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "semantics/rdf_reader.hpp"

namespace edgecse::semantics {

/// Text that read() makes the same triples of, but for the labels of blank nodes. Fails with NotSupported when RDF/XML cannot
/// say a triple (a property without a local name).
[[nodiscard]] Result<std::string> write(const Graph& graph, Format format);

}  // namespace edgecse::semantics
