// SPDX-License-Identifier: Apache-2.0
//
// Primitives as HTTP messages, the server's side: a request is read, a response is written. TS-0009 6.
#pragma once

#include <string>
#include <string_view>

#include "net/http_message.hpp"
#include "onem2m/primitive.hpp"
#include "onem2m/result.hpp"

namespace edgecse::binding {

/// Takes the message apart. root: path prefix of the server. Fails with BAD_REQUEST (headers, query, body), NOT_FOUND (path
/// outside of root), OPERATION_NOT_ALLOWED (method), UNSUPPORTED_MEDIA_TYPE.
[[nodiscard]] onem2m::Result<onem2m::Request> read_http_request(net::HttpRequest&& message, std::string_view root);

/// media_type: of the body, if there is one.
[[nodiscard]] net::HttpResponse write_http_response(onem2m::Response&& response, std::string_view media_type);

}  // namespace edgecse::binding
