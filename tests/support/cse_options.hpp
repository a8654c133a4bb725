// SPDX-License-Identifier: Apache-2.0
//
// The CSEs of most tests: an IN-CSE and the edges registered at it.
#pragma once

#include <string>

#include "cse/options.hpp"

namespace edgecse::test {

inline cse::CseOptions in_cse_options() {
  cse::CseOptions options;
  options.type = cse::CseType::In;
  options.id = "/in";
  options.name = "cse-in";
  return options;
}

inline cse::CseOptions edge_cse_options(const std::string& id = "/mn1") {
  cse::CseOptions options;
  options.id = id;
  options.registrar = cse::RegistrarOptions{"/in", "cse-in", {}};
  return options;
}

}  // namespace edgecse::test
