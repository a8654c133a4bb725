// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 and CMS signatures (RFC 5652) as packages carry them: detached, PEM. NFV-SOL 004 5.2.
#pragma once

#include <string>
#include <string_view>

#include "package/fault.hpp"

namespace edgecse::package {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// PEM texts of the signer's certificate and private key -> "-----BEGIN CMS-----...".
[[nodiscard]] Result<std::string> sign(std::string_view content, const std::string& certificate, const std::string& key);

/// Whether the signature is that of the content, made by a certificate that the authorities (PEM, one or more) vouch for.
/// Returns the signer's subject.
[[nodiscard]] Result<std::string> verify_signature(std::string_view content, const std::string& signature,
                                                   const std::string& authorities);

}  // namespace edgecse::package
