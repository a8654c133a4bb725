// SPDX-License-Identifier: Apache-2.0
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <filesystem>

#include "package/image_reference.hpp"
#include "package/package.hpp"
#include "package/signature.hpp"

namespace edgecse::package {
namespace {

constexpr auto* kDefinitions = "Definitions/edgecse.yaml";

/// In all descriptors what only the build knows.
std::string filled_in(std::string text, const std::string& image, const std::string& chart) {
  const auto replace = [&text](std::string_view from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
  };
  replace("file: IMAGE", "file: " + image);
  replace("\"IMAGE\"", "\"" + image + "\"");
  replace("file: CHART", "file: " + chart);
  return text;
}

/// The chart as `helm package` would name and pack it, with the image of the descriptors as its default.
Result<> add_chart(Files& files, const Ingredients& from, const std::string& path) {
  auto chart = read_folder(from.chart);
  if (!chart) return tl::unexpected(chart.error());
  if (!chart->contains("Chart.yaml")) return refuse(fmt::format("{}: has no Chart.yaml", from.chart));
  const auto image = parse_image_reference(from.image);
  if (!image) return tl::unexpected(image.error());
  auto values = values_with_image((*chart)["values.yaml"], *image);
  if (!values) return refuse(fmt::format("{}/{}", from.chart, values.error().sentence));
  (*chart)["values.yaml"] = std::move(*values);
  Files packed;
  for (auto& [name, content] : *chart)
    if (!name.starts_with("ci/") && !name.starts_with("tests/")) packed["edgecse/" + name] = std::move(content);
  auto archive = write_archive(ArchiveKind::TarGz, packed, from.time);
  if (!archive) return tl::unexpected(archive.error());
  files[path] = std::move(*archive);
  return {};
}

Result<> add_descriptors(Files& files, const Ingredients& from, const std::string& image, const std::string& chart) {
  auto descriptors = read_folder(from.descriptors);
  if (!descriptors) return tl::unexpected(descriptors.error());
  for (auto& [name, content] : *descriptors) {
    if (name.starts_with("Definitions/")) files[name] = filled_in(std::move(content), image, chart);
    if (name.ends_with(".json")) files["Artifacts/AppD/" + name] = filled_in(std::move(content), image, chart);
  }
  if (!files.contains(kDefinitions)) return refuse(fmt::format("{}/{}: is missing", from.descriptors, kDefinitions));
  return {};
}

Result<> add_file(Files& files, const std::string& path, const std::string& from) {
  auto content = read_file(from);
  if (!content) return tl::unexpected(content.error());
  files[path] = std::move(*content);
  return {};
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ",")); }

Manifest make_manifest(const Files& files, const Descriptor& descriptor, std::int64_t time) {
  Manifest manifest;
  manifest.metadata = {{"vnfd_id", descriptor.id},
                       {"vnf_provider_id", descriptor.provider},
                       {"vnf_product_name", descriptor.name},
                       {"vnf_release_date_time", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(time))},
                       {"vnf_software_version", descriptor.software_version},
                       {"vnf_package_version", descriptor.descriptor_version},
                       {"compatible_specification_versions", "4.3.1"},
                       {"mec_versions", joined(descriptor.mec_versions)},
                       {"vnfm_info", joined(descriptor.managers)}};
  for (const auto& [path, content] : files) manifest.sources.push_back({path, "SHA-256", sha256_hex(content)});
  return manifest;
}

std::string entry_file(bool is_signed) {
  std::string text = fmt::format(
      "TOSCA-Meta-File-Version: 1.0\nCSAR-Version: 1.1\nCreated-By: EdgeCSE\nEntry-Definitions: {}\n"
      "ETSI-Entry-Manifest: edgecse.mf\nETSI-Entry-Licenses: Files/Licenses\n",
      kDefinitions);
  if (is_signed) text += "ETSI-Entry-Certificate: edgecse.cert\n";
  return text;
}

Result<Files> gather(const Ingredients& from) {
  Files files;
  const std::string chart = "Artifacts/Charts/edgecse.tgz";
  const std::string image = from.image_archive.empty() ? from.image : "Artifacts/Images/edgecse.tar";
  if (auto added = add_chart(files, from, chart); !added) return tl::unexpected(added.error());
  if (auto added = add_descriptors(files, from, image, chart); !added) return tl::unexpected(added.error());
  if (auto added = add_file(files, "Files/Licenses/LICENSE", from.licence); !added) return tl::unexpected(added.error());
  if (!from.image_archive.empty())
    if (auto added = add_file(files, image, from.image_archive); !added) return tl::unexpected(added.error());
  files["TOSCA-Metadata/TOSCA.meta"] = entry_file(!from.certificate.empty());
  if (!from.certificate.empty())
    if (auto added = add_file(files, "edgecse.cert", from.certificate); !added) return tl::unexpected(added.error());
  return files;
}

}  // namespace

Result<std::string> build_package(const Ingredients& ingredients) {
  if (ingredients.certificate.empty() != ingredients.key.empty()) return refuse("a signature needs certificate and key");
  auto files = gather(ingredients);
  if (!files) return tl::unexpected(files.error());
  const auto descriptor = parse_descriptor(files->at(kDefinitions));
  if (!descriptor) return refuse(fmt::format("{}: {}", kDefinitions, descriptor.error().sentence));
  std::string manifest = to_text(make_manifest(*files, *descriptor, ingredients.time));
  if (!ingredients.key.empty()) {
    const auto key = read_file(ingredients.key);
    if (!key) return tl::unexpected(key.error());
    const auto signature = sign(manifest, files->at("edgecse.cert"), *key);
    if (!signature) return tl::unexpected(signature.error());
    manifest += *signature;
  }
  (*files)["edgecse.mf"] = std::move(manifest);
  return write_archive(ArchiveKind::Zip, *files, ingredients.time);
}

}  // namespace edgecse::package
