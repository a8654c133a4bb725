// SPDX-License-Identifier: Apache-2.0
#include "management/package_management.hpp"

#include <algorithm>

#include "package/signature.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

const Shape& create_shape() {
  static const Shape shape =
      object({required("appPkgName", text()), required("appPkgVersion", text()), optional("appProvider", text()),
              required("checksum", object({required("algorithm", text()), required("hash", text())})),
              required("appPkgPath", text())});
  return shape;
}

template <class List, class Known>
std::string first_unknown(const List& wanted, const Known& known) {
  for (const auto& each : wanted)
    if (!known.contains(each.name)) return each.name;
  return {};
}

}  // namespace

Reply PackageManagement::handle(const Request& request) {
  if (request.is("POST", {"app_packages"})) return create(request);
  if (request.is("GET", {"app_packages"}) || request.is("GET", {"onboarded_app_packages"})) {
    json list = json::array();
    for (const auto& [id, onboarded] : packages_)
      if (request.path[0] == "app_packages" || onboarded.info.at("onboardingState") == "ONBOARDED")
        list.push_back(onboarded.info);
    return json_response(200, list);
  }
  if (request.path.size() < 2) return nothing_here(request, request.at({"app_packages"}));
  Onboarded* found = nullptr;
  if (request.path[0] == "onboarded_app_packages") {
    found = by_descriptor(request.path[1]);
    if (request.method != "GET") return nothing_here(request, true);
  } else if (request.path[0] == "app_packages" && packages_.contains(request.path[1])) {
    found = &packages_.at(request.path[1]);
  }
  if (found == nullptr) return refuse(404, fmt::format("no application package {} exists", request.path[1]));
  return of_package(request, *found);
}

Reply PackageManagement::create(const Request& request) {
  const auto body = body_of(request, create_shape());
  if (!body) return tl::unexpected{body.error()};
  if (body->at("checksum").at("algorithm") != "SHA-256")
    return refuse(400, "checksum.algorithm: only SHA-256 is supported");
  const std::string id = make_uuid(random_);
  const std::string self = fmt::format("{}/app_packages/{}", base_, id);
  Onboarded made;
  made.info = {{"id", id},
               {"appDId", ""},
               {"appName", body->at("appPkgName")},
               {"appProvider", body->value("appProvider", "")},
               {"appSoftwareVersion", body->at("appPkgVersion")},
               {"appDVersion", ""},
               {"checksum", body->at("checksum")},
               {"softwareImages", json::array()},
               {"onboardingState", "CREATED"},
               {"operationalState", "DISABLED"},
               {"usageState", "NOT_IN_USE"},
               {"mecInfo", json::array()},
               {"_links",
                {{"self", {{"href", self}}},
                 {"appD", {{"href", self + "/appd"}}},
                 {"appPkgContent", {{"href", self + "/package_content"}}}}}};
  const auto& kept = packages_.emplace(id, std::move(made)).first->second;
  return json_response(201, kept.info, self);
}

Reply PackageManagement::of_package(const Request& request, Onboarded& onboarded) {
  const std::string below = request.path.size() == 3 ? request.path[2] : "";
  if (request.path.size() == 2 && request.method == "GET") return json_response(200, onboarded.info);
  if (request.path.size() == 2 && request.method == "PATCH") return change(request, onboarded);
  if (request.path.size() == 2 && request.method == "DELETE") return remove(onboarded.info.at("id"));
  if (below == "package_content" && request.method == "PUT") return upload(request, onboarded);
  if (below == "package_content" && request.method == "GET" && !onboarded.content.empty())
    return Response{200, {{"Content-Type", "application/zip"}}, onboarded.content};
  if (below == "appd" && request.method == "GET") return descriptor_of(onboarded);
  return nothing_here(request, request.path.size() == 2 || below == "package_content" || below == "appd");
}

std::string PackageManagement::what_is_wrong(const Onboarded& onboarded, const package::Inspection& inspection) const {
  if (onboarded.info.at("checksum").at("hash") != package::sha256_hex(onboarded.content))
    return "checksum.hash: is not that of the content that was uploaded";
  if (!inspection.faults.empty()) return inspection.faults.front();
  const auto& descriptor = inspection.package.descriptor;
  if (const auto name = first_unknown(descriptor.services_required, offer_.services); !name.empty())
    return fmt::format("app_service_required: no host of this system offers {}", name);
  if (const auto name = first_unknown(descriptor.features_required, offer_.features); !name.empty())
    return fmt::format("app_feature_required: {} is unknown to this system", name);
  if (std::none_of(descriptor.mec_versions.begin(), descriptor.mec_versions.end(),
                   [this](const std::string& version) { return offer_.editions.contains(version); }))
    return "mec_version: none of the versions is spoken here";
  for (const auto& [id, other] : packages_)
    if (&other != &onboarded && other.info.at("appDId") == descriptor.id)
      return fmt::format("descriptor_id: {} is onboarded already", descriptor.id);
  return {};
}

Reply PackageManagement::upload(const Request& request, Onboarded& onboarded) {
  if (onboarded.info.at("onboardingState") != "CREATED") return refuse(409, "the package has its content already");
  onboarded.content = request.body;
  auto inspection = package::inspect_package(onboarded.content, offer_.trust);
  if (const std::string fault = what_is_wrong(onboarded, inspection); !fault.empty()) {
    onboarded.info["onboardingFailureDetails"] = {{"status", 400}, {"detail", fault}};
    onboarded.content.clear();
    events_.tell("package_refused", {{"id", onboarded.info.at("id")}, {"reason", fault}});
    return Response{202, {}, {}};
  }
  onboarded.package = std::move(inspection.package);
  const auto& descriptor = onboarded.package.descriptor;
  auto& info = onboarded.info;
  info.erase("onboardingFailureDetails");
  info["appDId"] = descriptor.id;
  info["appName"] = descriptor.name;
  info["appProvider"] = descriptor.provider;
  info["appSoftwareVersion"] = descriptor.software_version;
  info["appDVersion"] = descriptor.descriptor_version;
  info["mecInfo"] = descriptor.mec_versions;
  info["softwareImages"] = {{{"id", "image"}, {"name", descriptor.name}, {"swImage", descriptor.image}}};
  info["onboardingState"] = "ONBOARDED";
  events_.tell("package_onboarded", {{"name", descriptor.name}, {"app_d_id", descriptor.id}});
  return Response{202, {}, {}};
}

Reply PackageManagement::change(const Request& request, Onboarded& onboarded) {
  const auto body = body_of(request, object({required("operationalState", one_of({"ENABLED", "DISABLED"}))}));
  if (!body) return tl::unexpected{body.error()};
  if (onboarded.info.at("onboardingState") != "ONBOARDED") return refuse(409, "the package is not onboarded");
  onboarded.info["operationalState"] = body->at("operationalState");
  return json_response(200, {{"operationalState", body->at("operationalState")}});
}

Reply PackageManagement::remove(const std::string& id) {
  const auto& info = packages_.at(id).info;
  if (info.at("operationalState") != "DISABLED") return refuse(409, "operationalState: disable the package first");
  if (info.at("usageState") != "NOT_IN_USE") return refuse(409, "usageState: instances of the package exist");
  packages_.erase(id);
  return no_content();
}

Reply PackageManagement::descriptor_of(const Onboarded& onboarded) const {
  const auto found = onboarded.package.files.find("Artifacts/AppD/appd-3.1.1.json");
  if (found == onboarded.package.files.end()) return refuse(404, "the package holds no AppD in JSON, or is not onboarded");
  return Response{200, {{"Content-Type", "application/json"}}, found->second};
}

PackageManagement::Onboarded* PackageManagement::by_descriptor(const std::string& app_d_id) {
  for (auto& [id, onboarded] : packages_)
    if (!app_d_id.empty() && onboarded.info.at("appDId") == app_d_id) return &onboarded;
  return nullptr;
}

Result<PackageManagement::Onboarded*> PackageManagement::usable(const std::string& app_d_id) {
  Onboarded* found = by_descriptor(app_d_id);
  if (found == nullptr) return refuse(404, fmt::format("appDId: no package {} is onboarded", app_d_id));
  if (found->info.at("operationalState") != "ENABLED") return refuse(409, fmt::format("appDId: the package {} is disabled", app_d_id));
  return found;
}

void PackageManagement::use(const std::string& app_d_id, const std::string& instance) {
  if (Onboarded* found = by_descriptor(app_d_id)) {
    found->instances.insert(instance);
    found->info["usageState"] = "IN_USE";
  }
}

void PackageManagement::release(const std::string& app_d_id, const std::string& instance) {
  if (Onboarded* found = by_descriptor(app_d_id)) {
    found->instances.erase(instance);
    if (found->instances.empty()) found->info["usageState"] = "NOT_IN_USE";
  }
}

}  // namespace edgecse::sandbox
