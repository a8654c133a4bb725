// SPDX-License-Identifier: Apache-2.0
//
// How much one AE may ask of this CSE in a second. Requests of other CSEs carry what many originators asked and are not limited,
// nor are those without From. Who is believed to be an originator is another matter: cse.originator_check.
#pragma once

#include <optional>

#include "net/http_message.hpp"
#include "net/rate_limits.hpp"

namespace edgecse::binding {

/// Nothing: it may pass. Else the answer: 429 with Retry-After and the sentence which limit it was. Thread-safe.
[[nodiscard]] std::optional<net::HttpResponse> refuse_excess(net::RateLimits& limits, const net::HttpRequest& request);

}  // namespace edgecse::binding
