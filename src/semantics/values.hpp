// SPDX-License-Identifier: Apache-2.0
//
// What literals mean: numbers, truth, order. SPARQL 1.1 clause 17; decimals are kept as binary floating point numbers.
#pragma once

#include <cstdint>
#include <optional>

#include "semantics/term.hpp"

namespace edgecse::semantics {

struct Number {
  enum class Kind { Integer, Decimal, Float, Double };
  Kind kind = Kind::Integer;
  std::int64_t whole = 0;  // Integer
  double value = 0;        // of every kind

  [[nodiscard]] static Number of(std::int64_t whole);
  [[nodiscard]] static Number of(Kind kind, double value);
};

/// Nothing: no literal of a numeric type, or not one of its texts.
[[nodiscard]] std::optional<Number> number_of(const Term& term);
[[nodiscard]] Term to_term(const Number& number);
[[nodiscard]] Term to_term(bool truth);

/// Nothing when an integer would be too large, or is divided by zero.
[[nodiscard]] std::optional<Number> add(const Number& a, const Number& b);
[[nodiscard]] std::optional<Number> multiply(const Number& a, const Number& b);
[[nodiscard]] std::optional<Number> divide(const Number& a, const Number& b);
[[nodiscard]] Number negate(const Number& number);

/// 17.2.2; nothing: a type error.
[[nodiscard]] std::optional<bool> truth_of(const Term& term);
/// 17.3; nothing: a type error.
[[nodiscard]] std::optional<bool> equal(const Term& a, const Term& b);
[[nodiscard]] std::optional<bool> less(const Term& a, const Term& b);
/// ORDER BY: a total order, blank nodes, IRIs, literals.
[[nodiscard]] bool comes_before(const Term& a, const Term& b);

[[nodiscard]] inline bool is_text(const Term& term) { return term.kind == Term::Kind::Literal && term.datatype.empty(); }

}  // namespace edgecse::semantics
