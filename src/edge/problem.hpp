// SPDX-License-Identifier: Apache-2.0
//
// Answers of the MEC service in the form of MEC 009: JSON bodies, ProblemDetails (RFC 9457).
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "net/http_message.hpp"
#include "onem2m/result.hpp"

namespace edgecse::edge {

using Respond = std::function<void(net::HttpResponse)>;

[[nodiscard]] net::HttpResponse json_response(int status, const nlohmann::json& body);
[[nodiscard]] net::HttpResponse problem(int status, const std::string& detail);
/// What the CSE said, as an HTTP status: access 403, not found 404, overload 503, a peer that is silent 504.
[[nodiscard]] net::HttpResponse problem(const onem2m::Error& error);
/// 413 or 415 for a body that is larger than allowed or says that it is no JSON.
[[nodiscard]] std::optional<net::HttpResponse> refuse_body(const net::HttpRequest& request, std::size_t maximum_bytes);

}  // namespace edgecse::edge
