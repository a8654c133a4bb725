// SPDX-License-Identifier: Apache-2.0
#include "semantics/graph.hpp"

#include <algorithm>

namespace edgecse::semantics {

bool Graph::Before::operator()(const Term& a, const Term& b) const {
  if (a.text.size() != b.text.size()) return a.text.size() < b.text.size();
  return a < b;
}

// terms_ points into ids_: a copy into its own.
Graph::Graph(const Graph& other)
    : ids_(other.ids_), terms_(other.terms_.size()), triples_(other.triples_), blanks_(other.blanks_) {
  for (const auto& [term, id] : ids_) terms_[id - 1] = &term;
}

TermId Graph::intern(const Term& term) {
  const auto [at, is_new] = ids_.try_emplace(term, static_cast<TermId>(terms_.size() + 1));
  if (is_new) terms_.push_back(&at->first);
  return at->second;
}

TermId Graph::find(const Term& term) const {
  const auto found = ids_.find(term);
  return found == ids_.end() ? kAny : found->second;
}

TermId Graph::fresh_blank() {
  for (;;) {
    const Term candidate = blank("b" + std::to_string(++blanks_));
    if (!ids_.contains(candidate)) return intern(candidate);
  }
}

Result<> Graph::add(Triple triple) {
  triples_.insert(triple);
  if (triples_.size() <= kMostTriples) return {};
  triples_.erase(triple);
  return too_much("more than " + std::to_string(kMostTriples) + " triples");
}

Result<> Graph::add_all(const Graph& other) {
  std::vector<TermId> here(other.terms_.size() + 1, kAny);
  const auto translate = [&](TermId id) {
    if (here[id] == kAny) here[id] = other.term(id).kind == Term::Kind::Blank ? fresh_blank() : intern(other.term(id));
    return here[id];
  };
  for (const Triple& triple : other.triples_) {
    const Triple translated{translate(triple.subject), translate(triple.predicate), translate(triple.object)};
    if (auto added = add(translated); !added) return added;
  }
  return {};
}

Index::Index(const Graph& graph) {
  for (std::vector<Row>* rows : {&by_subject_, &by_predicate_, &by_object_}) rows->reserve(graph.size());
  nodes_.reserve(graph.size() * 2);
  for (const auto& [s, p, o] : graph.triples()) {
    by_subject_.push_back({s, p, o});
    by_predicate_.push_back({p, o, s});
    by_object_.push_back({o, s, p});
    nodes_.insert(nodes_.end(), {s, o});
  }
  std::sort(by_predicate_.begin(), by_predicate_.end());
  std::sort(by_object_.begin(), by_object_.end());
  std::sort(nodes_.begin(), nodes_.end());
  nodes_.erase(std::unique(nodes_.begin(), nodes_.end()), nodes_.end());
}

std::span<const Index::Row> Index::with_prefix(const std::vector<Row>& rows, const Row& key, std::size_t length) {
  const auto less = [length](const Row& a, const Row& b) {
    return std::lexicographical_compare(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(length), b.begin(),
                                        b.begin() + static_cast<std::ptrdiff_t>(length));
  };
  const auto [first, last] = std::equal_range(rows.begin(), rows.end(), key, less);
  return {first, last};
}

Index::Matches Index::match(const Triple& pattern) const {
  const auto [s, p, o] = pattern;
  if (s != kAny && (p != kAny || o == kAny))
    return {with_prefix(by_subject_, {s, p, o}, p == kAny ? 1 : o == kAny ? 2 : 3), {0, 1, 2}};
  if (o != kAny && p == kAny) return {with_prefix(by_object_, {o, s, p}, s == kAny ? 1 : 2), {1, 2, 0}};
  return {with_prefix(by_predicate_, {p, o, s}, p == kAny ? 0 : o == kAny ? 1 : 2), {2, 0, 1}};
}

}  // namespace edgecse::semantics
