// SPDX-License-Identifier: Apache-2.0
//
// What a triple is made of. RDF 1.1 Concepts.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace edgecse::semantics {

struct Term {
  enum class Kind : std::uint8_t { Iri, Blank, Literal };
  Kind kind = Kind::Iri;
  std::string text;      // IRI, label of a blank node, lexical form
  std::string datatype;  // of a literal; empty: xsd:string, or rdf:langString when it has a language
  std::string language;  // lower case

  friend bool operator==(const Term&, const Term&) = default;
  friend auto operator<=>(const Term&, const Term&) = default;
};

[[nodiscard]] Term iri(std::string text);
[[nodiscard]] Term blank(std::string label);
[[nodiscard]] Term literal(std::string text, std::string datatype = {}, std::string language = {});

inline constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema#";
/// rdf("type"), xsd("integer"): the IRI's text.
[[nodiscard]] std::string rdf(std::string_view name);
[[nodiscard]] std::string xsd(std::string_view name);

/// Whether it is that XML Schema type; without making text.
[[nodiscard]] bool is_xsd(std::string_view datatype, std::string_view name);

[[nodiscard]] bool is_utf8(std::string_view text);
void append_utf8(std::string& text, std::uint32_t code_point);

/// A reference against a base IRI, RFC 3986 5.2. An empty base, or one that is not absolute, leaves the reference as it is.
[[nodiscard]] std::string resolve_iri(const std::string& base, const std::string& reference);

}  // namespace edgecse::semantics
