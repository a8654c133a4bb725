// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 clause 19.8: expressions, by precedence.
#include <algorithm>
#include <array>
#include <map>

#include "semantics/parser.hpp"

namespace edgecse::semantics::sparql {

namespace {

constexpr std::size_t kAnyNumber = 1'000;

struct Arity {
  std::size_t least, most;
};

// What the engine has. 17.4.
const std::map<std::string, Arity, std::less<>>& functions() {
  static const std::map<std::string, Arity, std::less<>> kFunctions{
      {"ABS", {1, 1}},        {"BOUND", {1, 1}},     {"CEIL", {1, 1}},      {"COALESCE", {0, kAnyNumber}}, {"CONCAT", {0, kAnyNumber}},
      {"CONTAINS", {2, 2}},   {"DATATYPE", {1, 1}},  {"DAY", {1, 1}},       {"ENCODE_FOR_URI", {1, 1}},    {"FLOOR", {1, 1}},
      {"HOURS", {1, 1}},      {"IF", {3, 3}},        {"IRI", {1, 1}},       {"ISBLANK", {1, 1}},           {"ISIRI", {1, 1}},
      {"ISLITERAL", {1, 1}},  {"ISNUMERIC", {1, 1}}, {"ISURI", {1, 1}},     {"LANG", {1, 1}},              {"LANGMATCHES", {2, 2}},
      {"LCASE", {1, 1}},      {"MINUTES", {1, 1}},   {"MONTH", {1, 1}},     {"REGEX", {2, 3}},             {"REPLACE", {3, 4}},
      {"ROUND", {1, 1}},      {"SAMETERM", {2, 2}},  {"SECONDS", {1, 1}},   {"STR", {1, 1}},               {"STRAFTER", {2, 2}},
      {"STRBEFORE", {2, 2}},  {"STRDT", {2, 2}},     {"STRENDS", {2, 2}},   {"STRLANG", {2, 2}},           {"STRLEN", {1, 1}},
      {"STRSTARTS", {2, 2}},  {"SUBSTR", {2, 3}},    {"TZ", {1, 1}},        {"UCASE", {1, 1}},             {"URI", {1, 1}},
      {"YEAR", {1, 1}}};
  return kFunctions;
}

bool is_aggregate(const std::string& name) {
  static constexpr std::array kAggregates{"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"};
  return std::find(kAggregates.begin(), kAggregates.end(), name) != kAggregates.end();
}

// Valid names that would need a clock, chance or a hash.
bool is_left_out(const std::string& name) {
  static constexpr std::array kLeftOut{"NOW", "RAND", "UUID", "STRUUID", "BNODE", "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "TIMEZONE"};
  return std::find(kLeftOut.begin(), kLeftOut.end(), name) != kLeftOut.end();
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  return text;
}

Expression combine(std::string name, std::vector<Expression> arguments) {
  Expression made;
  made.kind = Expression::Kind::Call;
  made.name = std::move(name);
  made.arguments = std::move(arguments);
  return made;
}

Expression constant(Term term) {
  Expression made;
  made.term = std::move(term);
  return made;
}

}  // namespace

Expression Parser::expression() {
  const Depth depth(*this);
  Expression made = conjunction();
  if (!is_sign("||")) return made;
  made = combine("||", {std::move(made)});
  while (take_sign("||")) made.arguments.push_back(conjunction());
  return made;
}

Expression Parser::conjunction() {
  Expression made = relation();
  if (!is_sign("&&")) return made;
  made = combine("&&", {std::move(made)});
  while (take_sign("&&")) made.arguments.push_back(relation());
  return made;
}

Expression Parser::relation() {
  Expression left = sum();
  for (const char* sign : {"=", "!=", "<=", ">=", "<", ">"})
    if (take_sign(sign)) return combine(sign, {std::move(left), sum()});
  const bool negated = is_word("NOT") && is_word("IN", 1);
  if (negated) take();
  if (!take_word("IN")) return left;
  std::vector<Expression> list = arguments();
  list.insert(list.begin(), std::move(left));
  return combine(negated ? "NOT IN" : "IN", std::move(list));
}

// Chains are flat: the length of a sum is no depth.
Expression Parser::sum() {
  Expression made = product();
  if (!is_sign("+") && !is_sign("-")) return made;
  made = combine("+", {std::move(made)});
  for (;;) {
    if (take_sign("+")) {
      made.arguments.push_back(product());
    } else if (take_sign("-")) {
      made.arguments.push_back(combine("NEGATE", {product()}));
    } else {
      return made;
    }
  }
}

Expression Parser::product() {
  Expression made = unary();
  if (!is_sign("*") && !is_sign("/")) return made;
  made = combine("*", {std::move(made)});
  for (;;) {
    if (take_sign("*")) {
      made.arguments.push_back(unary());
    } else if (take_sign("/")) {
      made.arguments.push_back(combine("RECIPROCAL", {unary()}));
    } else {
      return made;
    }
  }
}

Expression Parser::unary() {
  const Depth depth(*this);
  if (take_sign("!")) return combine("!", {unary()});
  if (is_literal() && peek().kind == Kind::Sign) return constant(take_literal());
  if (take_sign("+")) return unary();
  if (take_sign("-")) return combine("NEGATE", {unary()});
  return primary();
}

Expression Parser::primary() {
  Expression made;
  if (take_sign("(")) {
    made = expression();
    expect_sign(")");
    return made;
  }
  if (peek().kind == Kind::Variable) {
    made.kind = Expression::Kind::Variable;
    made.variable = variable(take().text);
    return made;
  }
  if (is_literal()) return constant(take_literal());
  if (is_iri()) {
    Term name = take_iri();
    if (!is_sign("(")) return constant(std::move(name));
    static constexpr std::array kCasts{"string", "boolean", "integer", "decimal", "double", "float", "dateTime"};
    for (const char* cast : kCasts)
      if (name.text == xsd(cast)) {
        made = combine(name.text, arguments());
        if (made.arguments.size() != 1) fail("a cast has one argument");
        return made;
      }
    unsupported("the function <" + name.text + ">");
  }
  if (peek().kind != Kind::Word) fail("an expression is expected");
  return call(upper(peek().text));
}

Expression Parser::call(const std::string& name) {
  Expression made;
  const bool negated = name == "NOT" && is_word("EXISTS", 1);
  if (name == "EXISTS" || negated) {
    take();
    if (negated) take();
    made.kind = negated ? Expression::Kind::NotExists : Expression::Kind::Exists;
    made.group = group();
    return made;
  }
  if (is_aggregate(name)) return aggregate(name);
  if (is_left_out(name)) unsupported("the function " + name);
  const auto found = functions().find(name);
  if (found == functions().end()) fail("a function is expected");
  take();
  std::vector<Expression> list = arguments();
  if (list.size() < found->second.least || list.size() > found->second.most) fail(name + " has another number of arguments");
  if (name == "BOUND" && list[0].kind != Expression::Kind::Variable) fail("BOUND asks for a variable");
  made = combine(name == "URI" ? "IRI" : name == "ISURI" ? "ISIRI" : name, std::move(list));
  if (made.name == "IRI") made.term = iri(base_);
  return made;
}

Expression Parser::aggregate(const std::string& name) {
  take();
  Expression made;
  made.kind = Expression::Kind::Aggregate;
  made.name = name;
  expect_sign("(");
  made.distinct = take_word("DISTINCT");
  if (name == "COUNT" && take_sign("*")) {
    expect_sign(")");
    return made;
  }
  made.arguments.push_back(expression());
  if (has_aggregate(made.arguments[0])) fail("an aggregate of an aggregate");
  if (name == "GROUP_CONCAT" && take_sign(";")) {
    expect_word("SEPARATOR");
    expect_sign("=");
    if (peek().kind != Kind::Text) fail("a text is expected");
    made.separator = take().text;
  }
  expect_sign(")");
  return made;
}

// ( expression ), or a call.
Expression Parser::constraint() {
  if (is_sign("(")) {
    take();
    Expression made = expression();
    expect_sign(")");
    return made;
  }
  if (peek().kind == Kind::Word || is_iri()) return primary();
  fail("an expression in parentheses or a function is expected");
}

std::vector<Expression> Parser::arguments() {
  std::vector<Expression> list;
  expect_sign("(");
  if (take_sign(")")) return list;
  do {
    list.push_back(expression());
  } while (take_sign(","));
  expect_sign(")");
  return list;
}

}  // namespace edgecse::semantics::sparql
