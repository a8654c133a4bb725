// SPDX-License-Identifier: Apache-2.0
#include "cse/internal_aes.hpp"

namespace edgecse::cse {

void InternalAes::add(std::string stem, Receiver receiver) {
  std::lock_guard lock(mutex_);
  receivers_[std::move(stem)] = std::move(receiver);
}

void InternalAes::remove(std::string_view stem) {
  std::lock_guard lock(mutex_);
  if (const auto found = receivers_.find(stem); found != receivers_.end()) receivers_.erase(found);
}

InternalAes::Receiver InternalAes::find(std::string_view stem) const {
  std::lock_guard lock(mutex_);
  const auto found = receivers_.find(stem);
  return found == receivers_.end() ? Receiver{} : found->second;
}

}  // namespace edgecse::cse
