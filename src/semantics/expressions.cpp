// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 clause 17: expressions for one solution, or for a group of them.
#include <algorithm>

#include "semantics/evaluator.hpp"
#include "semantics/values.hpp"

namespace edgecse::semantics {

using sparql::Expression;
using Kind = Expression::Kind;
using Value = std::optional<Term>;

namespace {

constexpr std::uint64_t kBytesOfAStep = 64;

Value compared(const std::string& sign, const Term& a, const Term& b) {
  std::optional<bool> result;
  if (sign == "=" || sign == "!=") {
    result = equal(a, b);
    if (result && sign == "!=") result = !*result;
  } else if (sign == "<") {
    result = less(a, b);
  } else if (sign == ">") {
    result = less(b, a);
  } else {
    const auto before = sign == "<=" ? less(a, b) : less(b, a);
    if (!before) return std::nullopt;
    result = *before || equal(a, b).value_or(false);
  }
  return result ? Value(to_term(*result)) : std::nullopt;
}

bool is_comparison(const std::string& name) {
  return name == "=" || name == "!=" || name == "<" || name == ">" || name == "<=" || name == ">=";
}

}  // namespace

Value Evaluator::evaluate(const Expression& expression, Scope scope) {
  Value made;
  switch (expression.kind) {
    case Kind::Constant: made = expression.term; break;
    case Kind::Variable: {
      const TermId id = (*scope.row)[static_cast<std::size_t>(expression.variable)];
      if (id != kAny) made = term(id);
      break;
    }
    case Kind::Aggregate:
      if (scope.group != nullptr) made = aggregate(expression, *scope.group);
      break;
    case Kind::Exists:
    case Kind::NotExists: {
      bool found = false;
      group(*expression.group, *scope.row, [&](Row&) {
        found = true;
        return false;
      });
      made = to_term(found == (expression.kind == Kind::Exists));
      break;
    }
    case Kind::Call: made = call(expression, scope); break;
  }
  step(1 + (made ? made->text.size() / kBytesOfAStep : 0));
  return made;
}

std::optional<bool> Evaluator::truth(const Expression& expression, Scope scope) {
  const auto made = evaluate(expression, scope);
  return made ? truth_of(*made) : std::nullopt;
}

bool Evaluator::passes(const std::vector<const Expression*>& filters, Row& row) {
  return std::all_of(filters.begin(), filters.end(),
                     [&](const Expression* filter) { return truth(*filter, {&row}).value_or(false); });
}

Value Evaluator::call(const Expression& expression, Scope scope) {
  const std::string& name = expression.name;
  if (name == "&&" || name == "||" || name == "!" || name == "IF" || name == "COALESCE") return logical(expression, scope);
  if (name == "+" || name == "*" || name == "NEGATE") return arithmetic(expression, scope);
  if (name == "IN" || name == "NOT IN") return among(expression, scope);
  if (name == "BOUND") return to_term((*scope.row)[static_cast<std::size_t>(expression.arguments[0].variable)] != kAny);
  std::vector<Term> arguments;
  std::uint64_t bytes = 0;
  for (const Expression& argument : expression.arguments) {
    auto made = evaluate(argument, scope);
    if (!made) return std::nullopt;
    bytes += made->text.size();
    arguments.push_back(std::move(*made));
  }
  step(1 + bytes / kBytesOfAStep);
  if (is_comparison(name)) return compared(name, arguments[0], arguments[1]);
  if (name.starts_with(kXsd)) return TextFunctions::cast(name, arguments[0]);
  return texts_.call(name, arguments, expression.term.text);
}

// An error is no value, but one side may decide alone. 17.2.
Value Evaluator::logical(const Expression& expression, Scope scope) {
  const auto& arguments = expression.arguments;
  if (expression.name == "IF") {
    const auto condition = truth(arguments[0], scope);
    return condition ? evaluate(arguments[*condition ? 1 : 2], scope) : std::nullopt;
  }
  if (expression.name == "COALESCE") {
    for (const Expression& argument : arguments)
      if (auto made = evaluate(argument, scope)) return made;
    return std::nullopt;
  }
  if (expression.name == "!") {
    const auto made = truth(arguments[0], scope);
    return made ? Value(to_term(!*made)) : std::nullopt;
  }
  const bool decides = expression.name == "||";
  bool failed = false;
  for (const Expression& argument : arguments) {
    const auto made = truth(argument, scope);
    if (made == decides) return to_term(decides);
    failed = failed || !made;
  }
  return failed ? std::nullopt : Value(to_term(!decides));
}

// a + b - c is + of a, b and NEGATE c; a * b / c is * of a, b and RECIPROCAL c.
Value Evaluator::arithmetic(const Expression& expression, Scope scope) {
  std::optional<Number> result;
  for (const Expression& argument : expression.arguments) {
    const bool divides = argument.kind == Kind::Call && argument.name == "RECIPROCAL";
    const auto made = evaluate(divides ? argument.arguments[0] : argument, scope);
    const auto number = made ? number_of(*made) : std::nullopt;
    if (!number) return std::nullopt;
    if (expression.name == "NEGATE") return to_term(negate(*number));
    result = !result                  ? number
             : expression.name == "+" ? add(*result, *number)
             : divides                ? divide(*result, *number)
                                      : multiply(*result, *number);
    if (!result) return std::nullopt;
  }
  return result ? Value(to_term(*result)) : std::nullopt;
}

Value Evaluator::among(const Expression& expression, Scope scope) {
  const auto wanted = evaluate(expression.arguments[0], scope);
  if (!wanted) return std::nullopt;
  bool found = false, failed = false;
  for (std::size_t i = 1; i < expression.arguments.size() && !found; ++i) {
    const auto made = evaluate(expression.arguments[i], scope);
    const auto same = made ? equal(*wanted, *made) : std::nullopt;
    found = same.value_or(false);
    failed = failed || !same;
  }
  if (!found && failed) return std::nullopt;
  return to_term(found == (expression.name == "IN"));
}

// Of a group's solutions. 18.5.1: solutions whose value is an error do not count, but they spoil SUM, AVG, MIN and MAX not.
Value Evaluator::aggregate(const Expression& expression, const std::vector<Row>& rows) {
  if (expression.arguments.empty()) {
    std::set<Row> different;
    if (expression.distinct) different.insert(rows.begin(), rows.end());
    return to_term(Number::of(static_cast<std::int64_t>(expression.distinct ? different.size() : rows.size())));
  }
  std::vector<Term> terms;
  std::set<Term> seen;
  for (const Row& row : rows) {
    Row copy = row;
    step(1 + variables_ / 16);
    auto made = evaluate(expression.arguments[0], {&copy});
    if (!made || (expression.distinct && !seen.insert(*made).second)) continue;
    if (made->text.size() > left_.text_bytes) throw Error{Error::Kind::TooMuch, "an aggregate of too much text"};
    left_.text_bytes -= made->text.size();
    terms.push_back(std::move(*made));
  }
  return fold(expression, terms);
}

Value Evaluator::fold(const Expression& expression, const std::vector<Term>& terms) {
  const std::string& name = expression.name;
  if (name == "COUNT") return to_term(Number::of(static_cast<std::int64_t>(terms.size())));
  if (name == "GROUP_CONCAT") {
    std::string text;
    for (const Term& term : terms) {
      if (term.kind == Term::Kind::Blank) return std::nullopt;
      text += (&term == terms.data() ? "" : expression.separator) + term.text;
      if (text.size() > TextFunctions::kLongestText) return std::nullopt;
    }
    return literal(std::move(text));
  }
  if (name == "SUM" || name == "AVG") {
    std::optional<Number> sum = Number::of(0);
    for (const Term& term : terms) {
      const auto number = number_of(term);
      sum = number && sum ? add(*sum, *number) : std::nullopt;
    }
    if (sum && name == "AVG" && !terms.empty()) sum = divide(*sum, Number::of(static_cast<std::int64_t>(terms.size())));
    return sum ? Value(to_term(*sum)) : std::nullopt;
  }
  if (terms.empty()) return std::nullopt;
  if (name == "MIN") return *std::min_element(terms.begin(), terms.end(), comes_before);
  if (name == "MAX") return *std::max_element(terms.begin(), terms.end(), comes_before);
  return terms.front();  // SAMPLE
}

}  // namespace edgecse::semantics
