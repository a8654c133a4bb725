// SPDX-License-Identifier: Apache-2.0
//
// What management needs to know of an application descriptor in its TOSCA form. MEC 037, MEC 010-2 6.2.1.2.
#pragma once

#include <string>
#include <vector>

#include "package/fault.hpp"

namespace edgecse::package {

struct Descriptor {
  struct Dependency {
    std::string name;
    std::string version;
  };
  std::string id;                            // descriptor_id: appDId
  std::string name;                          // product_name
  std::string provider;
  std::string software_version;
  std::string descriptor_version;
  std::vector<std::string> mec_versions;
  std::vector<std::string> managers;         // vnfm_info
  std::vector<Dependency> services_required;
  std::vector<Dependency> features_required;
  std::string image;                         // reference, or a path in the package
  std::string chart;                         // path in the package; "": none
};

/// text: a service template with one node of type tosca.nodes.mec.MecApp.
[[nodiscard]] Result<Descriptor> parse_descriptor(const std::string& text);

}  // namespace edgecse::package
