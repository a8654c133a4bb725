// SPDX-License-Identifier: Apache-2.0
//
// The manifest of a package: who it is, and a hash per file, signed at its end. MEC 037; NFV-SOL 004 4.3.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "package/fault.hpp"

namespace edgecse::package {

struct Manifest {
  struct Source {
    std::string path;
    std::string algorithm;  // SHA-256
    std::string hash;       // lower-case hexadecimal digits
  };
  std::vector<std::pair<std::string, std::string>> metadata;  // vnfd_id, ... in order
  std::vector<Source> sources;
  std::string signature;                                      // "-----BEGIN CMS-----..."; empty: unsigned

  /// "" when there is none.
  [[nodiscard]] std::string value(std::string_view name) const;
};

/// Members of the metadata that a MEC application's manifest must have.
[[nodiscard]] const std::vector<std::string>& required_metadata();

/// Without the signature: what is signed.
[[nodiscard]] std::string to_text(const Manifest& manifest);
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text);
/// The part of a manifest's text that its signature is made over.
[[nodiscard]] std::string_view signed_part(std::string_view text);

}  // namespace edgecse::package
