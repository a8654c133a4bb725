// SPDX-License-Identifier: Apache-2.0
//
// One reader a format, for rdf_reader.cpp: the text is UTF-8 without NUL and no longer than the limit.
#pragma once

#include <string>

#include "semantics/rdf_reader.hpp"

namespace edgecse::semantics {

/// Through serd.
[[nodiscard]] Result<Graph> read_turtle(const std::string& text);
/// Over expat. RDF 1.1 XML Syntax.
[[nodiscard]] Result<Graph> read_rdf_xml(const std::string& text);
/// JSON-LD 1.0 with what 1.1 descriptors commonly use: contexts inside the document, prefixes, typed terms, lists, sets,
/// language maps, reverse properties, @graph (whose names are dropped).
[[nodiscard]] Result<Graph> read_json_ld(const std::string& text);

}  // namespace edgecse::semantics
