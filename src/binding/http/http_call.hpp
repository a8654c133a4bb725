// SPDX-License-Identifier: Apache-2.0
//
// Primitives as HTTP messages, the client's side: a request is written, a response is read. TS-0009 6.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "onem2m/request_handler.hpp"

namespace edgecse::binding {

/// Whether this binding can reach the URL.
[[nodiscard]] bool is_http_url(std::string_view url);

/// The URL of a notification target without the ct field that names a serialisation for it. TS-0009 6.2.
[[nodiscard]] std::string without_serialization_hint(std::string_view url);

/// Everything but url and timeout.
[[nodiscard]] net::HttpCall write_http_call(const onem2m::Request& request);

/// Path and query for an entity's point of access.
[[nodiscard]] std::string request_target(const onem2m::Request& request);

/// X-M2M-RSC decides, else the HTTP status. A body that is no JSON is INTERNAL_SERVER_ERROR, of a plain URL it is ignored.
[[nodiscard]] onem2m::Response read_http_response(net::HttpResponse&& message, const onem2m::Request& request, bool plain_url);

}  // namespace edgecse::binding
