// SPDX-License-Identifier: Apache-2.0
//
// The functions of SPARQL 1.1 clause 17.4 that need nothing but the values of their arguments.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "semantics/term.hpp"

namespace re2 {
class RE2;
}

namespace edgecse::semantics {

/// Single-threaded: regular expressions are kept for the next row.
class TextFunctions {
 public:
  static constexpr std::size_t kLongestText = 1U << 20U;  // bytes of what a function makes; longer is an error

  TextFunctions();
  ~TextFunctions();
  TextFunctions(const TextFunctions&) = delete;
  TextFunctions& operator=(const TextFunctions&) = delete;

  /// The arguments are as many as the function has. base: of the query. Nothing: an error in the sense of 17.2.
  std::optional<Term> call(const std::string& name, const std::vector<Term>& arguments, const std::string& base);
  /// xsd:integer(...) and the others of 17.1; name is the IRI.
  static std::optional<Term> cast(const std::string& name, const Term& term);

 private:
  std::optional<Term> match(const std::vector<Term>& arguments);
  std::optional<Term> replace(const std::vector<Term>& arguments);
  const re2::RE2* expression(const std::string& pattern, const std::string& flags);

  std::map<std::pair<std::string, std::string>, std::unique_ptr<re2::RE2>> expressions_;
};

}  // namespace edgecse::semantics
