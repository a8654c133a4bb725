// SPDX-License-Identifier: Apache-2.0
#include "edge/publisher.hpp"

#include "net/http_message.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::edge {
namespace {

mec::ServiceInfo make_service(const PublisherOptions& options, std::string_view name, std::string_view path) {
  mec::ServiceInfo service;
  service.name = name;
  service.category = {"urn:onem2m", "oneM2M", "oneM2M", "v3"};
  service.version = options.version;
  service.scope_of_locality = options.scope_of_locality;
  service.consumed_local_only = options.consumed_local_only;
  service.liveness_interval_s = static_cast<std::uint64_t>(options.liveness_interval.count());
  service.transport.id = std::string{name} + "-http";
  service.transport.name = "REST";
  for (const auto& url : options.advertise) service.transport.uris.push_back(url + std::string{path});
  return service;
}

}  // namespace

mec::ServiceInfo make_cse_service(const PublisherOptions& options, const std::string& app_instance_id) {
  auto service = make_service(options, kCseServiceName, "");
  service.transport.description = "oneM2M Mca and Mcc over HTTP (TS-0009)";
  mec::Json types = mec::Json::array();
  for (const auto& type : onem2m::all_resource_types()) {
    if (type.creatable) types.push_back(type.number);
  }
  service.transport.implementation_specific = {{"cseId", options.cse_id},
                                               {"cseBaseName", options.cse_name},
                                               {"m2mSpId", options.service_provider},
                                               {"supportedReleaseVersions", {"1", "2a", "3"}},
                                               {"contentSerialization", {"application/json"}},
                                               {"resourceTypes", std::move(types)},
                                               {"appInstanceId", app_instance_id}};
  return service;
}

mec::IotPlatform make_iot_platform(const PublisherOptions& options) {
  auto transport = make_cse_service(options, {}).transport;
  transport.implementation_specific = mec::Json::object();
  return {"onem2m-" + options.cse_id.substr(1), std::move(transport)};
}

mec::ServiceInfo make_data_service(const PublisherOptions& options, const std::string& app_instance_id) {
  auto service = make_service(options, kDataServiceName, kDataPath);
  service.transport.token_endpoint = options.token_endpoint;
  service.transport.description = "Devices and their data, without oneM2M";
  const std::string base = service.transport.uris.empty() ? std::string{kDataPath} : service.transport.uris.front();
  service.transport.implementation_specific = {
      {"openapi", base + "/openapi.yaml"}, {"cseId", options.cse_id}, {"appInstanceId", app_instance_id}};
  return service;
}

mec::ServiceInfo make_class_service(const PublisherOptions& options, const std::string& app_instance_id, const std::string& name,
                                    bool active) {
  auto service = make_data_service(options, app_instance_id);
  service.name = name;
  service.state = active ? mec::ServiceState::Active : mec::ServiceState::Inactive;
  service.transport.id = "onem2m-class-" + name + "-http";
  service.transport.description = "Data with the label mec:service=" + name;
  for (auto& url : service.transport.uris) url += "/data?service=" + net::percent_encode(name);
  return service;
}

}  // namespace edgecse::edge
