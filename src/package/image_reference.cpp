// SPDX-License-Identifier: Apache-2.0
#include "package/image_reference.hpp"

#include <fmt/format.h>

#include <array>
#include <sstream>

namespace edgecse::package {

Result<ImageReference> parse_image_reference(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@";
  const auto fault = [&](std::string_view why) {
    return refuse(fmt::format("image \"{}\": {}; expected a reference as edgecse:0.1.0", text, why));
  };
  if (text.find_first_not_of(kAllowed) != std::string_view::npos) return fault("has a character that no reference has");
  ImageReference found;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    found.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!found.digest.starts_with("sha256:")) return fault("its digest does not begin with sha256:");
  }
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    found.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  found.repository = rest;
  if (found.repository.empty()) return fault("names no repository");
  if (found.tag.empty() && found.digest.empty()) return fault("names neither tag nor digest");
  return found;
}

Result<std::string> values_with_image(const std::string& values, const ImageReference& image) {
  struct Key {
    std::string start;
    const std::string& value;
    bool found = false;
  };
  std::array<Key, 3> keys{{{"  repository:", image.repository}, {"  tag:", image.tag}, {"  digest:", image.digest}}};
  std::istringstream lines(values);
  std::string result, line;
  bool inside = false;
  while (std::getline(lines, line)) {
    if (!line.empty() && line[0] != ' ' && line[0] != '#') inside = line == "image:";
    for (auto& key : keys) {
      if (!inside || key.found || !line.starts_with(key.start)) continue;
      line = fmt::format("{} \"{}\"", key.start, key.value);
      key.found = true;
    }
    result += line + "\n";
  }
  for (const auto& key : keys)
    if (!key.found)
      return refuse(fmt::format("values.yaml: has no image.{}", key.start.substr(2, key.start.size() - 3)));
  return result;
}

}  // namespace edgecse::package
