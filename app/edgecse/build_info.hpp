// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace edgecse::app {

[[nodiscard]] std::string_view version();
/// Of the sources; unknown when they were no repository and nobody told.
[[nodiscard]] std::string_view commit();
/// Several lines for --version: our version and those of the libraries in use.
[[nodiscard]] std::string version_text();

}  // namespace edgecse::app
