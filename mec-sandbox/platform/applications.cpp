// SPDX-License-Identifier: Apache-2.0
#include "platform/applications.hpp"

#include <charconv>

namespace edgecse::sandbox {
namespace {

/// host and port of http://host:port/path; nothing when it is no such URI.
std::optional<nlohmann::json> address_of(const std::string& uri) {
  const auto scheme_end = uri.find("://");
  if (scheme_end == std::string::npos) return std::nullopt;
  const auto authority = uri.substr(scheme_end + 3, uri.find_first_of("/?#", scheme_end + 3) - scheme_end - 3);
  int port = uri.starts_with("https") ? 443 : 80;
  auto host = authority;
  if (const auto colon = authority.rfind(':');
      colon != std::string::npos && authority.find(']', colon) == std::string::npos) {
    const auto* end = authority.data() + authority.size();
    if (std::from_chars(authority.data() + colon + 1, end, port).ptr != end) return std::nullopt;
    host = authority.substr(0, colon);
  }
  if (host.empty()) return std::nullopt;
  return nlohmann::json{{"host", host}, {"port", port}};
}

}  // namespace

Application& Applications::add(Application application) {
  const auto id = application.id;
  return by_id_.insert_or_assign(id, std::move(application)).first->second;
}

Application* Applications::find(const std::string& id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

const Application* Applications::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

Result<Application*> Applications::known_at(const std::string& host, const std::string& id) {
  auto* application = find(id);
  if (!application || application->host != host)
    return refuse(404, fmt::format("no application instance {} is known at {}", id, host));
  return application;
}

Result<Application*> Applications::ready_at(const std::string& host, const std::string& id) {
  auto application = known_at(host, id);
  if (application && !(*application)->ready)
    return refuse(403, fmt::format("application instance {} has not confirmed that it is ready", id));
  return application;
}

nlohmann::json comm_interface_of(const nlohmann::json& end_point_info) {
  auto addresses = nlohmann::json::array();
  if (const auto uris = end_point_info.find("uris"); uris != end_point_info.end()) {
    for (const auto& uri : *uris)
      if (auto address = address_of(uri.get<std::string>())) addresses.push_back(std::move(*address));
  } else if (const auto listed = end_point_info.find("addresses"); listed != end_point_info.end()) {
    addresses = *listed;
  }
  if (addresses.empty()) return nullptr;
  return {{"ipAddresses", std::move(addresses)}};
}

}  // namespace edgecse::sandbox
