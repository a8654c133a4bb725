// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"
#include "onem2m/response_status.hpp"

namespace edgecse::onem2m {

/// Why a request is refused: what the peer is told. TS-0004 6.6.
struct Error {
  ResponseStatus status;
  std::string detail;  // for the log and m2m:dbg: a sentence that names the culprit; no secrets, no exception text
};

template <typename T = void>
using Result = base::Result<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> refuse(ResponseStatus status, std::string detail) {
  return tl::unexpected<Error>(Error{status, std::move(detail)});
}

}  // namespace edgecse::onem2m
