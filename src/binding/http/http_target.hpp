// SPDX-License-Identifier: Apache-2.0
//
// The To parameter as the path of a request target. TS-0009 6.2.2:
// a/b is /a/b, /cse/a is /~/cse/a, //sp/cse/a is /_/sp/cse/a, below the root of the server.
#pragma once

#include <string>
#include <string_view>

#include "onem2m/result.hpp"

namespace edgecse::binding {

/// Path without query, not decoded. Fails with BAD_REQUEST when the percent-encoding is broken or hides a '/', with NOT_FOUND
/// outside of root.
[[nodiscard]] onem2m::Result<std::string> to_from_path(std::string_view path, std::string_view root);
/// Starts with '/'.
[[nodiscard]] std::string path_from_to(std::string_view to);

}  // namespace edgecse::binding
