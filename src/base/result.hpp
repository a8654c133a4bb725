// SPDX-License-Identifier: Apache-2.0
//
// Errors are values: what a peer or a disk can cause comes back as a Result; each room has its own error type and a
// neighbour translates it in one function.
#pragma once

#include <tl/expected.hpp>

namespace edgecse::base {

template <class T, class E>
using Result = tl::expected<T, E>;

}  // namespace edgecse::base
