// SPDX-License-Identifier: Apache-2.0
//
// Response status codes as HTTP status codes and, where a peer sends no X-M2M-RSC, back. TS-0009 6.3.2.
#pragma once

#include "onem2m/enumerations.hpp"
#include "onem2m/response_status.hpp"

namespace edgecse::binding {

[[nodiscard]] int to_http_status(onem2m::ResponseStatus status);
/// The operation decides what a plain 200 means.
[[nodiscard]] onem2m::ResponseStatus from_http_status(int http_status, onem2m::Operation operation);

}  // namespace edgecse::binding
