// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

namespace edgecse {

/// Of this process so far, user and system.
inline double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace edgecse
