// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "semantics/query.hpp"

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

}  // namespace edgecse::semantics
