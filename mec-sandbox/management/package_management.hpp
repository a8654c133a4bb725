// SPDX-License-Identifier: Apache-2.0
//
// MEC 010-2 application package management (app_pkgm/v1) of the orchestrator: what is onboarded, and why something is not.
// Packages are addressed by id as in 2.1.1 (app_packages) and by appDId as in 3.1.1 (onboarded_app_packages). Only the
// system's executor touches it.
#pragma once

#include <map>
#include <set>

#include "package/package.hpp"
#include "platform/exchange.hpp"
#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

class PackageManagement {
 public:
  struct Offer {
    std::set<std::string> services = {"AMS", "LS"};  // MEC services that an application may require
    std::set<std::string> features = {"UserApps"};
    std::set<std::string> editions = {"2.1.1", "2.2.1", "3.1.1"};
    package::Trust trust;                            // of packages' signatures
  };
  struct Onboarded {
    nlohmann::json info;   // AppPkgInfo
    std::string content;   // the package; "": not uploaded
    package::Package package;
    std::set<std::string> instances;
  };

  PackageManagement(Offer offer, std::string base, base::Random& random, EventLog& events)
      : offer_(std::move(offer)), base_(std::move(base)), random_(random), events_(events) {}

  [[nodiscard]] Reply handle(const Request& request);
  /// The enabled package with that appDId. 404, or 409 while it is disabled.
  [[nodiscard]] Result<Onboarded*> usable(const std::string& app_d_id);
  void use(const std::string& app_d_id, const std::string& instance);
  void release(const std::string& app_d_id, const std::string& instance);

 private:
  [[nodiscard]] Reply create(const Request& request);
  [[nodiscard]] Reply of_package(const Request& request, Onboarded& onboarded);
  [[nodiscard]] Reply upload(const Request& request, Onboarded& onboarded);
  [[nodiscard]] Reply change(const Request& request, Onboarded& onboarded);
  [[nodiscard]] Reply remove(const std::string& id);
  [[nodiscard]] Reply descriptor_of(const Onboarded& onboarded) const;
  [[nodiscard]] Onboarded* by_descriptor(const std::string& app_d_id);
  /// "": nothing.
  [[nodiscard]] std::string what_is_wrong(const Onboarded& onboarded, const package::Inspection& inspection) const;

  Offer offer_;
  std::string base_;  // URL of app_pkgm/v1
  base::Random& random_;
  EventLog& events_;
  std::map<std::string, Onboarded> packages_;  // by id
};

}  // namespace edgecse::sandbox
