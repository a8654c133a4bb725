// SPDX-License-Identifier: Apache-2.0
//
// A set of triples in memory.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "semantics/result.hpp"
#include "semantics/term.hpp"

namespace edgecse::semantics {

/// Of one graph. 0 is no term: in a pattern, any.
using TermId = std::uint32_t;
inline constexpr TermId kAny = 0;

struct Triple {
  TermId subject = kAny, predicate = kAny, object = kAny;
  friend auto operator<=>(const Triple&, const Triple&) = default;
};

/// Single-threaded while it is filled; const methods may run concurrently.
class Graph {
 public:
  static constexpr std::size_t kMostTriples = 50'000;

  Graph() = default;
  Graph(const Graph& other);
  Graph& operator=(const Graph& other) { return *this = Graph(other); }
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;
  ~Graph() = default;

  TermId intern(const Term& term);
  [[nodiscard]] TermId find(const Term& term) const;
  [[nodiscard]] const Term& term(TermId id) const { return *terms_[id - 1]; }
  /// A blank node that is nobody else's.
  TermId fresh_blank();

  /// Fails with TooMuch when the graph is full. A triple that is there stays as it is.
  Result<> add(Triple triple);
  Result<> add(const Term& subject, const Term& predicate, const Term& object) {
    return add({intern(subject), intern(predicate), intern(object)});
  }
  void remove(const Triple& triple) { triples_.erase(triple); }
  /// The other's triples; its blank nodes stay its own.
  Result<> add_all(const Graph& other);

  /// Of triples.
  [[nodiscard]] std::size_t size() const { return triples_.size(); }
  [[nodiscard]] const std::set<Triple>& triples() const { return triples_; }

 private:
  struct Before {  // by length first: most texts begin alike. No hash: whoever writes a descriptor could make texts that collide
    [[nodiscard]] bool operator()(const Term& a, const Term& b) const;
  };
  std::map<Term, TermId, Before> ids_;
  std::vector<const Term*> terms_;  // in ids_
  std::set<Triple> triples_;
  std::size_t blanks_ = 0;
};

/// Finds triples of a graph that does not change as long as this lives. Const methods may run concurrently.
class Index {
 public:
  explicit Index(const Graph& graph);

  /// A run of triples in one of the orders: at(i) gives the i-th as a triple.
  class Matches {
   public:
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    [[nodiscard]] Triple operator[](std::size_t i) const {
      const auto& row = rows_[i];
      return {row[place_[0]], row[place_[1]], row[place_[2]]};
    }

   private:
    friend class Index;
    using Row = std::array<TermId, 3>;
    Matches(std::span<const Row> rows, std::array<std::uint8_t, 3> place) : rows_(rows), place_(place) {}
    std::span<const Row> rows_;
    std::array<std::uint8_t, 3> place_;  // of subject, predicate, object in a row
  };

  /// Members that are kAny match all.
  [[nodiscard]] Matches match(const Triple& pattern) const;
  /// Subjects and objects, each once.
  [[nodiscard]] const std::vector<TermId>& nodes() const { return nodes_; }

 private:
  using Row = Matches::Row;
  [[nodiscard]] static std::span<const Row> with_prefix(const std::vector<Row>& rows, const Row& key, std::size_t length);
  std::vector<Row> by_subject_, by_predicate_, by_object_;  // spo, pos, osp
  std::vector<TermId> nodes_;
};

}  // namespace edgecse::semantics
