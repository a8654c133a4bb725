// SPDX-License-Identifier: Apache-2.0
#include "semantics/term.hpp"

#include <serd/serd.h>

#include <array>

namespace edgecse::semantics {

namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

// How many bytes follow a first byte, and the least code point that needs that many. -1: no first byte.
int followers(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  if (first >= 0xF0 && first < 0xF5) return 3;
  return -1;
}

}  // namespace

Term iri(std::string text) { return {Term::Kind::Iri, std::move(text), {}, {}}; }
Term blank(std::string label) { return {Term::Kind::Blank, std::move(label), {}, {}}; }
Term literal(std::string text, std::string datatype, std::string language) {
  if (!language.empty() || is_xsd(datatype, "string")) datatype.clear();
  return {Term::Kind::Literal, std::move(text), std::move(datatype), lower(std::move(language))};
}

std::string rdf(std::string_view name) { return std::string(kRdf).append(name); }
std::string xsd(std::string_view name) { return std::string(kXsd).append(name); }

bool is_xsd(std::string_view datatype, std::string_view name) {
  return datatype.starts_with(kXsd) && datatype.substr(kXsd.size()) == name;
}

bool is_utf8(std::string_view text) {
  static constexpr std::array<std::uint32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    const int more = followers(first);
    if (more < 0 || text.size() - at < static_cast<std::size_t>(more)) return false;
    std::uint32_t point = more == 0 ? first : first & (0x3FU >> more);
    for (int i = 0; i < more; ++i) {
      const auto next = static_cast<unsigned char>(text[at++]);
      if ((next & 0xC0U) != 0x80U) return false;
      point = point << 6U | (next & 0x3FU);
    }
    if (point < kLeast[static_cast<std::size_t>(more)] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
  }
  return true;
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0U | point >> 6U);
  } else {
    if (point < 0x10000) {
      add(0xE0U | point >> 12U);
    } else {
      add(0xF0U | point >> 18U);
      add(0x80U | (point >> 12U & 0x3FU));
    }
    add(0x80U | (point >> 6U & 0x3FU));
  }
  add(0x80U | (point & 0x3FU));
}

std::string resolve_iri(const std::string& base, const std::string& reference) {
  SerdURI base_uri = SERD_URI_NULL, uri = SERD_URI_NULL, whole = SERD_URI_NULL;
  const auto bytes = [](const std::string& text) { return reinterpret_cast<const std::uint8_t*>(text.c_str()); };
  if (base.empty() || serd_uri_parse(bytes(base), &base_uri) != SERD_SUCCESS || base_uri.scheme.len == 0) return reference;
  if (serd_uri_parse(bytes(reference), &uri) != SERD_SUCCESS || uri.scheme.len != 0) return reference;
  serd_uri_resolve(&uri, &base_uri, &whole);
  SerdNode node = serd_node_new_uri(&whole, nullptr, nullptr);
  std::string text(reinterpret_cast<const char*>(node.buf), node.n_bytes);
  serd_node_free(&node);
  return text;
}

}  // namespace edgecse::semantics
