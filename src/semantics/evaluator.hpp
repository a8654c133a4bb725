// SPDX-License-Identifier: Apache-2.0
//
// Runs a parsed query: solutions one at a time, each element of a group for each solution of those before it (nested loops
// over the index), so that memory is needed for what is sorted, grouped or told apart only. SPARQL 1.1 clause 18.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <unordered_map>

#include "semantics/query.hpp"
#include "semantics/sparql_syntax.hpp"
#include "semantics/text_functions.hpp"

namespace edgecse::semantics {

/// By variable; kAny: not bound.
using Row = std::vector<TermId>;

/// One run; single-threaded. An Error (TooMuch) is thrown where a limit is met.
class Evaluator {
 public:
  Evaluator(const Graph& graph, const Index& index, std::size_t variables, const Limits& limits)
      : graph_(graph), index_(index), variables_(variables), left_(limits) {}

  /// Solutions of a query's SELECT: only its columns are bound. The first ones, when there are more.
  [[nodiscard]] std::vector<Row> select(const sparql::Select& select, std::uint64_t most);
  [[nodiscard]] bool ask(const sparql::Select& select);
  /// visit says whether to go on.
  void solutions(const sparql::Group& group, const std::function<bool(Row&)>& visit);
  [[nodiscard]] const Term& term(TermId id) const;
  /// What may still be used.
  [[nodiscard]] const Limits& left() const { return left_; }

 private:
  using Next = std::function<bool(Row&)>;  // false: enough
  using PathNext = std::function<bool(TermId, TermId)>;
  struct Plan;                             // the elements without filters, and where each filter can be judged
  struct Scope {
    Row* row;
    const std::vector<Row>* group = nullptr;  // what aggregates are made of
  };

  void step(std::uint64_t count = 1);
  void hold(const Row& row);
  TermId id_of(const Term& term);
  TermId constant(const Term& term);
  TermId value(const sparql::Slot& slot, const Row& row);

  // groups: evaluator.cpp
  const Plan& plan_of(const sparql::Group& group);
  std::set<int> certain(const sparql::Group& group);
  std::set<int> certain(const sparql::Element& element);
  bool group(const sparql::Group& group, Row& row, const Next& next);
  bool from(const Plan& plan, std::size_t at, Row& row, const Next& next);
  bool element(const sparql::Element& element, Row& row, const Next& next);
  bool apart(const sparql::Group& group, Row& row, const Next& next);
  bool without(const sparql::Group& group, Row& row, const Next& next);
  bool values(const sparql::Values& values, Row& row, const Next& next);
  bool bind(int variable, TermId id, Row& row, const Next& next);
  bool merge(const Row& other, Row& row, const Next& next);
  bool basic(std::vector<const sparql::TriplePattern*>& left, Row& row, const Next& next);
  bool match(const sparql::TriplePattern& pattern, Row& row, const Next& next);
  bool bind_triple(const sparql::TriplePattern& pattern, const Triple& triple, Row& row, const Next& next);
  std::size_t estimate(const sparql::TriplePattern& pattern, const Row& row);

  // paths: paths.cpp
  bool path(const sparql::Path& path, TermId from, TermId to, const PathNext& next);
  bool sequence(const sparql::Path& path, std::size_t begin, std::size_t end, TermId from, TermId to, const PathNext& next);
  bool repeated(const sparql::Path& path, TermId from, TermId to, const PathNext& next);
  bool reach(const sparql::Path& path, TermId from, TermId to, bool forward, const PathNext& next);
  bool none_of(const sparql::Path& path, TermId from, TermId to, const PathNext& next);

  // selects: selecting.cpp
  const std::vector<Row>& sub_select(const sparql::Select& select);
  void where(const sparql::Select& select, const Next& next);
  void group_by(const sparql::Select& select, const std::function<bool(Row&, const std::vector<Row>*)>& finish);
  bool extend(const sparql::Select& select, Scope scope);
  [[nodiscard]] Row projected(const sparql::Select& select, const Row& row) const;

  // expressions: expressions.cpp; nothing: an error in the sense of 17.2
  std::optional<Term> evaluate(const sparql::Expression& expression, Scope scope);
  std::optional<bool> truth(const sparql::Expression& expression, Scope scope);
  std::optional<Term> call(const sparql::Expression& expression, Scope scope);
  std::optional<Term> logical(const sparql::Expression& expression, Scope scope);
  std::optional<Term> arithmetic(const sparql::Expression& expression, Scope scope);
  std::optional<Term> among(const sparql::Expression& expression, Scope scope);
  std::optional<Term> aggregate(const sparql::Expression& expression, const std::vector<Row>& rows);
  std::optional<Term> fold(const sparql::Expression& expression, const std::vector<Term>& terms);
  bool passes(const std::vector<const sparql::Expression*>& filters, Row& row);

  const Graph& graph_;
  const Index& index_;
  const std::size_t variables_;
  Limits left_;
  std::map<Term, TermId> made_;            // terms that are not in the graph
  std::vector<const Term*> made_by_id_;
  std::unordered_map<const Term*, TermId> constants_;
  std::map<const sparql::Group*, std::shared_ptr<const Plan>> plans_;
  std::map<const sparql::Select*, std::vector<Row>> sub_selects_;
  TextFunctions texts_;
};

}  // namespace edgecse::semantics
