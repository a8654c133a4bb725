// SPDX-License-Identifier: Apache-2.0
//
// Reading JSON from strangers: a counting pass over the text guards depth, size and duplicate member names before a
// document is built (nlohmann 3.11 overflows the stack on deep nesting), and writing it back never throws.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "onem2m/primitive.hpp"
#include "onem2m/result.hpp"

namespace edgecse::onem2m {

struct JsonLimits {
  std::size_t maximum_depth = 64;
  std::size_t maximum_values = 200'000;
};

/// Fails with BAD_REQUEST and where: byte offset, what was expected; duplicate names, bad UTF-8, too deep.
[[nodiscard]] Result<nlohmann::json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string to_json_text(const nlohmann::json& value);
void append_json_text(const nlohmann::json& value, std::string& out);

/// Whole primitives with short names, as MQTT, WebSocket and stored outbox rows carry them. TS-0004 8.
[[nodiscard]] nlohmann::json to_json(const Request& request);
[[nodiscard]] nlohmann::json to_json(const Response& response);
[[nodiscard]] Result<Request> request_from_json(const nlohmann::json& value);
[[nodiscard]] Result<Response> response_from_json(const nlohmann::json& value);

/// The content {"m2m:atrl": [...]} of a RETRIEVE is its attribute list: moves it there.
void take_attribute_list(Request& request);

}  // namespace edgecse::onem2m
