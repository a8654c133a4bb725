// SPDX-License-Identifier: Apache-2.0
#include "cse/request/partial_results.hpp"

namespace edgecse::cse {

void PartialResults::expect(const onem2m::Request& request, const std::string& id, Listener listener) {
  std::lock_guard lock(mutex_);
  entries_.insert_or_assign({request.from, request.request_identifier}, Entry{id, std::move(listener)});
}

void PartialResults::forget(const onem2m::Request& request, const std::string& id) {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find({request.from, request.request_identifier});
  if (entry != entries_.end() && entry->second.id == id) entries_.erase(entry);
}

PartialResults::Listener PartialResults::find(const onem2m::Request& request) const {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find({request.from, request.request_identifier});
  return entry == entries_.end() ? Listener{} : entry->second.listener;
}

}  // namespace edgecse::cse
