// SPDX-License-Identifier: Apache-2.0
//
// Answers as bytes, RFC 9112. Pure but for the Date field.
#pragma once

#include <string>
#include <string_view>

#include "net/http_framing.hpp"
#include "net/http_message.hpp"

namespace edgecse::net {

enum class BodyFraming { Counted, Chunked, UntilClose };

/// Appends the head; Content-Length, Transfer-Encoding, Connection and Date are set here and dropped from the response.
void append_response_head(std::string& out, const HttpResponse& response, const RequestTraits& traits, bool close,
                          BodyFraming framing);
/// Head and body, as the request's traits ask for.
void append_response(std::string& out, const HttpResponse& response, const RequestTraits& traits, bool close);
void append_chunk(std::string& out, std::string_view piece);
/// An answer that only carries a sentence, as text/plain.
[[nodiscard]] HttpResponse plain_response(int status, std::string_view sentence);

}  // namespace edgecse::net
