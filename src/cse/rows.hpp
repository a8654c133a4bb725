// SPDX-License-Identifier: Apache-2.0
//
// What the bytes in the store mean. Keys keep the order that scans rely on; values start with the host's own knowledge.
#pragma once

#include <string>
#include <string_view>

#include "cse/resource.hpp"
#include "onem2m/result.hpp"

namespace edgecse::cse::rows {

/// Raised when a row's form changes; an older store is migrated when opened. docs/store.md.
inline constexpr int kFormatVersion = 1;

/// (container, sequence), ordered by sequence within a container.
[[nodiscard]] std::string instance_key(std::string_view container, std::uint64_t sequence);
/// The key after the last instance of a container.
[[nodiscard]] std::string instances_end(std::string_view container);
/// Eight bytes that order as the number.
[[nodiscard]] std::string big_endian(std::uint64_t number);
[[nodiscard]] std::uint64_t from_big_endian(std::string_view bytes);

[[nodiscard]] std::string encode(const Resource& resource);
[[nodiscard]] std::string encode(const Instance& instance);
/// Fail with INTERNAL_SERVER_ERROR when the row is damaged. The latest instance is not part of a resource's row.
[[nodiscard]] onem2m::Result<Resource> decode_resource(std::string_view row);
[[nodiscard]] onem2m::Result<Instance> decode_instance(std::string_view key, std::string_view row);

namespace meta {  // keys in Table::Meta
inline constexpr std::string_view kFormat = "format";
inline constexpr std::string_view kCommit = "commit";        // number of the last commit, big-endian
inline constexpr std::string_view kIdPrefix = "id/prefix";   // drawn when the store was created
inline constexpr std::string_view kIdNext = "id/next";       // identifiers below are used or lost, big-endian
/// Instances whose name the Originator chose: (container, rn) -> sequence, big-endian.
[[nodiscard]] std::string instance_name(std::string_view container, std::string_view name);
/// Instances that end before their container does: (time, container, sequence), ordered by time in microseconds since
/// 1970. The row may outlive its instance; it is dropped when its time comes.
inline constexpr std::string_view kInstanceEnds = "end/";
inline constexpr std::string_view kInstanceEndsEnd = "end0";  // '0' follows '/'
struct InstanceEnd {
  std::int64_t time = 0;
  std::string container;
  std::uint64_t sequence = 0;
};
[[nodiscard]] std::string instance_end(std::int64_t time, std::string_view container, std::uint64_t sequence);
[[nodiscard]] InstanceEnd split_instance_end(std::string_view key);
}  // namespace meta

}  // namespace edgecse::cse::rows
