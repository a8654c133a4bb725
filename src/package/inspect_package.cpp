// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "package/package.hpp"
#include "package/signature.hpp"

namespace edgecse::package {
namespace {

constexpr auto* kEntryFile = "TOSCA-Metadata/TOSCA.meta";

/// One inspection: each step finds what it can, later ones go without what is missing.
class Inspector {
 public:
  explicit Inspector(const Trust& trust) : trust_(trust) {}

  Inspection inspect(const std::string& bytes) {
    auto files = read_archive(bytes);
    if (!files) {
      complain(files.error().sentence);
      return std::move(inspection_);
    }
    package().files = std::move(*files);
    read_entry_file();
    read_manifest();
    read_descriptor();
    compare();
    return std::move(inspection_);
  }

 private:
  Package& package() { return inspection_.package; }
  void complain(std::string sentence) { inspection_.faults.push_back(std::move(sentence)); }

  /// The file that a line of the entry file names; nullptr after a complaint.
  const std::string* entry(const char* name) {
    const auto named = entries_.find(name);
    if (named == entries_.end()) {
      complain(fmt::format("{}: {} is missing", kEntryFile, name));
      return nullptr;
    }
    const auto file = package().files.find(named->second);
    if (file != package().files.end()) return &file->second;
    complain(fmt::format("{}: {} names {}, which is not in the package", kEntryFile, name, named->second));
    return nullptr;
  }

  void read_entry_file() {
    const auto found = package().files.find(kEntryFile);
    if (found == package().files.end()) {
      complain(fmt::format("{}: is missing", kEntryFile));
      return;
    }
    std::istringstream lines(found->second);
    for (std::string line; std::getline(lines, line);)
      if (const auto colon = line.find(": "); colon != std::string::npos)
        entries_[line.substr(0, colon)] = line.substr(colon + 2);
  }

  void read_manifest() {
    const std::string* text = entry("ETSI-Entry-Manifest");
    if (text == nullptr) return;
    const std::string& path = entries_["ETSI-Entry-Manifest"];
    auto parsed = parse_manifest(*text);
    if (!parsed) {
      complain(fmt::format("{}: {}", path, parsed.error().sentence));
      return;
    }
    package().manifest = std::move(*parsed);
    for (const auto& name : required_metadata())
      if (package().manifest.value(name).empty()) complain(fmt::format("{}: metadata.{} is missing", path, name));
    check_hashes(path);
    check_signature(path, *text);
  }

  void check_hashes(const std::string& path) {
    std::map<std::string, bool> hashed;
    for (const auto& source : package().manifest.sources) {
      const auto file = package().files.find(source.path);
      if (file == package().files.end())
        complain(fmt::format("{}: Source {} is not in the package", path, source.path));
      else if (source.algorithm != "SHA-256")
        complain(fmt::format("{}: Source {}: Algorithm {} is not supported, only SHA-256", path, source.path, source.algorithm));
      else if (source.hash != sha256_hex(file->second))
        complain(fmt::format("{}: Source {}: the file does not have the Hash that the manifest says", path, source.path));
      hashed[source.path] = true;
    }
    for (const auto& [name, content] : package().files)
      if (!hashed.contains(name) && name != path) complain(fmt::format("{}: {} has no Source entry", path, name));
  }

  void check_signature(const std::string& path, const std::string& text) {
    const std::string& signature = package().manifest.signature;
    if (signature.empty()) {
      if (trust_.signature_required) complain(fmt::format("{}: is not signed", path));
      return;
    }
    if (trust_.authorities.empty()) return;
    auto signer = verify_signature(signed_part(text), signature, trust_.authorities);
    if (signer)
      package().signer = std::move(*signer);
    else
      complain(fmt::format("{}: {}", path, signer.error().sentence));
  }

  void read_descriptor() {
    const std::string* text = entry("Entry-Definitions");
    if (text == nullptr) return;
    auto parsed = parse_descriptor(*text);
    if (parsed)
      package().descriptor = std::move(*parsed);
    else
      complain(fmt::format("{}: {}", entries_["Entry-Definitions"], parsed.error().sentence));
  }

  /// What two files say of the same thing.
  void compare() {
    const Descriptor& descriptor = package().descriptor;
    if (descriptor.id.empty() || package().manifest.metadata.empty()) return;
    for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"vnfd_id", descriptor.id},
                                      {"vnf_provider_id", descriptor.provider},
                                      {"vnf_software_version", descriptor.software_version}})
      if (package().manifest.value(name) != value)
        complain(fmt::format("{}: metadata.{} is {}, the descriptor says {}", entries_["ETSI-Entry-Manifest"], name,
                             package().manifest.value(name), value));
    for (const auto& path : {descriptor.chart, descriptor.image})
      if (path.starts_with("Artifacts/") && !package().files.contains(path))
        complain(fmt::format("{}: names {}, which is not in the package", entries_["Entry-Definitions"], path));
  }

  const Trust& trust_;
  Inspection inspection_;
  std::map<std::string, std::string> entries_;
};

}  // namespace

Inspection inspect_package(const std::string& bytes, const Trust& trust) { return Inspector(trust).inspect(bytes); }

}  // namespace edgecse::package
