// SPDX-License-Identifier: Apache-2.0
//
// SPARQL 1.1 clause 19.8: the words of a query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "semantics/result.hpp"

namespace edgecse::semantics::sparql {

struct Token {
  enum class Kind {
    End,
    Iri,          // <...>: the text between, escapes resolved
    Name,         // prefix:local, as written, escapes resolved
    Variable,     // without ? or $
    Blank,        // _:label: the label
    Text,         // a quoted text, escapes resolved
    Language,     // @en: en
    Integer,
    Decimal,
    Double,
    Word,         // a keyword or a function's name
    Sign,         // punctuation, operators
  };
  Kind kind = Kind::End;
  std::string text;
  std::size_t line = 1;
};

/// The last one is an End.
[[nodiscard]] Result<std::vector<Token>> tokens_of(std::string_view text);

}  // namespace edgecse::semantics::sparql
