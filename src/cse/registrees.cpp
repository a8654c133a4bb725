// SPDX-License-Identifier: Apache-2.0
#include "cse/registrees.hpp"

#include <algorithm>

#include "cse/access_conditions.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse {

bool is_registered_ae(const Tree& tree, std::string_view stem) {
  const ResourcePtr found = tree.find(stem);
  return found && found->type == onem2m::type::kAe;
}

bool is_foreign_cse_id(const CseOptions& options, std::string_view id) {
  if (!id.starts_with("//")) return false;
  const auto address = onem2m::parse_address(id);
  return address && address->segments.empty() && !address->cse_id.empty() && address->service_provider != options.service_provider;
}

std::string remote_cse_resource_id(std::string_view cse_id) {
  std::string id(cse_id.substr(std::min(cse_id.find_first_not_of('/'), cse_id.size())));
  std::ranges::replace(id, '/', '_');
  return id;
}

ResourcePtr find_remote_cse(const CseCore& core, const Tree& tree, std::string_view cse_id) {
  static_cast<void>(core);
  if (cse_id.size() < 2 || cse_id[0] != '/') return nullptr;
  ResourcePtr found = tree.find(remote_cse_resource_id(cse_id));
  return found && found->type == onem2m::type::kRemoteCse ? found : nullptr;
}

bool is_known_cse(const CseCore& core, const Tree& tree, std::string_view cse_id) {
  const std::string local = local_originator(core.options, cse_id);
  if (core.options.registrar && core.options.registrar->id == local) return true;
  const auto& peers = core.options.mobility.peers;
  return std::find(peers.begin(), peers.end(), local) != peers.end() || find_remote_cse(core, tree, local) != nullptr;
}

bool may_register(const CseOptions& options, std::string_view cse_id) {
  if (!options.allowed_registrees) return options.type == CseType::In;
  return std::any_of(options.allowed_registrees->begin(), options.allowed_registrees->end(),
                     [&](const std::string& pattern) { return matches_wildcard(pattern, cse_id); });
}

}  // namespace edgecse::cse
