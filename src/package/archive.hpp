// SPDX-License-Identifier: Apache-2.0
//
// ZIP and gzipped tar archives in memory. The same files give the same bytes, whenever and wherever they are written.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "package/fault.hpp"

namespace edgecse::package {

/// Path below the archive's root, with slashes -> content. In order of the paths.
using Files = std::map<std::string, std::string>;

enum class ArchiveKind { Zip, TarGz };

/// Every file is dated `time` (seconds since 1970) and readable by all.
[[nodiscard]] Result<std::string> write_archive(ArchiveKind kind, const Files& files, std::int64_t time);

struct ArchiveLimits {
  std::size_t files = 1'000;
  std::size_t bytes = 1ULL << 30;  // of all files together, unpacked
};
/// Refused: what is no archive, what unpacks to more than the limits, links, paths that lead out of the archive, and a path
/// that comes twice.
[[nodiscard]] Result<Files> read_archive(const std::string& bytes, const ArchiveLimits& limits = {});

/// The files below a folder, by their paths relative to it; hidden ones are left out.
[[nodiscard]] Result<Files> read_folder(const std::string& folder);
[[nodiscard]] Result<std::string> read_file(const std::string& path);
[[nodiscard]] Result<> write_file(const std::string& path, const std::string& bytes);

}  // namespace edgecse::package
