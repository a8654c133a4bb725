// SPDX-License-Identifier: Apache-2.0
#include "semantics/sparql_parser.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

#include "base/shown_text.hpp"
#include "semantics/parser.hpp"

namespace edgecse::semantics::sparql {

namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  return text;
}

template <class Parsed>
Result<Parsed> parse(std::string_view text, Parsed (Parser::*parse_all)()) {
  if (text.size() > kLongestRequest) return too_much("SPARQL longer than " + std::to_string(kLongestRequest) + " bytes");
  if (text.find('\0') != std::string_view::npos || !is_utf8(text)) return malformed("SPARQL: no UTF-8 text");
  auto tokens = tokens_of(text);
  if (!tokens) return malformed("SPARQL, " + tokens.error().detail);
  Parser parser(std::move(*tokens));
  try {
    return (parser.*parse_all)();
  } catch (Error& error) {
    return tl::unexpected(std::move(error));
  }
}

}  // namespace

Result<Query> parse_query(std::string_view text) { return parse(text, &Parser::query); }
Result<Update> parse_update(std::string_view text) { return parse(text, &Parser::update); }

bool Select::aggregates() const {
  return !group_by.empty() || !having.empty() ||
         std::any_of(columns.begin(), columns.end(), [](const Column& column) { return column.expression && has_aggregate(*column.expression); });
}

bool has_aggregate(const Expression& expression) {
  if (expression.kind == Expression::Kind::Aggregate) return true;
  return std::any_of(expression.arguments.begin(), expression.arguments.end(), has_aggregate);
}

void collect_used(const Expression& expression, bool inside_aggregates, std::set<int>& into) {
  if (expression.kind == Expression::Kind::Aggregate && !inside_aggregates) return;
  if (expression.kind == Expression::Kind::Variable) into.insert(expression.variable);
  for (const Expression& argument : expression.arguments) collect_used(argument, inside_aggregates, into);
  if (expression.group) {
    std::vector<int> visible;
    collect_visible(*expression.group, visible);
    into.insert(visible.begin(), visible.end());
  }
}

void collect_visible(const Group& group, std::vector<int>& into) {
  const auto see = [&](int variable) {
    if (variable != kNone && std::find(into.begin(), into.end(), variable) == into.end()) into.push_back(variable);
  };
  for (const Element& element : group.elements) {
    for (const TriplePattern& pattern : element.triples)
      for (const Slot* slot : {&pattern.subject, &pattern.predicate, &pattern.object}) see(slot->variable);
    if (element.kind != Element::Kind::Minus)
      for (const auto& inner : element.groups) collect_visible(*inner, into);
    if (element.kind == Element::Kind::Bind) see(element.variable);
    for (const int variable : element.values.variables) see(variable);
    if (element.select)
      for (const Column& column : element.select->columns) see(column.variable);
  }
}

// --- words --------------------------------------------------------------------------------------------------------------

Parser::Depth::Depth(Parser& of) : parser(of) {
  if (++parser.depth_ > kDeepestRequest) {
    --parser.depth_;
    too_long("groups and expressions deeper than " + std::to_string(kDeepestRequest));
  }
}

const Token& Parser::peek(std::size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
const Token& Parser::take() {
  const Token& token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}
bool Parser::is_sign(std::string_view sign, std::size_t ahead) const {
  return peek(ahead).kind == Kind::Sign && peek(ahead).text == sign;
}
bool Parser::is_word(std::string_view word, std::size_t ahead) const {
  return peek(ahead).kind == Kind::Word && upper(peek(ahead).text) == word;
}
bool Parser::take_sign(std::string_view sign) { return is_sign(sign) && (take(), true); }
bool Parser::take_word(std::string_view word) { return is_word(word) && (take(), true); }
void Parser::expect_sign(std::string_view sign) {
  if (!take_sign(sign)) fail("'" + std::string(sign) + "' is expected");
}
void Parser::expect_word(std::string_view word) {
  if (!take_word(word)) fail(std::string(word) + " is expected");
}
void Parser::fail(const std::string& what) const {
  const Token& token = peek();
  const std::string where = token.kind == Kind::End ? "at the end" : "line " + std::to_string(token.line) + ", at '" + base::shown(token.text) + "'";
  throw Error{Error::Kind::Malformed, "SPARQL, " + where + ": " + what};
}
void Parser::unsupported(const std::string& what) const { throw Error{Error::Kind::NotSupported, "SPARQL: " + what}; }
void Parser::too_long(const std::string& what) { throw Error{Error::Kind::TooMuch, "SPARQL: " + what}; }
void Parser::count_pattern() {
  if (++patterns_ > kMostPatterns) too_long("more than " + std::to_string(kMostPatterns) + " patterns");
}

int Parser::variable(const std::string& name) {
  const auto [found, is_new] = variables_.try_emplace(name, static_cast<int>(names_.size()));
  if (is_new) {
    names_.push_back(name);
    if (names_.size() > kMostVariables) too_long("more than " + std::to_string(kMostVariables) + " variables");
  }
  return found->second;
}
int Parser::fresh_variable() {
  names_.emplace_back();
  if (names_.size() > kMostVariables) too_long("more than " + std::to_string(kMostVariables) + " variables");
  return static_cast<int>(names_.size()) - 1;
}

// --- requests -----------------------------------------------------------------------------------------------------------

void Parser::prologue() {
  for (;;) {
    if (take_word("BASE")) {
      if (peek().kind != Kind::Iri) fail("an IRI is expected");
      base_ = resolve_iri(base_, take().text);
    } else if (take_word("PREFIX")) {
      if (peek().kind != Kind::Name || peek().text.find(':') + 1 != peek().text.size()) fail("a prefix and a colon are expected");
      std::string name = take().text;
      name.pop_back();
      if (peek().kind != Kind::Iri) fail("an IRI is expected");
      prefixes_[name] = resolve_iri(base_, take().text);
    } else {
      return;
    }
  }
}

void Parser::refuse_graphs(const char* what) { unsupported(std::string(what) + ": there is one graph, and nothing is fetched"); }

Query Parser::query() {
  prologue();
  Query query;
  if (is_word("SELECT")) {
    query.select = select_query(false);
  } else if (take_word("ASK")) {
    query.form = Query::Form::Ask;
    if (is_word("FROM")) refuse_graphs("FROM");
    take_word("WHERE");
    query.select.where = group();
    modifiers(query.select);
  } else if (is_word("CONSTRUCT") || is_word("DESCRIBE")) {
    unsupported(upper(peek().text) + " gives triples; SELECT and ASK give results");
  } else {
    fail("SELECT or ASK is expected");
  }
  if (peek().kind != Kind::End) fail("nothing more is expected");
  query.names = names_;
  return query;
}

Select Parser::select_query(bool is_sub_query) {
  const Depth depth(*this);
  expect_word("SELECT");
  Select select;
  bool star = false;
  columns(select, star);
  if (is_word("FROM")) refuse_graphs("FROM");
  take_word("WHERE");
  select.where = group();
  modifiers(select);
  if (star) {
    std::vector<int> visible;
    collect_visible(*select.where, visible);
    if (select.values)
      for (const int variable : select.values->variables)
        if (std::find(visible.begin(), visible.end(), variable) == visible.end()) visible.push_back(variable);
    for (const int variable : visible)
      if (!names_[static_cast<std::size_t>(variable)].empty()) select.columns.push_back({variable, std::nullopt});
  }
  if (star && select.aggregates()) fail("SELECT * does not go with groups");
  check_grouping(select);
  if (is_sub_query && !is_sign("}")) fail("'}' is expected");
  return select;
}

void Parser::columns(Select& select, bool& star) {
  select.distinct = take_word("DISTINCT");
  if (!select.distinct) select.reduced = take_word("REDUCED");
  star = take_sign("*");
  while (!star) {
    if (peek().kind == Kind::Variable) {
      select.columns.push_back({variable(take().text), std::nullopt});
    } else if (take_sign("(")) {
      Column column;
      column.expression = expression();
      expect_word("AS");
      if (peek().kind != Kind::Variable) fail("a variable is expected");
      column.variable = variable(take().text);
      expect_sign(")");
      for (const Column& other : select.columns)
        if (other.variable == column.variable) fail("?" + names_[static_cast<std::size_t>(column.variable)] + " is selected twice");
      select.columns.push_back(std::move(column));
    } else {
      break;
    }
  }
  if (!star && select.columns.empty()) fail("what to select is expected: * or variables");
}

void Parser::modifiers(Select& select) {
  if (take_word("GROUP")) group_keys(select);
  if (take_word("HAVING")) {
    do {
      select.having.push_back(constraint());
    } while (is_sign("(") || begins_call());
  }
  if (take_word("ORDER")) orders(select);
  while (is_word("LIMIT") || is_word("OFFSET")) {
    const bool is_limit = upper(take().text) == "LIMIT";
    if (peek().kind != Kind::Integer) fail("a number is expected");
    const std::string digits = take().text;
    std::uint64_t count = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), count).ec != std::errc{}) fail("a smaller number is expected");
    if (is_limit) {
      select.limit = count;
    } else {
      select.offset = count;
    }
  }
  if (take_word("VALUES")) select.values = values();
}

// A function; what follows a list of them may have a parenthesis, too.
bool Parser::begins_call() const { return peek().kind == Kind::Word && is_sign("(", 1) && !is_word("HAVING") && !is_word("VALUES"); }

void Parser::group_keys(Select& select) {
  expect_word("BY");
  do {
    Column key;
    if (peek().kind == Kind::Variable) {
      key.variable = variable(take().text);
    } else if (take_sign("(")) {
      key.expression = expression();
      if (take_word("AS")) {
        if (peek().kind != Kind::Variable) fail("a variable is expected");
        key.variable = variable(take().text);
      } else {
        key.variable = fresh_variable();
      }
      expect_sign(")");
    } else {
      key.expression = constraint();
      key.variable = fresh_variable();
    }
    select.group_by.push_back(std::move(key));
  } while (peek().kind == Kind::Variable || is_sign("(") || begins_call());
}

void Parser::orders(Select& select) {
  expect_word("BY");
  const auto goes_on = [&] {
    return peek().kind == Kind::Variable || is_sign("(") || is_word("ASC") || is_word("DESC") || is_iri() || begins_call();
  };
  if (!goes_on()) fail("what to order by is expected");
  while (goes_on()) {
    Order order;
    order.descending = is_word("DESC");
    if (order.descending || is_word("ASC")) take();
    order.expression = peek().kind == Kind::Variable ? primary() : constraint();
    select.order_by.push_back(std::move(order));
  }
}

void Parser::check_grouping(const Select& select) const {
  if (!select.aggregates()) return;
  std::set<int> known;
  for (const Column& key : select.group_by) known.insert(key.variable);
  for (const Column& column : select.columns) {
    std::set<int> used;
    if (column.expression) {
      collect_used(*column.expression, false, used);
    } else {
      used.insert(column.variable);
    }
    for (const int one : used)
      if (!known.contains(one)) fail("?" + names_[static_cast<std::size_t>(one)] + " is neither grouped by nor aggregated");
    known.insert(column.variable);
  }
}

// --- updates ------------------------------------------------------------------------------------------------------------

Update Parser::update() {
  Update update;
  for (;;) {
    prologue();
    if (peek().kind == Kind::End) break;
    blanks_.clear();
    update.changes.push_back(change());
    if (!take_sign(";")) break;
  }
  if (peek().kind != Kind::End) fail("nothing more is expected");
  if (update.changes.empty()) fail("an update is expected");
  update.names = names_;
  return update;
}

Change Parser::change() {
  for (const char* word : {"LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
    if (is_word(word)) refuse_graphs(word);
  const bool inserts = is_word("INSERT");
  if (!inserts && !is_word("DELETE")) fail("INSERT or DELETE is expected");
  Change change;
  if (is_word("DATA", 1)) {
    take(), take();
    (inserts ? change.added : change.removed) = quads(false);
    if (!inserts && !blanks_.empty()) fail("DELETE DATA knows no blank nodes");
    return change;
  }
  if (!inserts && is_word("WHERE", 1)) {
    take(), take();
    change.removed = quads(true);
    if (!blanks_.empty()) fail("DELETE WHERE knows no blank nodes");
    auto where = std::make_shared<Group>();
    where->elements.emplace_back().triples = change.removed;
    change.where = where;
    return change;
  }
  return modify();
}

Change Parser::modify() {
  Change change;
  if (take_word("DELETE")) {
    change.removed = quads(true);
    if (!blanks_.empty()) fail("DELETE knows no blank nodes");
  }
  if (take_word("INSERT")) change.added = quads(true);
  if (is_word("USING")) refuse_graphs("USING");
  expect_word("WHERE");
  blanks_.clear();  // those of the pattern are others
  change.where = group();
  return change;
}

std::vector<TriplePattern> Parser::quads(bool variables_allowed) {
  const std::size_t known = variables_.size();
  expect_sign("{");
  paths_allowed_ = false;
  std::vector<TriplePattern> list;
  while (!is_sign("}")) {
    if (is_word("GRAPH")) refuse_graphs("GRAPH");
    triples_same_subject(list);
    if (!take_sign(".")) break;
  }
  paths_allowed_ = true;
  expect_sign("}");
  if (!variables_allowed && variables_.size() != known) fail("the data has no variables");
  return list;
}

}  // namespace edgecse::semantics::sparql
