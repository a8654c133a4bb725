// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"

namespace edgecse::semantics {

struct Error {
  enum class Kind {
    Malformed,     // breaks its grammar
    NotSupported,  // valid, but this engine does not do it; the detail names the part
    TooMuch,       // beyond a limit; the detail names it
  };
  Kind kind;
  std::string detail;
};

template <class T = void>
using Result = base::Result<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> malformed(std::string detail) {
  return tl::unexpected(Error{Error::Kind::Malformed, std::move(detail)});
}
[[nodiscard]] inline tl::unexpected<Error> not_supported(std::string detail) {
  return tl::unexpected(Error{Error::Kind::NotSupported, std::move(detail)});
}
[[nodiscard]] inline tl::unexpected<Error> too_much(std::string detail) {
  return tl::unexpected(Error{Error::Kind::TooMuch, std::move(detail)});
}

}  // namespace edgecse::semantics
