// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"

namespace edgecse::mec {

enum class ErrorKind {
  Unreachable,   // no answer
  Refused,       // 4xx
  Unauthorized,  // 401, or no token to be had
  Failed,        // 5xx
  Nonsense,      // an answer that fits no edition of the standard
};

struct Error {
  ErrorKind kind;
  int status = 0;      // HTTP; 0 without an answer
  std::string detail;  // a sentence that names the culprit
};

template <typename T = void>
using Result = base::Result<T, Error>;

}  // namespace edgecse::mec
