// SPDX-License-Identifier: Apache-2.0
//
// A MEC application package (CSAR): made from descriptor, chart, image and licence, and checked as who onboards it would.
// MEC 037, NFV-SOL 004 option 1 (TOSCA-Metadata). No state; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "package/archive.hpp"
#include "package/descriptor.hpp"
#include "package/manifest.hpp"

namespace edgecse::package {

struct Ingredients {
  std::string descriptors = "appd";       // folder: Definitions/*.yaml, appd-*.json
  std::string chart = "helm/edgecse";     // folder of the Helm chart
  std::string licence = "LICENSE";
  std::string image = "edgecse:0.1.0";    // reference that the edge pulls, as REPOSITORY:TAG or REPOSITORY@DIGEST; descriptors
                                          // and the packed chart name it
  std::string image_archive;              // OCI or docker archive that goes into the package; "": only the reference
  std::string certificate;                // PEM file of the signer; "": unsigned
  std::string key;                        // PEM file of the signer's key
  std::int64_t time = 0;                  // of the release, seconds since 1970: the same ingredients give the same bytes
};
[[nodiscard]] Result<std::string> build_package(const Ingredients& ingredients);

struct Trust {
  std::string authorities;                // PEM texts: whose signatures count; "": signatures are not checked
  bool signature_required = false;
};
struct Package {
  Files files;
  Manifest manifest;
  Descriptor descriptor;
  std::string signer;                     // subject; "": not signed, or not checked
};
/// Everything that is wrong, each fault a sentence; the package is whole when there is none.
struct Inspection {
  Package package;
  std::vector<std::string> faults;
};
[[nodiscard]] Inspection inspect_package(const std::string& bytes, const Trust& trust = {});

}  // namespace edgecse::package
