// SPDX-License-Identifier: Apache-2.0
#include "binding/http/http_target.hpp"

#include <fmt/format.h>

#include "net/http_message.hpp"

namespace edgecse::binding {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;

/// Everything an identifier may hold stays as it is; '#' and foreign characters are encoded.
constexpr std::string_view kKeptInPath = "/!$&'()*+,;=:@";

/// The path below root, without the slash between them; nothing when it lies elsewhere.
std::optional<std::string_view> below_root(std::string_view path, std::string_view root) {
  while (root.ends_with('/')) root.remove_suffix(1);
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (!path.starts_with('/')) return std::nullopt;
  return path.substr(1);
}

}  // namespace

onem2m::Result<std::string> to_from_path(std::string_view path, std::string_view root) {
  const auto relative = below_root(path, root);
  if (!relative) return refuse(ResponseStatus::NotFound, "the request target lies outside of the root of this CSE");
  std::string decoded;
  std::string_view rest = *relative;
  if (rest.find('%') != std::string_view::npos) {
    auto whole = net::percent_decode(rest);
    if (!whole) return refuse(ResponseStatus::BadRequest, "the request target has a broken percent-encoding");
    const auto slashes = [](std::string_view text) { return std::count(text.begin(), text.end(), '/'); };
    if (slashes(*whole) != slashes(rest)) {
      return refuse(ResponseStatus::BadRequest, "the request target has an encoded '/' in a segment");
    }
    decoded = std::move(*whole);
    rest = decoded;
  }
  if (rest.starts_with("~/")) return std::string{rest.substr(1)};
  if (rest.starts_with("_/")) return "/" + std::string{rest.substr(1)};
  return std::string{rest};
}

std::string path_from_to(std::string_view to) {
  if (to.starts_with("//")) return "/_" + net::percent_encode(to.substr(1), kKeptInPath);
  if (to.starts_with('/')) return "/~" + net::percent_encode(to, kKeptInPath);
  return "/" + net::percent_encode(to, kKeptInPath);
}

}  // namespace edgecse::binding
