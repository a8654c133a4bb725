// SPDX-License-Identifier: Apache-2.0
#include "platform/steering.hpp"

namespace edgecse::sandbox {

void Steering::set_endpoint(const std::string& host, const nlohmann::json& end_point) {
  if (end_point.is_null()) {
    endpoints_.erase(host);
  } else {
    endpoints_[host] = end_point;
  }
}

void Steering::settle(const std::string& terminal, const std::string& serving_host, bool kept) {
  auto& current = host_of_[terminal];
  const bool current_works = endpoints_.contains(current);
  auto wanted = serving_host;
  if (!endpoints_.contains(serving_host) && !endpoints_.empty())
    wanted = current_works ? current : endpoints_.begin()->first;
  if (current == wanted || (kept && current_works)) return;
  const auto before = std::exchange(current, wanted);
  outside_.events.tell("steered", {{"ue", terminal}, {"from", before}, {"to", current}});
}

std::string Steering::host_of(const std::string& terminal) const {
  const auto found = host_of_.find(terminal);
  return found == host_of_.end() ? "" : found->second;
}

std::optional<nlohmann::json> Steering::resolve(const std::string& terminal) const {
  const auto found = endpoints_.find(host_of(terminal));
  if (found == endpoints_.end()) return std::nullopt;
  return found->second;
}

}  // namespace edgecse::sandbox
