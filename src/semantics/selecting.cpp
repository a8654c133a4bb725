// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a group's solutions: grouping, projection, order, slices. SPARQL 1.1 clause 18.2.4, 18.2.5.
#include <algorithm>
#include <bit>
#include <limits>

#include "semantics/evaluator.hpp"
#include "semantics/values.hpp"

namespace edgecse::semantics {

using sparql::Column;
using sparql::Select;

namespace {

constexpr std::uint64_t kBytesOfAStep = 64;
constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

struct Keyed {
  Row row;
  std::vector<std::optional<Term>> keys;
};

bool goes_before(const Select& select, const Keyed& a, const Keyed& b) {
  for (std::size_t i = 0; i < select.order_by.size(); ++i) {
    const auto& first = select.order_by[i].descending ? b.keys[i] : a.keys[i];
    const auto& second = select.order_by[i].descending ? a.keys[i] : b.keys[i];
    if (!second) {
      if (first) return false;
      continue;
    }
    if (!first) return true;
    if (comes_before(*first, *second)) return true;
    if (comes_before(*second, *first)) return false;
  }
  return false;
}

}  // namespace

const std::vector<Row>& Evaluator::sub_select(const Select& wanted) {
  const auto known = sub_selects_.find(&wanted);
  if (known != sub_selects_.end()) return known->second;
  auto rows = select(wanted, kAll);
  return sub_selects_[&wanted] = std::move(rows);
}

void Evaluator::where(const Select& select, const Next& next) {
  solutions(*select.where, [&](Row& row) { return select.values ? values(*select.values, row, next) : next(row); });
}

bool Evaluator::ask(const Select& wanted) {
  if (wanted.aggregates()) return !select(wanted, 1).empty();
  bool found = false;
  where(wanted, [&](Row&) {
    found = true;
    return false;
  });
  return found;
}

Row Evaluator::projected(const Select& select, const Row& row) const {
  Row made(variables_, kAny);
  for (const Column& column : select.columns)
    made[static_cast<std::size_t>(column.variable)] = row[static_cast<std::size_t>(column.variable)];
  return made;
}

// The columns that are expressions. False: HAVING leaves the solution out.
bool Evaluator::extend(const Select& select, Scope scope) {
  for (const Column& column : select.columns) {
    if (!column.expression) continue;
    if (const auto made = evaluate(*column.expression, scope)) (*scope.row)[static_cast<std::size_t>(column.variable)] = id_of(*made);
  }
  return std::all_of(select.having.begin(), select.having.end(),
                     [&](const sparql::Expression& having) { return truth(having, scope).value_or(false); });
}

std::vector<Row> Evaluator::select(const Select& select, std::uint64_t most) {
  std::vector<Keyed> ordered;
  std::vector<Row> rows;
  std::set<Row> seen;
  std::uint64_t skipped = 0;
  most = std::min(most, select.limit.value_or(kAll));
  const auto take = [&](const Row& row) {
    step(1 + variables_ / 8);
    Row made = projected(select, row);
    if (select.distinct && !seen.insert(made).second) return true;
    if (skipped < select.offset) return ++skipped, true;
    hold(made);
    rows.push_back(std::move(made));
    return rows.size() < most;
  };
  const auto finish = [&](Row& row, const std::vector<Row>* group) {
    if (!extend(select, {&row, group})) return true;
    if (select.order_by.empty()) return take(row);
    hold(row);
    Keyed keyed{row, {}};
    for (const sparql::Order& order : select.order_by) {
      keyed.keys.push_back(evaluate(order.expression, {&row, group}));
      const std::size_t bytes = keyed.keys.back() ? keyed.keys.back()->text.size() : 0;
      if (bytes > left_.text_bytes) throw Error{Error::Kind::TooMuch, "too much text to sort"};
      left_.text_bytes -= bytes;
    }
    ordered.push_back(std::move(keyed));
    return true;
  };
  if (most == 0) return rows;
  if (select.aggregates()) {
    group_by(select, finish);
  } else {
    where(select, [&](Row& row) {
      Row copy = row;
      return finish(copy, nullptr);
    });
  }
  if (ordered.empty()) return rows;
  std::size_t longest = 0;
  for (const Keyed& keyed : ordered)
    for (const auto& key : keyed.keys) longest = std::max(longest, key ? key->text.size() : 0);
  step(ordered.size() * std::bit_width(ordered.size()) * (1 + longest / kBytesOfAStep));
  std::stable_sort(ordered.begin(), ordered.end(), [&](const Keyed& a, const Keyed& b) { return goes_before(select, a, b); });
  for (const Keyed& keyed : ordered)
    if (!take(keyed.row)) break;
  return rows;
}

void Evaluator::group_by(const Select& select, const std::function<bool(Row&, const std::vector<Row>*)>& finish) {
  std::map<std::vector<TermId>, std::vector<Row>> groups;
  if (select.group_by.empty()) groups[{}];  // without GROUP BY there is one, even of nothing
  where(select, [&](Row& row) {
    Row copy = row;
    std::vector<TermId> key;
    for (const Column& column : select.group_by) {
      TermId& cell = copy[static_cast<std::size_t>(column.variable)];
      if (column.expression) {
        const auto made = evaluate(*column.expression, {&row});
        cell = made ? id_of(*made) : kAny;
      }
      key.push_back(cell);
    }
    hold(copy);
    groups[std::move(key)].push_back(std::move(copy));
    return true;
  });
  for (auto& [key, rows] : groups) {
    Row made(variables_, kAny);
    for (std::size_t i = 0; i < key.size(); ++i) made[static_cast<std::size_t>(select.group_by[i].variable)] = key[i];
    if (!finish(made, &rows)) return;
  }
}

}  // namespace edgecse::semantics
