// SPDX-License-Identifier: Apache-2.0
//
// Groups and basic graph patterns. SPARQL 1.1 clause 18.2.
#include "semantics/evaluator.hpp"

#include <algorithm>
#include <limits>

#include "semantics/parser.hpp"

namespace edgecse::semantics {

using sparql::Element;
using sparql::Expression;
using sparql::Group;
using sparql::Slot;
using sparql::TriplePattern;

namespace {

constexpr TermId kMade = 1U << 31U;  // from here on: terms that are not in the graph

bool asks_for_groups(const Expression& expression) {
  return expression.group != nullptr || std::any_of(expression.arguments.begin(), expression.arguments.end(), asks_for_groups);
}

}  // namespace

struct Evaluator::Plan {
  std::vector<const Element*> elements;
  std::vector<std::vector<const Expression*>> filters;  // before each element, and at the end
  std::set<int> certain;                                // variables that every solution binds
};

void Evaluator::step(std::uint64_t count) {
  if (count > left_.steps) throw Error{Error::Kind::TooMuch, "the query needs too many steps"};
  left_.steps -= count;
}

void Evaluator::hold(const Row& row) {
  if (row.size() > left_.held_cells) throw Error{Error::Kind::TooMuch, "the query has too many solutions to sort or group"};
  left_.held_cells -= row.size();
}

const Term& Evaluator::term(TermId id) const { return id < kMade ? graph_.term(id) : *made_by_id_[id - kMade]; }

TermId Evaluator::id_of(const Term& term) {
  if (const TermId known = graph_.find(term); known != kAny) return known;
  const auto [at, is_new] = made_.try_emplace(term, kMade + static_cast<TermId>(made_by_id_.size()));
  if (is_new) {
    if (term.text.size() > left_.text_bytes) throw Error{Error::Kind::TooMuch, "the query makes too much text"};
    left_.text_bytes -= term.text.size();
    made_by_id_.push_back(&at->first);
  }
  return at->second;
}

TermId Evaluator::constant(const Term& term) {
  const auto [known, is_new] = constants_.try_emplace(&term, kAny);
  if (is_new) known->second = id_of(term);
  return known->second;
}

TermId Evaluator::value(const Slot& slot, const Row& row) {
  return slot.is_variable() ? row[static_cast<std::size_t>(slot.variable)] : constant(slot.term);
}

std::set<int> Evaluator::certain(const Group& group) { return plan_of(group).certain; }

std::set<int> Evaluator::certain(const Element& element) {
  std::set<int> known;
  switch (element.kind) {
    case Element::Kind::Triples:
      for (const TriplePattern& pattern : element.triples)
        for (const Slot* slot : {&pattern.subject, &pattern.predicate, &pattern.object})
          if (slot->is_variable()) known.insert(slot->variable);
      return known;
    case Element::Kind::Group: return certain(*element.groups[0]);
    case Element::Kind::Union: {
      known = certain(*element.groups[0]);
      for (const auto& branch : element.groups) {
        const std::set<int> there = certain(*branch);
        std::erase_if(known, [&](int variable) { return !there.contains(variable); });
      }
      return known;
    }
    case Element::Kind::Values:
      for (std::size_t i = 0; i < element.values.variables.size(); ++i)
        if (std::all_of(element.values.rows.begin(), element.values.rows.end(), [&](const auto& row) { return row[i].has_value(); }))
          known.insert(element.values.variables[i]);
      return known;
    default: return known;
  }
}

const Evaluator::Plan& Evaluator::plan_of(const Group& group) {
  if (const auto known = plans_.find(&group); known != plans_.end()) return *known->second;
  auto plan = std::make_shared<Plan>();
  std::vector<std::set<int>> certain_before{{}};
  for (const Element& element : group.elements) {
    if (element.kind == Element::Kind::Filter) continue;
    plan->elements.push_back(&element);
    const std::set<int> more = certain(element);
    plan->certain.insert(more.begin(), more.end());
    certain_before.push_back(plan->certain);
  }
  plan->filters.resize(certain_before.size());
  for (const Element& element : group.elements) {
    if (element.kind != Element::Kind::Filter) continue;
    std::set<int> used;
    sparql::collect_used(element.expression, true, used);
    std::size_t place = asks_for_groups(element.expression) ? plan->elements.size() : 0;
    while (place < plan->elements.size() &&
           !std::includes(certain_before[place].begin(), certain_before[place].end(), used.begin(), used.end()))
      ++place;
    plan->filters[place].push_back(&element.expression);
  }
  return *(plans_[&group] = std::move(plan));
}

void Evaluator::solutions(const Group& wanted, const std::function<bool(Row&)>& visit) {
  Row row(variables_, kAny);
  group(wanted, row, visit);
}

bool Evaluator::group(const Group& group, Row& row, const Next& next) { return from(plan_of(group), 0, row, next); }

bool Evaluator::from(const Plan& plan, std::size_t at, Row& row, const Next& next) {
  step();
  if (!passes(plan.filters[at], row)) return true;
  if (at == plan.elements.size()) return next(row);
  return element(*plan.elements[at], row, [&](Row& found) { return from(plan, at + 1, found, next); });
}

bool Evaluator::element(const Element& element, Row& row, const Next& next) {
  switch (element.kind) {
    case Element::Kind::Triples: {
      std::vector<const TriplePattern*> left;
      for (const TriplePattern& pattern : element.triples) left.push_back(&pattern);
      return basic(left, row, next);
    }
    case Element::Kind::Optional: {
      bool any = false;
      const bool more = group(*element.groups[0], row, [&](Row& found) {
        any = true;
        return next(found);
      });
      return more && (any || next(row));
    }
    case Element::Kind::Group:
    case Element::Kind::Union:
      return std::all_of(element.groups.begin(), element.groups.end(), [&](const auto& branch) { return apart(*branch, row, next); });
    case Element::Kind::Minus: return without(*element.groups[0], row, next);
    case Element::Kind::Bind: {
      const auto made = evaluate(element.expression, {&row});
      return made ? bind(element.variable, id_of(*made), row, next) : next(row);
    }
    case Element::Kind::Values: return values(element.values, row, next);
    case Element::Kind::Select: {
      const std::vector<Row>& rows = sub_select(*element.select);
      return std::all_of(rows.begin(), rows.end(), [&](const Row& found) { return merge(found, row, next); });
    }
    case Element::Kind::Filter: break;
  }
  return next(row);
}

// A group of its own sees of the solution outside only what it would bind itself in any case: then it makes no difference
// whether that is bound before or compared afterwards, and its filters do not see more than they should.
bool Evaluator::apart(const Group& group, Row& row, const Next& next) {
  step(1 + variables_ / 16);
  Row inner(variables_, kAny);
  for (const int variable : plan_of(group).certain) inner[static_cast<std::size_t>(variable)] = row[static_cast<std::size_t>(variable)];
  return this->group(group, inner, [&](Row& found) { return merge(found, row, next); });
}

bool Evaluator::without(const Group& group, Row& row, const Next& next) {
  step(1 + variables_ / 16);
  Row inner(variables_, kAny);
  for (const int variable : plan_of(group).certain) inner[static_cast<std::size_t>(variable)] = row[static_cast<std::size_t>(variable)];
  bool excluded = false;
  this->group(group, inner, [&](Row& found) {
    step(1 + variables_ / 16);
    bool shares = false;
    for (std::size_t i = 0; i < variables_; ++i) {
      if (found[i] == kAny || row[i] == kAny) continue;
      if (found[i] != row[i]) return true;
      shares = true;
    }
    excluded = shares;
    return !excluded;
  });
  return excluded || next(row);
}

bool Evaluator::values(const sparql::Values& values, Row& row, const Next& next) {
  for (const auto& given : values.rows) {
    step(1 + variables_ / 16);
    Row found(variables_, kAny);
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i]) found[static_cast<std::size_t>(values.variables[i])] = constant(*given[i]);
    if (!merge(found, row, next)) return false;
  }
  return true;
}

bool Evaluator::bind(int variable, TermId id, Row& row, const Next& next) {
  TermId& cell = row[static_cast<std::size_t>(variable)];
  if (cell == id) return next(row);
  if (cell != kAny) return true;
  cell = id;
  const bool more = next(row);
  row[static_cast<std::size_t>(variable)] = kAny;
  return more;
}

bool Evaluator::merge(const Row& other, Row& row, const Next& next) {
  step(1 + variables_ / 16);
  std::vector<std::size_t> bound;
  bool fits = true, more = true;
  for (std::size_t i = 0; i < variables_ && fits; ++i) {
    if (other[i] == kAny || other[i] == row[i]) continue;
    fits = row[i] == kAny;
    if (!fits) break;
    row[i] = other[i];
    bound.push_back(i);
  }
  if (fits) more = next(row);
  for (const std::size_t i : bound) row[i] = kAny;
  return more;
}

std::size_t Evaluator::estimate(const TriplePattern& pattern, const Row& row) {
  const TermId subject = value(pattern.subject, row), object = value(pattern.object, row);
  if (!pattern.path) return index_.match({subject, value(pattern.predicate, row), object}).size();
  constexpr std::size_t kGuess = 16;
  return subject != kAny && object != kAny ? 1 : subject != kAny || object != kAny ? kGuess : 4 * graph_.size() + kGuess;
}

// The pattern that leaves fewest triples to look at goes first.
bool Evaluator::basic(std::vector<const TriplePattern*>& left, Row& row, const Next& next) {
  if (left.empty()) return next(row);
  step(left.size());
  std::size_t best = 0, least = std::numeric_limits<std::size_t>::max();
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::size_t expected = estimate(*left[i], row);
    if (expected == 0 && !left[i]->path) return true;
    if (expected < least) best = i, least = expected;
  }
  const TriplePattern* pattern = left[best];
  std::swap(left[best], left.back());
  left.pop_back();
  const bool more = match(*pattern, row, [&](Row& found) { return basic(left, found, next); });
  left.push_back(pattern);
  std::swap(left[best], left.back());
  return more;
}

bool Evaluator::match(const TriplePattern& pattern, Row& row, const Next& next) {
  const TermId subject = value(pattern.subject, row), object = value(pattern.object, row);
  if (pattern.path)
    return path(*pattern.path, subject, object, [&](TermId from, TermId to) { return bind_triple(pattern, {from, kAny, to}, row, next); });
  const auto matches = index_.match({subject, value(pattern.predicate, row), object});
  for (std::size_t i = 0; i < matches.size(); ++i) {
    step();
    if (!bind_triple(pattern, matches[i], row, next)) return false;
  }
  return true;
}

bool Evaluator::bind_triple(const TriplePattern& pattern, const Triple& triple, Row& row, const Next& next) {
  const auto bind_object = [&](Row& found) {
    return pattern.object.is_variable() ? bind(pattern.object.variable, triple.object, found, next) : next(found);
  };
  const auto bind_predicate = [&](Row& found) {
    return pattern.predicate.is_variable() ? bind(pattern.predicate.variable, triple.predicate, found, bind_object) : bind_object(found);
  };
  return pattern.subject.is_variable() ? bind(pattern.subject.variable, triple.subject, row, bind_predicate) : bind_predicate(row);
}

}  // namespace edgecse::semantics
