// SPDX-License-Identifier: Apache-2.0
#include "edge_options.hpp"

#include "build_info.hpp"
#include "key_set_file.hpp"

namespace edgecse::app {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

/// http://host:port/mec is /mec.
std::string path_of(const std::string& url) {
  const std::size_t host = url.find("//") + 2;
  const std::size_t path = url.find('/', host);
  return path == std::string::npos ? std::string{} : url.substr(path);
}

mec::ApplicationOptions make_application_options(const MecSettings& mec, const std::string& endpoint,
                                                 const std::string& callback) {
  mec::ApplicationOptions made;
  made.life_cycle.app_name = mec.app_name;
  made.life_cycle.app_instance_id = mec.app_instance_id;
  made.life_cycle.app_endpoint = endpoint;
  made.life_cycle.callback = callback;
  made.life_cycle.required_services = mec.required_services;
  made.life_cycle.ams_count = 1 + mec.peers.size();
  made.platforms.push_back(mec::make_platform_address(without_slash(mec.api_root), mec.apis));
  for (const auto& peer : mec.peers) made.platforms.push_back(mec::make_platform_address(without_slash(peer)));
  made.oauth2 = {.token_endpoint = mec.token_endpoint, .client_id = mec.client_id, .client_secret = mec.client_secret};
  return made;
}

edge::DataAccessOptions make_access_options(const Configuration& configuration) {
  const MecServiceSettings& service = configuration.mec.service;
  edge::DataAccessOptions made;
  made.originator = service.originator.empty() ? configuration.cse.admin_originator : service.originator;
  for (const auto& client : service.clients) made.clients[client.at("client_id")] = client.at("originator");
  made.pattern = service.client_pattern;
  const TokenSettings& tokens = service.tokens;
  if (!tokens.key_set_file.empty()) {
    const auto file = std::make_shared<KeySetFile>(tokens.key_set_file);
    if (auto keys = file->read()) made.keys = std::move(*keys);
    else made.keys.emplace();  // it was judged a moment ago: nobody is let in until it is there again
    made.newer_keys = [file] { return file->read_if_changed(); };
  }
  made.issuer = tokens.issuer;
  made.audience = tokens.audience;
  made.introspection_endpoint = tokens.introspection_endpoint;
  made.introspection_client = tokens.introspection_client;
  made.introspection_secret = tokens.introspection_secret;
  return made;
}

}  // namespace

edge::EdgeOptions make_edge_options(const Configuration& configuration, const std::vector<std::string>& advertised) {
  const MecSettings& mec = configuration.mec;
  edge::EdgeOptions made;
  made.publisher.cse_id = configuration.cse.id;
  made.publisher.cse_name = configuration.cse.name;
  made.publisher.service_provider = configuration.cse.service_provider;
  for (const auto& url : advertised) made.publisher.advertise.push_back(without_slash(url));
  made.publisher.scope_of_locality = mec.service.scope;
  made.publisher.token_endpoint = mec.service.tokens.token_endpoint;
  made.publisher.version = version();
  const std::string endpoint = made.publisher.advertise.front();
  const std::string callback = without_slash(mec.callback.empty() ? endpoint + "/mec" : mec.callback);
  made.mec = make_application_options(mec, endpoint, callback);
  made.mec.life_cycle.iot_platform = edge::make_iot_platform(made.publisher);
  made.callback_path = path_of(callback);
  made.root = without_slash(configuration.http.root);
  made.access = make_access_options(configuration);
  made.host = mec.service.host;
  made.proxy_moved = mec.service.proxy_moved;
  made.cells = mec.service.cells;
  made.maximum_classes = mec.service.maximum_classes;
  made.publish = mec.service.publish_all ? edge::Publish::All : edge::Publish::Labelled;
  return made;
}

}  // namespace edgecse::app
