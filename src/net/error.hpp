// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace edgecse::net {

enum class ErrorKind {
  Configuration,  // a file or address that cannot be used
  Unreachable,    // no connection
  Timeout,
  Protocol,   // the other side does not speak HTTP, or TLS failed
  TooLarge,   // the answer is over the limit
  Refused,    // by our own policy: scheme, redirect
  Cancelled,  // we are stopping
};

struct Error {
  ErrorKind kind;
  std::string detail;  // a sentence that names the culprit; no secrets
};

}  // namespace edgecse::net
