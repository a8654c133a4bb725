// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as an address: what is accepted falls apart into parts that put it together again.
#include <cstdint>
#include <cstdlib>

#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

using namespace edgecse;

namespace {

std::string put_together(const onem2m::Address& address) {
  std::string text = address.service_provider + address.cse_id;
  if (!text.empty() && !address.segments.empty()) text += '/';
  text += address.relative();
  if (!address.attribute.empty()) text += '#' + address.attribute;
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto address = onem2m::parse_address(text); address && put_together(*address) != text) std::abort();
  (void)onem2m::to_sp_relative_originator(text, "/mn1");
  if (const auto time = onem2m::parse_timestamp(text)) {
    const std::string written = onem2m::format_timestamp(*time);
    if (!written.starts_with(text.substr(0, 15)) || onem2m::parse_timestamp(written) != time) std::abort();
  }
  (void)onem2m::parse_absolute_or_relative(text, base::WallTime{});
  return 0;
}
