// SPDX-License-Identifier: Apache-2.0
//
// A parsed query or update. Variables are numbers, one a name in the whole request; blank nodes of a pattern are variables
// without a name.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "semantics/term.hpp"

namespace edgecse::semantics::sparql {

inline constexpr int kNone = -1;

/// A place in a pattern: a variable, or a term.
struct Slot {
  int variable = kNone;
  Term term;
  [[nodiscard]] bool is_variable() const { return variable != kNone; }
};

/// SPARQL 1.1 clause 9.
struct Path {
  enum class Kind { Link, Inverse, Sequence, Alternative, ZeroOrMore, OneOrMore, ZeroOrOne, NotOneOf };
  Kind kind = Kind::Link;
  Term iri;                  // Link
  std::vector<Path> parts;   // NotOneOf: Links, and Inverses of Links
};

struct TriplePattern {
  Slot subject, predicate, object;
  std::shared_ptr<const Path> path;  // instead of the predicate, when it is more than one link
};

struct Group;

struct Expression {
  enum class Kind { Constant, Variable, Call, Exists, NotExists, Aggregate };
  Kind kind = Kind::Constant;
  Term term;
  int variable = kNone;
  std::string name;                    // Call: operator, function or the IRI of a cast; Aggregate: COUNT ...
  std::vector<Expression> arguments;   // Aggregate: none is COUNT(*)
  std::shared_ptr<const Group> group;  // Exists
  bool distinct = false;               // Aggregate
  std::string separator = " ";         // GROUP_CONCAT
};

struct Values {
  std::vector<int> variables;
  std::vector<std::vector<std::optional<Term>>> rows;  // nothing: UNDEF
};

struct Select;

struct Element {
  enum class Kind { Triples, Optional, Union, Minus, Filter, Bind, Values, Group, Select };
  Kind kind = Kind::Triples;
  std::vector<TriplePattern> triples;
  std::vector<std::shared_ptr<const sparql::Group>> groups;  // of Optional, Minus, Group one, of Union any number
  Expression expression;                                     // Filter, Bind
  int variable = kNone;                                      // Bind
  sparql::Values values;
  std::shared_ptr<const sparql::Select> select;
};

struct Group {
  std::vector<Element> elements;
};

struct Column {
  int variable = kNone;
  std::optional<Expression> expression;  // (expression AS ?variable)
};

struct Order {
  Expression expression;
  bool descending = false;
};

struct Select {
  bool distinct = false, reduced = false;
  std::vector<Column> columns;
  std::shared_ptr<const Group> where;
  std::vector<Column> group_by;
  std::vector<Expression> having;
  std::vector<Order> order_by;
  std::optional<std::uint64_t> limit;
  std::uint64_t offset = 0;
  std::optional<Values> values;
  [[nodiscard]] bool aggregates() const;
};

struct Query {
  enum class Form { Select, Ask };
  Form form = Form::Select;
  Select select;
  std::vector<std::string> names;  // of variables; empty: a blank node
};

struct Change {
  std::vector<TriplePattern> removed, added;
  std::shared_ptr<const Group> where;  // nullptr: the data is given
};

struct Update {
  std::vector<Change> changes;
  std::vector<std::string> names;
};

}  // namespace edgecse::semantics::sparql
