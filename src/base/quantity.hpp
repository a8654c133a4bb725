// SPDX-License-Identifier: Apache-2.0
//
// Sizes and durations as people write them in configurations. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgecse::base {

/// 512B, 64KiB, 256MiB, 2GiB, 1TiB; whole numbers only. Nothing when it is none or does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
/// In the largest unit that keeps it whole.
[[nodiscard]] std::string format_size(std::uint64_t bytes);

/// ISO 8601 durations without years and months: PT60S, PT0.5S, PT1H30M, P1D. Not negative, at most 1,000,000 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

/// A whole decimal number, with a sign when negative.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// address:port with a numeric IPv4 address, [IPv6] or a host name, port 0 to 65535.
[[nodiscard]] bool is_listen_address(std::string_view text);

}  // namespace edgecse::base
