// SPDX-License-Identifier: Apache-2.0
//
// How a program is asked to stop: SIGTERM and SIGINT, taken by one thread with sigwait.
#pragma once

#include <csignal>

namespace edgecse::base {

/// Blocks SIGTERM and SIGINT in this thread and in every thread that it starts from here on, and ignores SIGPIPE. Returns
/// the set to sigwait() for. Call first in main.
[[nodiscard]] sigset_t block_stop_signals();

}  // namespace edgecse::base
