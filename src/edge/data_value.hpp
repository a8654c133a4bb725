// SPDX-License-Identifier: Apache-2.0
//
// Data of the three kinds as the MEC service shows it: Values with their time and order. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "edge/requester.hpp"

namespace edgecse::edge {

enum class DataKind { Container, FlexContainer, TimeSeries };

[[nodiscard]] const char* to_text(DataKind kind);
/// By resource type number; only those of the three kinds.
[[nodiscard]] DataKind kind_of(int resource_type);

/// {value, time, sequence, contentInfo}. attributes: of a contentInstance, a timeSeriesInstance, or the flexContainer itself,
/// whose value is its custom attributes.
[[nodiscard]] Json value_of(DataKind kind, const Json& attributes);
/// Order within the data: the number after the last '-' of an instance's resourceID, stateTag of a flexContainer; 0 when there
/// is none.
[[nodiscard]] std::uint64_t sequence_of(DataKind kind, const Json& attributes);

/// 2026-11-21T13:45:00.000000Z of an m2m:timestamp; the text itself when it is none.
[[nodiscard]] std::string to_rfc3339(const std::string& timestamp);
/// m2m:timestamp of RFC 3339 with any offset, or of an m2m:timestamp; empty when it is neither.
[[nodiscard]] std::string from_rfc3339(const std::string& text);

}  // namespace edgecse::edge
