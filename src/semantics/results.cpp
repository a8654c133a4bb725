// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "semantics/query.hpp"
#include "semantics/xml_text.hpp"

namespace edgecse::semantics {

namespace {

using Json = nlohmann::ordered_json;

Json binding(const Term& term) {
  if (term.kind == Term::Kind::Iri) return {{"type", "uri"}, {"value", term.text}};
  if (term.kind == Term::Kind::Blank) return {{"type", "bnode"}, {"value", term.text}};
  Json made{{"type", "literal"}, {"value", term.text}};
  if (!term.language.empty()) made["xml:lang"] = term.language;
  if (!term.datatype.empty()) made["datatype"] = term.datatype;
  return made;
}

std::string xml_binding(const Term& term) {
  if (term.kind == Term::Kind::Iri) return "<uri>" + xml_text(term.text) + "</uri>";
  if (term.kind == Term::Kind::Blank) return "<bnode>" + xml_text(term.text) + "</bnode>";
  std::string made = "<literal";
  if (!term.language.empty()) made += " xml:lang=\"" + xml_text(term.language) + '"';
  if (!term.datatype.empty()) made += " datatype=\"" + xml_text(term.datatype) + '"';
  return made + '>' + xml_text(term.text) + "</literal>";
}

}  // namespace

std::string to_json(const Answer& answer) {
  if (answer.truth) return Json{{"head", Json::object()}, {"boolean", *answer.truth}}.dump();
  Json bindings = Json::array();
  for (const auto& row : answer.rows) {
    Json made = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i]) made[answer.names[i]] = binding(*row[i]);
    bindings.push_back(std::move(made));
  }
  return Json{{"head", {{"vars", answer.names}}}, {"results", {{"bindings", std::move(bindings)}}}}.dump();
}

std::string to_xml(const Answer& answer) {
  std::string made = "<?xml version=\"1.0\"?>\n<sparql xmlns=\"http://www.w3.org/2005/sparql-results#\"><head>";
  for (const std::string& name : answer.names) made += "<variable name=\"" + xml_text(name) + "\"/>";
  made += "</head>";
  if (answer.truth) return made + (*answer.truth ? "<boolean>true</boolean></sparql>" : "<boolean>false</boolean></sparql>");
  made += "<results>";
  for (const auto& row : answer.rows) {
    made += "<result>";
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i]) made += "<binding name=\"" + xml_text(answer.names[i]) + "\">" + xml_binding(*row[i]) + "</binding>";
    made += "</result>";
  }
  return made + "</results></sparql>";
}

}  // namespace edgecse::semantics
