// SPDX-License-Identifier: Apache-2.0
#include "package_verbs.hpp"

#include <iostream>

#include "package/signature.hpp"

namespace edgecse::edgectl {
namespace {

int refuse(const std::string& reason) {
  std::cerr << reason << '\n';
  return 1;
}

ManagementClient client_of(const Management& management) {
  return {management.root, std::chrono::seconds{management.patience_s}};
}

}  // namespace

int build_package(const package::Ingredients& ingredients, const std::string& output) {
  const auto bytes = package::build_package(ingredients);
  if (!bytes) return refuse(bytes.error().sentence);
  if (const auto written = package::write_file(output, *bytes); !written) return refuse(written.error().sentence);
  std::cout << output << ": " << bytes->size() << " bytes, SHA-256 " << package::sha256_hex(*bytes) << '\n';
  return 0;
}

int verify_package(const Verification& options) {
  const auto bytes = package::read_file(options.file);
  if (!bytes) return refuse(bytes.error().sentence);
  package::Trust trust{.authorities = {}, .signature_required = options.signature_required};
  if (!options.authorities_file.empty()) {
    auto authorities = package::read_file(options.authorities_file);
    if (!authorities) return refuse(authorities.error().sentence);
    trust.authorities = std::move(*authorities);
  }
  const auto inspection = package::inspect_package(*bytes, trust);
  for (const auto& fault : inspection.faults) std::cerr << options.file << ": " << fault << '\n';
  if (!inspection.faults.empty()) return 1;
  const auto& descriptor = inspection.package.descriptor;
  std::cout << options.file << ": " << descriptor.name << ' ' << descriptor.software_version << ", appDId " << descriptor.id << ", "
            << inspection.package.files.size() << " files, "
            << (!inspection.package.signer.empty()              ? "signed by " + inspection.package.signer
                : inspection.package.manifest.signature.empty() ? "not signed"
                                                                : "signed, by whom was not checked")
            << '\n';
  return 0;
}

int onboard_package(const Management& management, const std::string& file) {
  const auto bytes = package::read_file(file);
  if (!bytes) return refuse(bytes.error().sentence);
  // What cannot be read here gets its reason here; the rest is for the orchestrator to judge.
  const auto inspection = package::inspect_package(*bytes);
  const auto& descriptor = inspection.package.descriptor;
  if (descriptor.id.empty()) return refuse(file + ": " + inspection.faults.front());
  const auto onboarded = client_of(management).onboard(descriptor.name, descriptor.software_version, descriptor.provider, *bytes);
  if (!onboarded) return refuse(onboarded.error());
  std::cout << onboarded->value("appDId", descriptor.id) << '\n';
  return 0;
}

int instantiate_package(const Management& management, ManagementClient::Instance instance, const std::string& configuration_file) {
  if (!configuration_file.empty()) {
    auto configuration = package::read_file(configuration_file);
    if (!configuration) return refuse(configuration.error().sentence);
    instance.configuration = std::move(*configuration);
  }
  const auto running = client_of(management).instantiate(instance);
  if (!running) return refuse(running.error());
  std::cout << running->value("id", "") << '\n';
  return 0;
}

int terminate_instance(const Management& management, const std::string& instance, std::chrono::seconds grace) {
  const auto ended = client_of(management).terminate(instance, grace);
  if (!ended) return refuse(ended.error());
  std::cout << instance << " ended\n";
  return 0;
}

}  // namespace edgecse::edgectl
