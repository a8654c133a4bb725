// SPDX-License-Identifier: Apache-2.0
#include "onem2m/address.hpp"

#include <fmt/format.h>

#include "base/shown_text.hpp"
namespace edgecse::onem2m {
namespace {

constexpr std::size_t kLongestAddress = 2048;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// RFC 3986 2.3.
bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

/// What a path segment may hold without percent encoding (RFC 3986 pchar); identifiers are never percent-encoded.
bool is_segment_character(char c) {
  return is_unreserved(c) || std::string_view{"!$&'()*+,;=:@"}.find(c) != std::string_view::npos;
}

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return refuse(ResponseStatus::BadRequest, fmt::format("the address '{}' {}", base::shown(text, 80), why));
}

/// Splits at '/', refusing empty segments and foreign characters.
Result<std::vector<std::string>> split_segments(std::string_view path, std::string_view whole) {
  std::vector<std::string> segments;
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    if (segment.empty()) return bad(whole, "has an empty segment");
    for (const char c : segment) {
      if (!is_segment_character(c)) return bad(whole, "has a character that no identifier has");
    }
    segments.emplace_back(segment);
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string Address::relative() const {
  std::string text;
  for (const std::string& segment : segments) {
    if (!text.empty()) text += '/';
    text += segment;
  }
  return text;
}

Result<Address> parse_address(std::string_view text) {
  if (text.empty()) return refuse(ResponseStatus::BadRequest, "the address is empty");
  if (text.size() > kLongestAddress) return bad(text, "is longer than 2048 bytes");
  Address address;
  std::string_view path = text;
  if (const std::size_t hash = path.find('#'); hash != std::string_view::npos) {
    address.attribute = std::string{path.substr(hash + 1)};
    path = path.substr(0, hash);
    if (!is_resource_name(address.attribute)) return bad(text, "names no attribute after '#'");
    if (path.empty()) return bad(text, "names no resource");
  }
  const std::size_t leading = path.starts_with("//") ? 2 : path.starts_with('/') ? 1 : 0;
  auto segments = split_segments(path.substr(leading), text);
  if (!segments) return tl::unexpected{std::move(segments.error())};
  if (leading == 2 && segments->size() < 2) return bad(text, "has a service provider but no CSE-ID");
  auto first = segments->begin();
  if (leading == 2) address.service_provider = "//" + *first++;
  if (leading > 0) address.cse_id = "/" + *first++;
  address.segments.assign(std::make_move_iterator(first), std::make_move_iterator(segments->end()));
  return address;
}

bool is_resource_name(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!is_unreserved(c)) return false;
  }
  return true;
}

bool is_ae_id_stem(std::string_view text) {
  return text.size() > 1 && (text.front() == 'C' || text.front() == 'S') && is_resource_name(text);
}

bool is_cse_id(std::string_view text) { return text.starts_with('/') && is_resource_name(text.substr(1)); }

std::string to_sp_relative_originator(std::string_view from, std::string_view cse_id) {
  if (!is_ae_id_stem(from)) return std::string{from};
  if (from.front() == 'S') return fmt::format("/{}", from);
  return fmt::format("{}/{}", cse_id, from);
}

}  // namespace edgecse::onem2m
