// SPDX-License-Identifier: Apache-2.0
//
// Content-Type and Accept, as far as this binding needs them: JSON is the one serialisation it speaks. TS-0009 6.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "onem2m/result.hpp"

namespace edgecse::binding {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kResourceJson = "application/vnd.onem2m-res+json";

struct ContentType {
  std::optional<int> resource_type;  // ty: the request is a CREATE
};

/// Fails with UNSUPPORTED_MEDIA_TYPE for what is no JSON, with BAD_REQUEST for a ty that is no number.
[[nodiscard]] onem2m::Result<ContentType> read_content_type(std::string_view value);

/// The media type of the answer; an absent Accept takes anything. Fails with NOT_ACCEPTABLE.
[[nodiscard]] onem2m::Result<std::string_view> choose_media_type(std::optional<std::string_view> accept);

/// Whether a body is JSON by its Content-Type.
[[nodiscard]] bool is_json(std::string_view content_type);

}  // namespace edgecse::binding
