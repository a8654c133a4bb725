// SPDX-License-Identifier: Apache-2.0
#include "platform/surroundings.hpp"

namespace edgecse::sandbox {

std::string make_uuid(base::Random& random) {
  auto digits = random.hex(16);
  digits[12] = '4';
  digits[16] = "89ab"[random.below(4)];
  for (const std::size_t position : {8U, 13U, 18U, 23U}) digits.insert(position, "-");
  return digits;
}

nlohmann::json time_stamp(const base::Clock& clock) {
  const auto us = clock.wall_now().time_since_epoch().count();
  return {{"seconds", us / 1'000'000}, {"nanoSeconds", us % 1'000'000 * 1'000}};
}

}  // namespace edgecse::sandbox
