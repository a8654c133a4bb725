// SPDX-License-Identifier: Apache-2.0
#include "semantics/query.hpp"

#include <array>

#include "semantics/evaluator.hpp"
#include "semantics/sparql_parser.hpp"

namespace edgecse::semantics {

namespace {

using TermTriple = std::array<Term, 3>;

constexpr char kNew = '\x01';  // begins the label of a blank node that an update makes

// What a change does for one solution.
class Template {
 public:
  Template(const sparql::Update& update, const Evaluator& evaluator) : update_(update), evaluator_(evaluator) {}

  void fill(const std::vector<sparql::TriplePattern>& patterns, const Row& row, std::vector<TermTriple>& into) {
    new_.clear();
    for (const sparql::TriplePattern& pattern : patterns) {
      const auto subject = term_of(pattern.subject, row), predicate = term_of(pattern.predicate, row), object = term_of(pattern.object, row);
      // What is no triple is left out. SPARQL 1.1 Update 3.1.3.
      if (!subject || !predicate || !object || subject->kind == Term::Kind::Literal || predicate->kind != Term::Kind::Iri) continue;
      into.push_back({*subject, *predicate, *object});
      if (into.size() > Graph::kMostTriples) throw Error{Error::Kind::TooMuch, "the update changes too many triples"};
    }
  }

 private:
  std::optional<Term> term_of(const sparql::Slot& slot, const Row& row) {
    if (!slot.is_variable()) return slot.term;
    const auto at = static_cast<std::size_t>(slot.variable);
    if (row[at] != kAny) return evaluator_.term(row[at]);
    if (!update_.names[at].empty()) return std::nullopt;
    const auto [found, is_new] = new_.try_emplace(slot.variable);
    if (is_new) found->second = blank(kNew + std::to_string(++count_));
    return found->second;
  }

  const sparql::Update& update_;
  const Evaluator& evaluator_;
  std::map<int, Term> new_;
  std::size_t count_ = 0;
};

Result<> change(Graph& graph, const std::vector<TermTriple>& removed, const std::vector<TermTriple>& added) {
  for (const auto& [s, p, o] : removed) graph.remove({graph.find(s), graph.find(p), graph.find(o)});
  std::map<Term, TermId> made;
  const auto id_of = [&](const Term& term) {
    if (term.kind != Term::Kind::Blank || !term.text.starts_with(kNew)) return graph.intern(term);
    const auto [found, is_new] = made.try_emplace(term, kAny);
    if (is_new) found->second = graph.fresh_blank();
    return found->second;
  };
  for (const auto& [s, p, o] : added)
    if (auto done = graph.add({id_of(s), id_of(p), id_of(o)}); !done) return done;
  return {};
}

}  // namespace

Result<QueryPtr> parse_query(std::string_view text) {
  auto query = sparql::parse_query(text);
  if (!query) return tl::unexpected(query.error());
  return std::make_shared<sparql::Query>(std::move(*query));
}
Result<UpdatePtr> parse_update(std::string_view text) {
  auto update = sparql::parse_update(text);
  if (!update) return tl::unexpected(update.error());
  return std::make_shared<sparql::Update>(std::move(*update));
}

Result<Answer> run(const sparql::Query& query, const Graph& graph, const Index& index, const Limits& limits) try {
  Evaluator evaluator(graph, index, query.names.size(), limits);
  Answer answer;
  if (query.form == sparql::Query::Form::Ask) {
    answer.truth = evaluator.ask(query.select);
    return answer;
  }
  for (const sparql::Column& column : query.select.columns) answer.names.push_back(query.names[static_cast<std::size_t>(column.variable)]);
  std::size_t bytes = limits.text_bytes;
  for (const Row& row : evaluator.select(query.select, limits.rows + 1)) {
    if (answer.rows.size() == limits.rows) return too_much("more than " + std::to_string(limits.rows) + " results");
    auto& made = answer.rows.emplace_back();
    for (const sparql::Column& column : query.select.columns) {
      const TermId id = row[static_cast<std::size_t>(column.variable)];
      made.push_back(id == kAny ? std::nullopt : std::optional(evaluator.term(id)));
      const std::size_t needed = made.back() ? made.back()->text.size() : 0;
      if (needed > bytes) return too_much("more than " + std::to_string(limits.text_bytes) + " bytes of results");
      bytes -= needed;
    }
  }
  return answer;
} catch (const Error& error) {
  return tl::unexpected(error);
}

Result<Answer> run(const sparql::Query& query, const Graph& graph, const Limits& limits) {
  return run(query, graph, Index(graph), limits);
}

Result<bool> has_solution(const sparql::Query& query, const Graph& graph, const Index& index, Limits& left) try {
  Evaluator evaluator(graph, index, query.names.size(), left);
  const bool found = query.form == sparql::Query::Form::Ask ? evaluator.ask(query.select) : !evaluator.select(query.select, 1).empty();
  left = evaluator.left();
  return found;
} catch (const Error& error) {
  return tl::unexpected(error);
}

Result<Graph> apply(const sparql::Update& update, Graph graph, const Limits& limits) try {
  for (const sparql::Change& step : update.changes) {
    std::vector<TermTriple> removed, added;
    const Index index(graph);
    Evaluator evaluator(graph, index, update.names.size(), limits);
    Template made(update, evaluator);
    const auto fill = [&](const Row& row) {
      made.fill(step.removed, row, removed);
      made.fill(step.added, row, added);
      return true;
    };
    if (step.where) {
      evaluator.solutions(*step.where, fill);
    } else {
      fill(Row(update.names.size(), kAny));
    }
    if (auto done = change(graph, removed, added); !done) return tl::unexpected(done.error());
  }
  return graph;
} catch (const Error& error) {
  return tl::unexpected(error);
}

}  // namespace edgecse::semantics
