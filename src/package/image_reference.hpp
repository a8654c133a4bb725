// SPDX-License-Identifier: Apache-2.0
//
// The reference of a container image, and the values of the Helm chart that name it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "package/fault.hpp"

namespace edgecse::package {

struct ImageReference {
  std::string repository;
  std::string tag;     // "": none
  std::string digest;  // sha256:...; "": none
};

/// REPOSITORY:TAG or REPOSITORY@DIGEST, where the registry of the repository may have a port. Refused: a reference that
/// names neither tag nor digest, since chart and orchestrator would each take another default; characters that no reference
/// has.
[[nodiscard]] Result<ImageReference> parse_image_reference(std::string_view text);

/// The chart's values.yaml with this image as default of image.repository, image.tag and image.digest; comments stay. Refused
/// when one of the three is not there.
[[nodiscard]] Result<std::string> values_with_image(const std::string& values, const ImageReference& image);

}  // namespace edgecse::package
