// SPDX-License-Identifier: Apache-2.0
#include "platform/api_shapes.hpp"

namespace edgecse::sandbox {
namespace {

Shape category_ref() {
  return object(
      {required("href", text()), required("id", text()), required("name", text()), required("version", text())});
}

Shape end_point_info(Edition edition) {
  const auto address = object({required("host", text()), required("port", integer(0, 65'535))});
  std::vector<Member> members{optional("uris", list_of(text())), optional("addresses", list_of(address)),
                              optional("alternative", object({}))};
  std::vector<std::string> kinds{"uris", "addresses", "alternative"};
  if (edition == Edition::V3_1_1) {
    members.push_back(optional("fqdn", list_of(text())));
    kinds.emplace_back("fqdn");
  } else {
    members.push_back(forbidden("fqdn", "editions 2.x have no fqdn"));
  }
  return with_exactly_one(kinds, object(std::move(members)));
}

Shape security_info() {
  const auto oauth =
      object({required("grantTypes", list_of(one_of({"OAUTH2_AUTHORIZATION_CODE", "OAUTH2_IMPLICIT_GRANT",
                                                     "OAUTH2_RESOURCE_OWNER", "OAUTH2_CLIENT_CREDENTIALS"}),
                                             1)),
              optional("tokenEndpoint", http_uri())});
  return object({optional("oAuth2Info", oauth)});
}

Shape transport_type() {
  return one_of({"REST_HTTP", "MB_TOPIC_BASED", "MB_ROUTING", "MB_PUBSUB", "RPC", "RPC_STREAMING", "WEBSOCKET"});
}

Shape transport_info(Edition edition) { return with_implementation_details(edition, object({})); }

Shape service_state(Edition edition) {
  return edition == Edition::V2_1_1 ? one_of({"ACTIVE", "INACTIVE"}) : one_of({"ACTIVE", "INACTIVE", "SUSPENDED"});
}

Shape destination_interface() {
  const auto tunnel = object({required("tunnelType", one_of({"GTP_U", "GRE"})), optional("tunnelDstAddress", text()),
                              optional("tunnelSrcAddress", text())});
  return object({required("interfaceType", one_of({"TUNNEL", "MAC", "IP"})), optional("tunnelInfo", tunnel),
                 optional("srcMacAddress", text()), optional("dstMacAddress", text()),
                 optional("dstIpAddress", text())});
}

Shape traffic_filter(Edition edition) {
  std::vector<Member> members;
  for (const char* name : {"srcAddress", "dstAddress", "srcPort", "dstPort", "protocol", "srcTunnelAddress",
                           "tgtTunnelAddress", "srcTunnelPort", "dstTunnelPort"})
    members.push_back(optional(name, list_of(text())));
  members.push_back(optional(edition == Edition::V3_1_1 ? "tag" : "token", list_of(text())));
  for (const char* name : {"qCI", "dSCP", "tC"}) members.push_back(optional(name, integer(0, 255)));
  return object(std::move(members));
}

/// What an application depends on: only looked at, never resolved here.
Shape dependencies(const char* name_member) {
  return list_of(object({required(name_member, text()), required("version", text())}));
}

/// Where enumerations are numbers, the kind of an identifier may be one too: the editions do not say.
Shape associate_id(EnumerationStyle style) {
  const auto name = one_of({"UE_IPv4_ADDRESS", "UE_IPV6_ADDRESS", "NATED_IP_ADDRESS", "GTP_TEID"});
  const auto type = [name, style](const nlohmann::json& value, const std::string& path) {
    return style == EnumerationStyle::Integers && value.is_number() ? integer(1, 4)(value, path) : name(value, path);
  };
  return object({required("type", type), required("value", text())});
}

Shape enumeration(EnumerationStyle style, std::vector<std::string> names, std::int64_t first) {
  if (style == EnumerationStyle::Strings) return one_of(std::move(names));
  return integer(first, first + std::ssize(names) - 1);
}

}  // namespace

Shape time_stamp_shape() {
  return object({required("seconds", unsigned_32()), required("nanoSeconds", unsigned_32())});
}

Shape with_implementation_details(Edition edition, const Shape& details) {
  return object({required("id", text()), required("name", text()), optional("description", text()),
                 required("type", transport_type()), required("protocol", text()), required("version", text()),
                 required("endpoint", end_point_info(edition)), required("security", security_info()),
                 optional("implSpecificInfo", details)});
}

Shape app_ready_confirmation() { return object({required("indication", one_of({"READY"}))}); }

Shape app_termination_confirmation() {
  return object({required("operationAction", one_of({"STOPPING", "TERMINATING"}))});
}

Shape app_termination_subscription() {
  return object({required("subscriptionType", one_of({"AppTerminationNotificationSubscription"})),
                 required("callbackReference", http_uri()), required("appInstanceId", text())});
}

Shape app_info() {
  const auto body = object({required("appName", text()), optional("appProvider", text()),
                            optional("appCategory", category_ref()), optional("appDId", text()),
                            optional("appInstanceId", text()), optional("endpoint", end_point_info(Edition::V3_1_1)),
                            optional("appServiceRequired", dependencies("serName")),
                            optional("appServiceOptional", dependencies("serName")),
                            optional("appFeatureRequired", dependencies("featureName")),
                            optional("appFeatureOptional", dependencies("featureName")),
                            optional("isInsByMec", boolean()), optional("appProfile", object({}))});
  return [body](const nlohmann::json& value, const std::string& path) -> std::optional<std::string> {
    if (auto fault = body(value, path)) return fault;
    const bool by_mec = value.value("isInsByMec", false);
    if (!by_mec && !value.contains("endpoint"))
      return "the member endpoint is missing: it is needed unless isInsByMec is true";
    if (by_mec && (!value.contains("appDId") || !value.contains("appInstanceId")))
      return "appDId and appInstanceId are needed when isInsByMec is true";
    return std::nullopt;
  };
}

Shape traffic_rule(Edition edition) {
  const auto interfaces = edition == Edition::V2_2_1 ? list_of(destination_interface()) : destination_interface();
  return object({required("trafficRuleId", text()), required("filterType", one_of({"FLOW", "PACKET"})),
                 required("priority", integer(0, 255)), required("trafficFilter", list_of(traffic_filter(edition), 1)),
                 required("action", one_of({"DROP", "FORWARD_DECAPSULATED", "FORWARD_ENCAPSULATED", "PASSTHROUGH",
                                            "DUPLICATE_DECAPSULATED", "DUPLICATE_ENCAPSULATED"})),
                 optional("dstInterface", interfaces), required("state", one_of({"ACTIVE", "INACTIVE"}))});
}

Shape dns_rule() {
  return object({required("dnsRuleId", text()), required("domainName", text()),
                 required("ipAddressType", one_of({"IP_V6", "IP_V4"})), required("ipAddress", text()),
                 optional("ttl", unsigned_32()), required("state", one_of({"ACTIVE", "INACTIVE"}))});
}

Shape service_info(Edition edition, ServiceInfoUse use) {
  std::vector<Member> members{
      required("serName", text()),
      optional("serCategory", category_ref()),
      required("version", text()),
      required("state", service_state(edition)),
      optional("transportId", text()),
      optional("transportInfo", transport_info(edition)),
      required("serializer", one_of({"JSON", "XML", "PROTOBUF3"})),
      optional("scopeOfLocality", one_of({"MEC_SYSTEM", "MEC_HOST", "NFVI_POP", "ZONE", "ZONE_GROUP", "NFVI_NODE"})),
      optional("consumedLocalOnly", boolean()),
      optional("isLocal", boolean())};
  members.push_back(edition == Edition::V2_1_1 ? forbidden("livenessInterval", "edition 2.1.1 has no heartbeats")
                                               : optional("livenessInterval", unsigned_32()));
  if (use == ServiceInfoUse::Update) {
    members.push_back(optional("serInstanceId", text()));
    return with_at_most_one({"transportId", "transportInfo"}, object(std::move(members)));
  }
  members.push_back(forbidden("serInstanceId", "the platform gives the identifier, a POST has none"));
  if (edition == Edition::V2_2_1) members.push_back(forbidden("_links", "links are in answers only, a POST has none"));
  return with_exactly_one({"transportId", "transportInfo"}, object(std::move(members)));
}

Shape availability_subscription(Edition edition) {
  const auto criteria =
      with_at_most_one({"serInstanceIds", "serNames", "serCategories"},
                       object({optional("serInstanceIds", list_of(text())), optional("serNames", list_of(text())),
                               optional("serCategories", list_of(category_ref())),
                               optional("states", list_of(service_state(edition))), optional("isLocal", boolean())}));
  return object({required("subscriptionType", one_of({"SerAvailabilityNotificationSubscription"})),
                 required("callbackReference", http_uri()), optional("filteringCriteria", criteria)});
}

Shape liveness_update() { return object({required("state", one_of({"ACTIVE"}))}); }

Shape registration_info(EnumerationStyle style) {
  const auto consumer = with_exactly_one({"appInstanceId", "mepId"},
                                         object({optional("appInstanceId", text()), optional("mepId", text())}));
  const auto device = object(
      {required("associateId", associate_id(style)),
       optional("appMobilityServiceLevel", enumeration(style,
                                                       {"APP_MOBILITY_NOT_ALLOWED", "APP_MOBILITY_WITH_CONFIRMATION",
                                                        "APP_MOBILITY_WITHOUT_CONFIRMATION"},
                                                       1)),
       optional("contextTransferState",
                enumeration(style, {"NOT_TRANSFERRED", "USER_CONTEXT_TRANSFER_COMPLETED"}, 0))});
  return object({required("serviceConsumerId", consumer), optional("deviceInformation", list_of(device)),
                 optional("expiryTime", unsigned_32())});
}

Shape mobility_subscription(EnumerationStyle style) {
  const auto status =
      enumeration(style, {"INTERHOST_MOVEOUT_TRIGGERED", "INTERHOST_MOVEOUT_COMPLETED", "INTERHOST_MOVEOUT_FAILED"}, 1);
  const auto criteria = object({required("appInstanceId", text()), optional("associateId", list_of(associate_id(style))),
                                optional("mobilityStatus", list_of(status))});
  return object({required("subscriptionType", one_of({"MobilityProcedureSubscription", "AdjacentAppInfoSubscription"})),
                 required("callbackReference", http_uri()), optional("requestTestNotification", boolean()),
                 required("filterCriteria", criteria), optional("expiryDeadline", time_stamp_shape())});
}

}  // namespace edgecse::sandbox
