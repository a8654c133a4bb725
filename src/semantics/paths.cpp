// SPDX-License-Identifier: Apache-2.0
//
// Property paths. SPARQL 1.1 clause 9 and 18.4.
#include <algorithm>

#include "semantics/evaluator.hpp"

namespace edgecse::semantics {

using sparql::Path;
using Kind = Path::Kind;

bool Evaluator::path(const Path& path, TermId from, TermId to, const PathNext& next) {
  step();
  switch (path.kind) {
    case Kind::Link: {
      const auto matches = index_.match({from, constant(path.iri), to});
      for (std::size_t i = 0; i < matches.size(); ++i) {
        step();
        if (!next(matches[i].subject, matches[i].object)) return false;
      }
      return true;
    }
    case Kind::Inverse:
      return this->path(path.parts[0], to, from, [&](TermId end, TermId begin) { return next(begin, end); });
    case Kind::Sequence: return sequence(path, 0, path.parts.size(), from, to, next);
    case Kind::Alternative:
      return std::all_of(path.parts.begin(), path.parts.end(), [&](const Path& part) { return this->path(part, from, to, next); });
    case Kind::NotOneOf: return none_of(path, from, to, next);
    default: return repeated(path, from, to, next);
  }
}

// From the end that is known.
bool Evaluator::sequence(const Path& path, std::size_t begin, std::size_t end, TermId from, TermId to, const PathNext& next) {
  if (end - begin == 1) return this->path(path.parts[begin], from, to, next);
  if (from == kAny && to != kAny)
    return this->path(path.parts[end - 1], kAny, to, [&](TermId middle, TermId last) {
      return sequence(path, begin, end - 1, kAny, middle, [&](TermId first, TermId) { return next(first, last); });
    });
  return this->path(path.parts[begin], from, kAny, [&](TermId first, TermId middle) {
    return sequence(path, begin + 1, end, middle, to, [&](TermId, TermId last) { return next(first, last); });
  });
}

// ?, * and +: each pair once.
bool Evaluator::repeated(const Path& path, TermId from, TermId to, const PathNext& next) {
  if (from != kAny) return reach(path, from, to, true, next);
  if (to != kAny) return reach(path, to, kAny, false, next);
  const auto& nodes = index_.nodes();
  return std::all_of(nodes.begin(), nodes.end(), [&](TermId node) { return reach(path, node, kAny, true, next); });
}

bool Evaluator::reach(const Path& path, TermId from, TermId to, bool forward, const PathNext& next) {
  std::set<TermId> seen;
  std::vector<TermId> open{from};
  const auto give = [&](TermId node) {
    if (to != kAny && node != to) return true;
    return forward ? next(from, node) : next(node, from);
  };
  if (path.kind != Kind::OneOrMore) {
    seen.insert(from);
    if (!give(from)) return false;
  }
  while (!open.empty()) {
    const TermId node = open.back();
    open.pop_back();
    const bool more = this->path(path.parts[0], forward ? node : kAny, forward ? kAny : node, [&](TermId begin, TermId end) {
      const TermId other = forward ? end : begin;
      if (!seen.insert(other).second) return true;
      if (path.kind != Kind::ZeroOrOne) open.push_back(other);
      return give(other);
    });
    if (!more) return false;
  }
  return true;
}

bool Evaluator::none_of(const Path& path, TermId from, TermId to, const PathNext& next) {
  std::set<TermId> excluded, excluded_back;
  for (const Path& part : path.parts) {
    if (part.kind == Kind::Link) {
      excluded.insert(constant(part.iri));
    } else {
      excluded_back.insert(constant(part.parts[0].iri));
    }
  }
  const auto look = [&](const std::set<TermId>& left_out, TermId subject, TermId object, bool forward) {
    const auto matches = index_.match({subject, kAny, object});
    for (std::size_t i = 0; i < matches.size(); ++i) {
      step();
      const Triple found = matches[i];
      if (left_out.contains(found.predicate)) continue;
      if (!(forward ? next(found.subject, found.object) : next(found.object, found.subject))) return false;
    }
    return true;
  };
  if ((!excluded.empty() || excluded_back.empty()) && !look(excluded, from, to, true)) return false;
  return excluded_back.empty() || look(excluded_back, to, from, false);
}

}  // namespace edgecse::semantics
