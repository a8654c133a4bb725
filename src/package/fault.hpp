// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.hpp"

namespace edgecse::package {

/// A sentence that names file, field and reason.
struct Fault {
  std::string sentence;
};

template <class T = void>
using Result = base::Result<T, Fault>;

[[nodiscard]] inline tl::unexpected<Fault> refuse(std::string sentence) { return tl::unexpected{Fault{std::move(sentence)}}; }

}  // namespace edgecse::package
