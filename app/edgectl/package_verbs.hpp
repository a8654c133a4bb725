// SPDX-License-Identifier: Apache-2.0
//
// `edgectl package ...`: making, checking and running the MEC application package. As all verbs: prints, and returns the exit
// status.
#pragma once

#include <chrono>
#include <string>

#include "management_client.hpp"
#include "package/package.hpp"

namespace edgecse::edgectl {

int build_package(const package::Ingredients& ingredients, const std::string& output);

struct Verification {
  std::string file;
  std::string authorities_file;  // "": signatures are not checked
  bool signature_required = false;
};
int verify_package(const Verification& options);

struct Management {
  std::string root = "http://127.0.0.1:8090/meo";
  unsigned patience_s = 60;
};
int onboard_package(const Management& management, const std::string& file);
/// configuration_file: "" for none.
int instantiate_package(const Management& management, ManagementClient::Instance instance, const std::string& configuration_file);
int terminate_instance(const Management& management, const std::string& instance, std::chrono::seconds grace);

}  // namespace edgecse::edgectl
