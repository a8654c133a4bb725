// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 over one graph in memory, with bounds: whatever a stranger asks, the work, the memory and the answer are limited,
// and nothing is read but the graph. What is not there: sparql_parser.hpp.
//
// Pure functions: no I/O, no clock. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "semantics/graph.hpp"

namespace edgecse::semantics {

namespace sparql {
struct Query;
struct Update;
}  // namespace sparql

/// Of one run.
struct Limits {
  std::uint64_t steps = 1'000'000;         // triples, rows and values looked at
  std::size_t rows = 10'000;               // in the answer
  std::size_t held_cells = 4'000'000;      // of rows that are kept to be sorted, grouped or told apart
  std::size_t text_bytes = 8U << 20U;      // made by functions
};

/// What an answer holds: SELECT: a table; ASK: whether there is a solution.
struct Answer {
  std::optional<bool> truth;                            // ASK
  std::vector<std::string> names;                       // SELECT: its columns
  std::vector<std::vector<std::optional<Term>>> rows;   // nothing: not bound
};

/// Fails with Malformed (the grammar), NotSupported (valid and left out), TooMuch (length, depth, patterns).
using QueryPtr = std::shared_ptr<const sparql::Query>;
using UpdatePtr = std::shared_ptr<const sparql::Update>;
[[nodiscard]] Result<QueryPtr> parse_query(std::string_view text);
[[nodiscard]] Result<UpdatePtr> parse_update(std::string_view text);

/// Fail with TooMuch only. The index is of that graph.
[[nodiscard]] Result<Answer> run(const sparql::Query& query, const Graph& graph, const Index& index, const Limits& limits = {});
[[nodiscard]] Result<Answer> run(const sparql::Query& query, const Graph& graph, const Limits& limits = {});
/// Whether SELECT gives a row, ASK says yes: stops at the first solution. Takes what it used off the limits, so that several
/// runs can share them.
[[nodiscard]] Result<bool> has_solution(const sparql::Query& query, const Graph& graph, const Index& index, Limits& left);
/// The graph afterwards; the given one when nothing matched. Fails with TooMuch only.
[[nodiscard]] Result<Graph> apply(const sparql::Update& update, Graph graph, const Limits& limits = {});

/// SPARQL 1.1 Query Results JSON Format.
[[nodiscard]] std::string to_json(const Answer& answer);

}  // namespace edgecse::semantics
