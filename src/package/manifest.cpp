// SPDX-License-Identifier: Apache-2.0
#include "package/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace edgecse::package {
namespace {

constexpr std::string_view kSignature = "-----BEGIN CMS-----";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// Puts one `name: value` of a source block into it; a source's first line begins a new block.
Result<> take_source(Manifest& manifest, std::string_view name, std::string value) {
  if (name == "Source") {
    manifest.sources.push_back({std::move(value), "", ""});
    return {};
  }
  if (manifest.sources.empty()) return refuse(fmt::format("{}: stands before any Source", name));
  Manifest::Source& source = manifest.sources.back();
  (name == "Algorithm" ? source.algorithm : source.hash) = std::move(value);
  return {};
}

}  // namespace

std::string Manifest::value(std::string_view name) const {
  const auto found = std::find_if(metadata.begin(), metadata.end(), [name](const auto& member) { return member.first == name; });
  return found == metadata.end() ? "" : found->second;
}

const std::vector<std::string>& required_metadata() {
  static const std::vector<std::string> names = {"vnfd_id",
                                                 "vnf_provider_id",
                                                 "vnf_product_name",
                                                 "vnf_release_date_time",
                                                 "vnf_software_version",
                                                 "vnf_package_version",
                                                 "compatible_specification_versions",
                                                 "mec_versions",
                                                 "vnfm_info"};
  return names;
}

std::string to_text(const Manifest& manifest) {
  std::string text = "metadata:\n";
  for (const auto& [name, value] : manifest.metadata) text += fmt::format("  {}: {}\n", name, value);
  for (const auto& source : manifest.sources)
    text += fmt::format("\nSource: {}\nAlgorithm: {}\nHash: {}\n", source.path, source.algorithm, source.hash);
  return text;
}

std::string_view signed_part(std::string_view text) { return text.substr(0, text.find(kSignature)); }

Result<Manifest> parse_manifest(std::string_view text) {
  Manifest manifest;
  const std::string_view plain = signed_part(text);
  manifest.signature = text.substr(plain.size());
  std::istringstream lines{std::string(plain)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view content = trim(line);
    if (content.empty() || content == "metadata:") continue;
    const auto colon = content.find(':');
    if (colon == std::string_view::npos) return refuse(fmt::format("line {}: expected NAME: VALUE, found {}", number, content));
    const std::string_view name = trim(content.substr(0, colon));
    std::string value(trim(content.substr(colon + 1)));
    if (name == "Source" || name == "Algorithm" || name == "Hash") {
      if (auto taken = take_source(manifest, name, std::move(value)); !taken)
        return refuse(fmt::format("line {}: {}", number, taken.error().sentence));
    } else {
      manifest.metadata.emplace_back(name, std::move(value));
    }
  }
  return manifest;
}

}  // namespace edgecse::package
