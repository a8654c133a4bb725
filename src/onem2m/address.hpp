// SPDX-License-Identifier: Apache-2.0
//
// The three forms of an address, and the identifiers in them. TS-0001 7.2, 9.3.1; TS-0004 6.2.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "onem2m/result.hpp"

namespace edgecse::onem2m {

/// A parsed To. `//sp/cse/a/b`, `/cse/a/b`, `a/b`; `#attr` at the end names one attribute.
struct Address {
  std::string service_provider;        // `//sp`; empty unless absolute
  std::string cse_id;                  // `/cse`; empty when CSE-relative
  std::vector<std::string> segments;   // CSE-relative part; empty: the CSE itself (its CSEBase)
  std::string attribute;               // after '#'

  /// CSE-relative part, joined by '/'.
  [[nodiscard]] std::string relative() const;
};

/// Fails with BAD_REQUEST: empty, empty segment, characters that no identifier has, over 2,048 bytes.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

/// Unreserved characters of RFC 3986 only, at least one. TS-0004 6.3.3 m2m:resourceName.
[[nodiscard]] bool is_resource_name(std::string_view text);

/// C-type (`Cxxx`) or S-type (`Sxxx`) AE-ID-Stem.
[[nodiscard]] bool is_ae_id_stem(std::string_view text);
/// `/id`, one segment.
[[nodiscard]] bool is_cse_id(std::string_view text);

/// How a request's From reads after it left its registrar CSE: `Cx` -> `/cse/Cx`, `Sx` -> `/Sx`; others unchanged.
/// TS-0004 7.3.2.6.
[[nodiscard]] std::string to_sp_relative_originator(std::string_view from, std::string_view cse_id);

}  // namespace edgecse::onem2m
