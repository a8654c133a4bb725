// SPDX-License-Identifier: Apache-2.0
#include "mec/encode.hpp"

namespace edgecse::mec {
namespace {

Json encode(MobilityServiceLevel level, EnumerationStyle style) {
  if (style == EnumerationStyle::Integers) return static_cast<int>(level) + 1;
  switch (level) {
    case MobilityServiceLevel::NotAllowed: return "APP_MOBILITY_NOT_ALLOWED";
    case MobilityServiceLevel::WithConfirmation: return "APP_MOBILITY_WITH_CONFIRMATION";
    case MobilityServiceLevel::WithoutConfirmation: break;
  }
  return "APP_MOBILITY_WITHOUT_CONFIRMATION";
}

Json encode(ContextTransferState state, EnumerationStyle style) {
  if (style == EnumerationStyle::Integers) return static_cast<int>(state);
  return state == ContextTransferState::Completed ? "USER_CONTEXT_TRANSFER_COMPLETED" : "NOT_TRANSFERRED";
}

/// MEC 021 6.5.2 numbers the kinds of identifiers; an unknown kind has no number and stays a string.
Json encode_associate_type(const std::string& type, EnumerationStyle style) {
  if (style == EnumerationStyle::Strings) return type;
  constexpr std::array kNames{"", "UE_IPv4_ADDRESS", "UE_IPV6_ADDRESS", "NATED_IP_ADDRESS", "GTP_TEID"};
  const auto* found = std::find(kNames.begin(), kNames.end(), type);
  if (found == kNames.end()) return type;
  return static_cast<int>(found - kNames.begin());
}

Json encode(const TransportInfo& transport) {
  Json security = Json::object();
  if (!transport.token_endpoint.empty())
    security["oAuth2Info"] = {{"grantTypes", {"OAUTH2_CLIENT_CREDENTIALS"}}, {"tokenEndpoint", transport.token_endpoint}};
  Json body = {{"id", transport.id},
               {"name", transport.name},
               {"description", transport.description},
               {"type", transport.type},
               {"protocol", transport.protocol},
               {"version", transport.version},
               {"endpoint", {{"uris", transport.uris}}},
               {"security", std::move(security)}};
  if (!transport.implementation_specific.empty()) body["implSpecificInfo"] = transport.implementation_specific;
  return body;
}

Json encode_deadline(std::uint64_t unix_s) { return {{"seconds", unix_s}, {"nanoSeconds", 0}}; }

}  // namespace

std::string_view to_text(ServiceState state) {
  switch (state) {
    case ServiceState::Inactive: return "INACTIVE";
    case ServiceState::Suspended: return "SUSPENDED";
    case ServiceState::Active: break;
  }
  return "ACTIVE";
}

std::string_view to_text(OperationAction action) {
  return action == OperationAction::Stopping ? "STOPPING" : "TERMINATING";
}

Json encode_ready() { return {{"indication", "READY"}}; }

Json encode_termination_confirmation(OperationAction action) { return {{"operationAction", to_text(action)}}; }

Json encode_termination_subscription(const std::string& app_instance_id, const std::string& callback) {
  return {{"subscriptionType", "AppTerminationNotificationSubscription"},
          {"callbackReference", callback},
          {"appInstanceId", app_instance_id}};
}

Json encode_availability_subscription(std::span<const std::string> service_names, const std::string& callback) {
  Json names = Json::array();
  for (const auto& name : service_names) names.push_back(name);
  return {{"subscriptionType", "SerAvailabilityNotificationSubscription"},
          {"callbackReference", callback},
          {"filteringCriteria", {{"serNames", std::move(names)}}}};
}

Json encode_service(const ServiceInfo& service) {
  Json body = {{"serName", service.name},
               {"serCategory",
                {{"href", service.category.href},
                 {"id", service.category.id},
                 {"name", service.category.name},
                 {"version", service.category.version}}},
               {"version", service.version},
               {"state", to_text(service.state)},
               {"transportInfo", encode(service.transport)},
               {"serializer", "JSON"},
               {"scopeOfLocality", service.scope_of_locality},
               {"consumedLocalOnly", service.consumed_local_only}};
  if (service.liveness_interval_s > 0) body["livenessInterval"] = service.liveness_interval_s;
  return body;
}

Json encode_iot_platform(const IotPlatform& platform) {
  // MEC 033 wants a user transport, and thinks of message brokers; what devices reach here is HTTP, and that is what is said.
  Json user = encode(platform.transport);
  user["implSpecificInfo"] = {{"uplinkTopics", Json::array()}, {"downlinkTopics", Json::array()}};
  Json custom = encode(platform.transport);
  custom.erase("implSpecificInfo");
  return {{"iotPlatformId", platform.id},
          {"userTransportInfo", Json::array({std::move(user)})},
          {"customServicesTransportInfo", Json::array({std::move(custom)})},
          {"enabled", true}};
}

Json encode_liveness_update() { return {{"state", "ACTIVE"}}; }

Json encode_app_info(const std::string& app_name, const std::string& endpoint_uri) {
  return {{"appName", app_name}, {"endpoint", {{"uris", {endpoint_uri}}}}, {"isInsByMec", false}};
}

Json encode_mobility_registration(const MobilityRegistration& registration, EnumerationStyle style) {
  Json devices = Json::array();
  for (const auto& device : registration.devices) {
    devices.push_back({{"associateId",
                        {{"type", encode_associate_type(device.associate_id.type, style)},
                         {"value", device.associate_id.value}}},
                       {"appMobilityServiceLevel", encode(device.level, style)},
                       {"contextTransferState", encode(device.context_transfer_state, style)}});
  }
  Json body = {{"serviceConsumerId", {{"appInstanceId", registration.app_instance_id}}},
               {"deviceInformation", std::move(devices)},
               {"expiryTime", registration.expiry_s}};
  if (!registration.id.empty()) body["appMobilityServiceId"] = registration.id;
  return body;
}

Json encode_mobility_subscription(const std::string& app_instance_id, const std::string& callback,
                                  std::uint64_t expires_unix_s, EnumerationStyle style) {
  Json status = style == EnumerationStyle::Integers
                    ? Json::array({1, 2, 3})
                    : Json::array({"INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED",
                                   "INTERHOST_MOVEOUT_FAILED"});
  Json body = {{"subscriptionType", "MobilityProcedureSubscription"},
               {"callbackReference", callback},
               {"filterCriteria", {{"appInstanceId", app_instance_id}, {"mobilityStatus", std::move(status)}}}};
  if (expires_unix_s > 0) body["expiryDeadline"] = encode_deadline(expires_unix_s);
  return body;
}

Json encode_adjacency_subscription(const std::string& app_instance_id, const std::string& callback,
                                   std::uint64_t expires_unix_s) {
  Json body = {{"subscriptionType", "AdjacentAppInfoSubscription"},
               {"callbackReference", callback},
               {"filterCriteria", {{"appInstanceId", app_instance_id}}}};
  if (expires_unix_s > 0) body["expiryDeadline"] = encode_deadline(expires_unix_s);
  return body;
}

Json encode_cell_change_subscription(const std::string& app_instance_id, const std::string& callback,
                                     std::uint64_t expires_unix_s, std::span<const AssociateId> users) {
  Json ids = Json::array();
  for (const auto& user : users)
    ids.push_back({{"type", encode_associate_type(user.type, EnumerationStyle::Integers)}, {"value", user.value}});
  Json body = {{"subscriptionType", "CellChangeSubscription"},
               {"callbackReference", callback},
               {"filterCriteriaAssocHo",
                {{"appInstanceId", app_instance_id}, {"associateId", std::move(ids)}, {"hoStatus", Json::array({3})}}}};
  if (expires_unix_s > 0) body["expiryDeadline"] = encode_deadline(expires_unix_s);
  return body;
}

}  // namespace edgecse::mec
