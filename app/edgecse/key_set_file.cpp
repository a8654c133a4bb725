// SPDX-License-Identifier: Apache-2.0
#include "key_set_file.hpp"

#include <fstream>

#include "base/log.hpp"

namespace edgecse::app {
namespace {

constexpr std::size_t kMaximumBytes = 64 * 1024;

}  // namespace

std::optional<std::string> KeySetFile::content() const {
  std::ifstream file(path_, std::ios::binary);
  std::string text(kMaximumBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || text.empty() || text.size() > kMaximumBytes) return std::nullopt;
  return text;
}

base::Result<net::JsonWebKeySet, std::string> KeySetFile::read() {
  auto text = content();
  if (!text) return tl::unexpected(std::string("names no readable file of at most 64 KiB"));
  seen_ = std::move(*text);
  return net::JsonWebKeySet::parse(seen_);
}

std::optional<net::JsonWebKeySet> KeySetFile::read_if_changed() {
  // A file that is just being replaced may be missing or empty: it is looked at again.
  auto text = content();
  if (!text || *text == seen_) return std::nullopt;
  seen_ = std::move(*text);
  auto keys = net::JsonWebKeySet::parse(seen_);
  if (!keys) {
    base::log::warning("app", "the changed key set cannot be used, the old one stays", {{"file", path_}, {"reason", keys.error()}});
    return std::nullopt;
  }
  base::log::info("app", "key set read again", {{"file", path_}});
  return std::move(*keys);
}

}  // namespace edgecse::app
