// SPDX-License-Identifier: Apache-2.0
//
// What MEC 009 takes over from HTTP: which media types an answer may have, and requests that hold only while a resource is, or
// is no more, what the client knows (RFC 9110 12.5.1 and 13). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "edge/requester.hpp"
#include "net/http_message.hpp"

namespace edgecse::edge {

/// Whether Accept lets the media type through; without one everything may come.
[[nodiscard]] bool accepts(const net::HttpRequest& request, std::string_view media_type);

/// Strong entity tag, with its quotes: the same for equal documents, also after a restart.
[[nodiscard]] std::string entity_tag(const Json& document);

/// What If-Match and If-None-Match say of a resource that is there: 412, or 304 with its tag for a GET. Nothing: go on.
[[nodiscard]] std::optional<net::HttpResponse> check_preconditions(const net::HttpRequest& request, const std::string& tag);

}  // namespace edgecse::edge
