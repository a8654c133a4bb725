// SPDX-License-Identifier: Apache-2.0
#include "semantics/rdf_reader.hpp"

#include "semantics/readers.hpp"

namespace edgecse::semantics {

Result<Graph> read(std::string_view text, Format format) {
  if (text.size() > kLongestDocument) return too_much("longer than " + std::to_string(kLongestDocument) + " bytes");
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return malformed("no UTF-8 text");
  const std::string whole(text);
  switch (format) {
    case Format::RdfXml: return read_rdf_xml(whole);
    case Format::Turtle: return read_turtle(whole);
    case Format::JsonLd: return read_json_ld(whole);
  }
  return not_supported("this format");
}

}  // namespace edgecse::semantics
