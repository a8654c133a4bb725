// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 clause 19.8: group graph patterns, triples, property paths, values, terms.
#include <algorithm>

#include "semantics/parser.hpp"

namespace edgecse::semantics::sparql {

// --- terms --------------------------------------------------------------------------------------------------------------

Term Parser::expand(const Token& name) const {
  const std::size_t colon = name.text.find(':');
  const auto prefix = prefixes_.find(name.text.substr(0, colon));
  if (prefix == prefixes_.end()) fail("the prefix '" + name.text.substr(0, colon) + ":' is not declared");
  return iri(prefix->second + name.text.substr(colon + 1));
}

bool Parser::is_iri(std::size_t ahead) const { return peek(ahead).kind == Kind::Iri || peek(ahead).kind == Kind::Name; }

Term Parser::take_iri() {
  if (peek().kind == Kind::Iri) return iri(resolve_iri(base_, take().text));
  if (peek().kind != Kind::Name) fail("an IRI is expected");
  Term made = expand(peek());
  take();
  return made;
}

bool Parser::is_literal() const {
  switch (peek().kind) {
    case Kind::Text:
    case Kind::Integer:
    case Kind::Decimal:
    case Kind::Double: return true;
    case Kind::Word: return is_word("TRUE") || is_word("FALSE");
    case Kind::Sign: return (is_sign("+") || is_sign("-")) && peek(1).kind >= Kind::Integer && peek(1).kind <= Kind::Double;
    default: return false;
  }
}

Term Parser::number(const std::string& sign) {
  const Token token = take();
  const char* type = token.kind == Kind::Integer ? "integer" : token.kind == Kind::Decimal ? "decimal" : "double";
  return literal(sign + token.text, xsd(type));
}

Term Parser::take_literal() {
  if (is_sign("+") || is_sign("-")) {
    const std::string sign = take().text;
    return number(sign == "-" ? sign : "");
  }
  if (peek().kind == Kind::Word) return literal(is_word("TRUE") ? (take(), "true") : (take(), "false"), xsd("boolean"));
  if (peek().kind != Kind::Text) return number("");
  std::string text = take().text;
  if (peek().kind == Kind::Language) return literal(std::move(text), {}, take().text);
  if (take_sign("^^")) return literal(std::move(text), take_iri().text);
  return literal(std::move(text));
}

// --- groups -------------------------------------------------------------------------------------------------------------

std::shared_ptr<const Group> Parser::group() {
  const Depth depth(*this);
  expect_sign("{");
  auto made = std::make_shared<Group>();
  if (is_word("SELECT")) {
    Element element;
    element.kind = Element::Kind::Select;
    element.select = std::make_shared<Select>(select_query(true));
    made->elements.push_back(std::move(element));
  }
  while (!is_sign("}")) {
    if (peek().kind == Kind::End) fail("'}' is expected");
    group_element(*made);
  }
  expect_sign("}");
  return made;
}

void Parser::group_element(Group& into) {
  Element element;
  if (is_word("GRAPH")) refuse_graphs("GRAPH");
  if (is_word("SERVICE")) refuse_graphs("SERVICE");
  const bool is_optional = is_word("OPTIONAL"), is_minus = is_word("MINUS");
  if (!is_sign("{") && !is_optional && !is_minus && !is_word("FILTER") && !is_word("BIND") && !is_word("VALUES"))
    return triples_block(into);
  count_pattern();
  if (is_optional || is_minus) {
    take();
    element.kind = is_optional ? Element::Kind::Optional : Element::Kind::Minus;
    element.groups.push_back(group());
  } else if (is_sign("{")) {
    element.groups.push_back(group());
    while (take_word("UNION")) {
      count_pattern();
      element.groups.push_back(group());
    }
    element.kind = element.groups.size() > 1 ? Element::Kind::Union : Element::Kind::Group;
  } else if (take_word("FILTER")) {
    element.kind = Element::Kind::Filter;
    element.expression = constraint();
    if (has_aggregate(element.expression)) fail("a FILTER has no aggregates; HAVING has");
  } else if (take_word("BIND")) {
    element.kind = Element::Kind::Bind;
    expect_sign("(");
    element.expression = expression();
    expect_word("AS");
    if (peek().kind != Kind::Variable) fail("a variable is expected");
    element.variable = variable(peek().text);
    std::vector<int> bound;
    collect_visible(into, bound);
    if (std::find(bound.begin(), bound.end(), element.variable) != bound.end()) fail("the variable is bound before");
    take();
    expect_sign(")");
  } else {
    expect_word("VALUES");
    element.kind = Element::Kind::Values;
    element.values = values();
  }
  into.elements.push_back(std::move(element));
  take_sign(".");
}

void Parser::triples_block(Group& into) {
  // Filters and the like do not part what is one basic graph pattern, but its order does not matter either.
  if (into.elements.empty() || into.elements.back().kind != Element::Kind::Triples) into.elements.emplace_back();
  std::vector<TriplePattern>& list = into.elements.back().triples;
  triples_same_subject(list);
  if (!take_sign(".") && !is_sign("}") && !is_sign("{") && peek().kind != Kind::Word && peek().kind != Kind::End)
    fail("'.' is expected");
}

// --- triples ------------------------------------------------------------------------------------------------------------

void Parser::triples_same_subject(std::vector<TriplePattern>& into) {
  const bool has_own = is_sign("[") || is_sign("(");  // properties that may be all there is
  const std::size_t before = into.size();
  const Slot subject = node(into);
  property_list(subject, into, has_own && into.size() > before);
}

void Parser::property_list(const Slot& subject, std::vector<TriplePattern>& into, bool may_be_empty) {
  const auto begins = [&] {
    return peek().kind == Kind::Variable || is_iri() || (peek().kind == Kind::Word && peek().text == "a") || is_sign("^") ||
           is_sign("!") || is_sign("(");
  };
  if (!begins()) {
    if (may_be_empty) return;
    fail("a property is expected");
  }
  for (;;) {
    const TriplePattern property = verb();
    objects(subject, property, into);
    while (is_sign(";")) take();
    if (!begins() || !(tokens_[at_ - 1].kind == Kind::Sign && tokens_[at_ - 1].text == ";")) return;
  }
}

void Parser::objects(const Slot& subject, const TriplePattern& property, std::vector<TriplePattern>& into) {
  do {
    TriplePattern pattern = property;
    pattern.subject = subject;
    pattern.object = node(into);
    count_pattern();
    into.push_back(std::move(pattern));
  } while (take_sign(","));
}

Slot Parser::node(std::vector<TriplePattern>& into) {
  const Depth depth(*this);
  if (peek().kind == Kind::Variable) return {variable(take().text), {}};
  if (is_iri()) return {kNone, take_iri()};
  if (is_literal()) return {kNone, take_literal()};
  if (peek().kind == Kind::Blank) {
    const auto [found, is_new] = blanks_.try_emplace(peek().text, kNone);
    if (is_new) found->second = fresh_variable();
    take();
    return {found->second, {}};
  }
  if (is_sign("(")) return collection(into);
  expect_sign("[");
  const Slot made{fresh_variable(), {}};
  if (!paths_allowed_) blanks_["[" + std::to_string(made.variable)] = made.variable;
  if (!is_sign("]")) property_list(made, into, false);
  expect_sign("]");
  return made;
}

Slot Parser::collection(std::vector<TriplePattern>& into) {
  expect_sign("(");
  const Slot nil{kNone, iri(rdf("nil"))}, first{kNone, iri(rdf("first"))}, rest{kNone, iri(rdf("rest"))};
  Slot list = nil;
  std::size_t last = 0;
  while (!take_sign(")")) {
    if (peek().kind == Kind::End) fail("')' is expected");
    const Slot cell{fresh_variable(), {}};
    if (!paths_allowed_) blanks_["(" + std::to_string(cell.variable)] = cell.variable;
    if (list.is_variable()) {
      into[last].object = cell;
    } else {
      list = cell;
    }
    const Slot item = node(into);
    count_pattern();
    into.push_back({cell, first, item, nullptr});
    into.push_back({cell, rest, nil, nullptr});
    last = into.size() - 1;
  }
  return list;
}

// --- property paths -----------------------------------------------------------------------------------------------------

TriplePattern Parser::verb() {
  TriplePattern made;
  if (peek().kind == Kind::Variable) {
    made.predicate = {variable(take().text), {}};
    return made;
  }
  Path whole = path();
  if (whole.kind == Path::Kind::Link) {
    made.predicate.term = whole.iri;
  } else if (!paths_allowed_) {
    fail("an IRI or a variable is expected, no path");
  } else {
    made.path = std::make_shared<Path>(std::move(whole));
  }
  return made;
}

Path Parser::path() {
  const Depth depth(*this);
  Path first = path_sequence();
  if (!is_sign("|")) return first;
  Path made{Path::Kind::Alternative, {}, {std::move(first)}};
  while (take_sign("|")) made.parts.push_back(path_sequence());
  return made;
}

Path Parser::path_sequence() {
  Path first = path_element();
  if (!is_sign("/")) return first;
  Path made{Path::Kind::Sequence, {}, {std::move(first)}};
  while (take_sign("/")) {
    count_pattern();
    made.parts.push_back(path_element());
  }
  return made;
}

Path Parser::path_element() {
  const Depth depth(*this);
  if (take_sign("^")) return {Path::Kind::Inverse, {}, {path_element()}};
  Path inner = path_primary();
  if (take_sign("*")) return {Path::Kind::ZeroOrMore, {}, {std::move(inner)}};
  if (take_sign("+")) return {Path::Kind::OneOrMore, {}, {std::move(inner)}};
  if (take_sign("?")) return {Path::Kind::ZeroOrOne, {}, {std::move(inner)}};
  return inner;
}

Path Parser::path_primary() {
  if (take_sign("(")) {
    Path inner = path();
    expect_sign(")");
    return inner;
  }
  if (take_sign("!")) return negated_set();
  if (peek().kind == Kind::Word && peek().text == "a") {
    take();
    return {Path::Kind::Link, iri(rdf("type")), {}};
  }
  return {Path::Kind::Link, take_iri(), {}};
}

Path Parser::negated_set() {
  Path made{Path::Kind::NotOneOf, {}, {}};
  const auto one = [&] {
    const bool inverse = take_sign("^");
    const bool is_type = peek().kind == Kind::Word && peek().text == "a";
    Path link{Path::Kind::Link, is_type ? (take(), iri(rdf("type"))) : take_iri(), {}};
    made.parts.push_back(inverse ? Path{Path::Kind::Inverse, {}, {std::move(link)}} : std::move(link));
  };
  if (!take_sign("(")) {
    one();
    return made;
  }
  if (take_sign(")")) return made;
  do {
    one();
  } while (take_sign("|"));
  expect_sign(")");
  return made;
}

// --- values -------------------------------------------------------------------------------------------------------------

std::optional<Term> Parser::data_value() {
  if (take_word("UNDEF")) return std::nullopt;
  return is_literal() ? take_literal() : take_iri();
}

Values Parser::values() {
  Values made;
  const bool several = !(peek().kind == Kind::Variable);
  if (several) {
    expect_sign("(");
    while (peek().kind == Kind::Variable) made.variables.push_back(variable(take().text));
    expect_sign(")");
  } else {
    made.variables.push_back(variable(take().text));
  }
  expect_sign("{");
  while (!take_sign("}")) {
    if (peek().kind == Kind::End) fail("'}' is expected");
    std::vector<std::optional<Term>> row;
    if (several) {
      expect_sign("(");
      while (!take_sign(")")) row.push_back(data_value());
      if (row.size() != made.variables.size()) fail("a row has as many values as there are variables");
    } else {
      row.push_back(data_value());
    }
    made.rows.push_back(std::move(row));
  }
  return made;
}

}  // namespace edgecse::semantics::sparql
