// SPDX-License-Identifier: Apache-2.0
#include "semantics/rdf_writer.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace edgecse::semantics {

namespace {

// Escaped for content and quoted attributes; what XML 1.0 cannot hold becomes U+FFFD.
std::string xml_text(std::string_view text) {
  std::string made;
  for (const char c : text) {
    switch (c) {
      case '&': made += "&amp;"; break;
      case '<': made += "&lt;"; break;
      case '>': made += "&gt;"; break;
      case '"': made += "&quot;"; break;
      case '\t': made += "&#9;"; break;
      case '\n': made += "&#10;"; break;
      case '\r': made += "&#13;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          append_utf8(made, 0xFFFD);
        } else {
          made += c;
        }
    }
  }
  return made;
}

// A label that every format takes. Readers may have kept labels with other characters.
std::string label(TermId id) {
  return "b" + std::to_string(id);
}

std::string escaped(const std::string& text, std::string_view unsafe) {
  std::string made;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || unsafe.find(c) != std::string_view::npos) {
      made += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      made += c;
    }
  }
  return made;
}

std::string turtle_term(const Graph& graph, TermId id) {
  const Term& term = graph.term(id);
  const auto iri_of = [](const std::string& text) { return '<' + escaped(text, " <>\"{}|^`\\") + '>'; };
  if (term.kind == Term::Kind::Blank) return "_:" + label(id);
  if (term.kind == Term::Kind::Iri) return iri_of(term.text);
  std::string made = '"' + escaped(term.text, "\"\\") + '"';
  if (!term.language.empty()) return made + '@' + term.language;
  return term.datatype.empty() ? made : made + "^^" + iri_of(term.datatype);
}

std::string write_turtle(const Graph& graph) {
  std::string made;
  for (const auto& [s, p, o] : graph.triples())
    made += turtle_term(graph, s) + ' ' + turtle_term(graph, p) + ' ' + turtle_term(graph, o) + " .\n";
  return made;
}

// Where the local name of a property begins: behind the last character that no name has.
std::size_t local_name_of(const std::string& text) {
  std::size_t at = text.size();
  while (at > 0 && (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 || text[at - 1] == '_' || text[at - 1] == '-')) --at;
  while (at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) == 0 && text[at] != '_') ++at;
  return at;
}

Result<std::string> write_rdf_xml(const Graph& graph) {
  std::string made = "<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"" + std::string(kRdf) + "\">\n";
  for (const auto& [s, p, o] : graph.triples()) {
    const Term &subject = graph.term(s), &object = graph.term(o);
    const std::string& property = graph.term(p).text;
    const std::size_t name = local_name_of(property);
    if (name == 0 || name == property.size()) return not_supported("RDF/XML cannot name the property <" + property + ">");
    const std::string tag = "p:" + property.substr(name);
    made += "<rdf:Description " + (subject.kind == Term::Kind::Blank ? "rdf:nodeID=\"" + label(s) : "rdf:about=\"" + xml_text(subject.text)) + "\"><";
    made += tag + " xmlns:p=\"" + xml_text(property.substr(0, name)) + '"';
    if (object.kind == Term::Kind::Literal) {
      if (!object.language.empty()) made += " xml:lang=\"" + xml_text(object.language) + '"';
      if (!object.datatype.empty()) made += " rdf:datatype=\"" + xml_text(object.datatype) + '"';
      made += '>' + xml_text(object.text) + "</" + tag + '>';
    } else {
      made += object.kind == Term::Kind::Blank ? " rdf:nodeID=\"" + label(o) : " rdf:resource=\"" + xml_text(object.text);
      made += "\"/>";
    }
    made += "</rdf:Description>\n";
  }
  return made + "</rdf:RDF>\n";
}

std::string write_json_ld(const Graph& graph) {
  using Json = nlohmann::ordered_json;
  const auto name_of = [&](TermId id) {
    return graph.term(id).kind == Term::Kind::Blank ? "_:" + label(id) : graph.term(id).text;
  };
  Json nodes = Json::array();
  for (const auto& [s, p, o] : graph.triples()) {
    const Term& object = graph.term(o);
    Json value;
    if (object.kind != Term::Kind::Literal) {
      value["@id"] = name_of(o);
    } else {
      value["@value"] = object.text;
      if (!object.language.empty()) value["@language"] = object.language;
      if (!object.datatype.empty()) value["@type"] = object.datatype;
    }
    const std::string subject = name_of(s);
    if (nodes.empty() || nodes.back()["@id"] != subject) nodes.push_back({{"@id", subject}});
    nodes.back()[graph.term(p).text].push_back(std::move(value));
  }
  return nodes.dump();
}

}  // namespace

Result<std::string> write(const Graph& graph, Format format) {
  switch (format) {
    case Format::RdfXml: return write_rdf_xml(graph);
    case Format::Turtle: return write_turtle(graph);
    case Format::JsonLd: return write_json_ld(graph);
  }
  return not_supported("this format");
}

}  // namespace edgecse::semantics
