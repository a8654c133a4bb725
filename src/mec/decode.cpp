// SPDX-License-Identifier: Apache-2.0
#include "mec/decode.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace edgecse::mec {
namespace {

tl::unexpected<Error> nonsense(std::string detail) {
  return tl::unexpected<Error>(Error{ErrorKind::Nonsense, 0, std::move(detail)});
}

const Json& member(const Json& value, std::string_view name) {
  static const Json kNull;
  if (!value.is_object()) return kNull;
  const auto found = value.find(name);
  return found == value.end() ? kNull : *found;
}

/// Strings as they are, numbers and booleans by their text, else empty.
std::string text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  return {};
}

std::optional<std::uint64_t> number(const Json& value) {
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  if (value.is_number_float()) {
    const double given = value.get<double>();
    if (given >= 0 && given < 1e15) return static_cast<std::uint64_t>(given);
    return std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  const auto& digits = value.get_ref<const std::string&>();
  std::uint64_t result = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), result);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return result;
}

std::string upper(std::string value) {
  for (char& c : value) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return value;
}

/// The object itself, or the single object inside a wrapping member such as {"RegistrationInfo": {...}}.
const Json& unwrapped(const Json& body, std::string_view expected_member) {
  if (body.is_object() && body.size() == 1 && !body.contains(expected_member)) {
    const Json& inner = body.begin().value();
    if (inner.is_object() && inner.contains(expected_member)) return inner;
  }
  return body;
}

/// A list: the array itself, or the only array (or single object) inside a wrapping member.
std::vector<Json> list_of(const Json& body) {
  if (body.is_array()) return {body.begin(), body.end()};
  if (body.is_object() && body.size() == 1) {
    const Json& inner = body.begin().value();
    if (inner.is_array()) return {inner.begin(), inner.end()};
  }
  if (body.is_object() && !body.empty()) return {body};
  return {};
}

bool looks_like_ipv4(std::string_view value) {
  return std::count(value.begin(), value.end(), '.') == 3 &&
         value.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string canonical_associate_type(const Json& type) {
  constexpr std::array<std::string_view, 5> kNumbered{"", "UE_IPv4_ADDRESS", "UE_IPV6_ADDRESS", "NATED_IP_ADDRESS",
                                                      "GTP_TEID"};
  if (const auto index = number(type); index && *index > 0 && *index < kNumbered.size()) {
    return std::string{kNumbered.at(*index)};
  }
  const std::string given = text(type);
  for (const auto name : kNumbered) {
    if (!name.empty() && upper(given) == upper(std::string{name})) return std::string{name};
  }
  return given;
}

std::optional<MobilityStatus> decode_status(const Json& value) {
  if (const auto code = number(value)) {
    if (*code == 1) return MobilityStatus::Triggered;
    if (*code == 2) return MobilityStatus::Completed;
    if (*code == 3) return MobilityStatus::Failed;
    return std::nullopt;
  }
  const std::string name = upper(text(value));
  if (name.find("TRIGGERED") != std::string::npos) return MobilityStatus::Triggered;
  if (name.find("COMPLETED") != std::string::npos) return MobilityStatus::Completed;
  if (name.find("FAILED") != std::string::npos || name.find("CANCEL") != std::string::npos) return MobilityStatus::Failed;
  return std::nullopt;
}

MobilityServiceLevel decode_level(const Json& value) {
  // The official 2.2.1 file nests it once: {"appMobilityServiceLevel": {"appMobilityServiceLevel": 3}}.
  const Json& level = value.is_object() && !value.empty() ? value.begin().value() : value;
  const std::string name = upper(text(level));
  if (name == "1" || name.find("NOT_ALLOWED") != std::string::npos) return MobilityServiceLevel::NotAllowed;
  if (name == "2" || name.find("WITH_CONFIRMATION") != std::string::npos) return MobilityServiceLevel::WithConfirmation;
  return MobilityServiceLevel::WithoutConfirmation;
}

ServiceState decode_state(const Json& value) {
  const std::string name = upper(text(value));
  if (name == "INACTIVE") return ServiceState::Inactive;
  if (name == "SUSPENDED") return ServiceState::Suspended;
  return ServiceState::Active;
}

std::vector<AssociateId> decode_associate_ids(const Json& value) {
  std::vector<AssociateId> ids;
  const std::vector<Json> entries = value.is_array() ? std::vector<Json>(value.begin(), value.end()) : std::vector{value};
  for (const auto& entry : entries) {
    if (auto id = decode_associate_id(entry)) ids.push_back(std::move(*id));
  }
  return ids;
}

std::optional<CellIdentity> decode_cell(const Json& value) {
  const Json& plmn = member(value, "plmn");
  CellIdentity cell{text(member(plmn, "mcc")), text(member(plmn, "mnc")), text(member(value, "cellId"))};
  if (cell.id.empty()) cell.id = text(member(value, "nrCellId"));
  if (cell.id.empty()) return std::nullopt;
  return cell;
}

/// ".../applications/{appInstanceId}/services/..." names the producer.
std::string producer_of(std::string_view href) {
  constexpr std::string_view kMark = "/applications/";
  const auto start = href.find(kMark);
  if (start == std::string_view::npos) return {};
  const auto rest = href.substr(start + kMark.size());
  return std::string{rest.substr(0, rest.find('/'))};
}

std::string endpoint_uri(const Json& address) {
  const std::string host = text(member(address, "host"));
  const std::string port = text(member(address, "port"));
  return host.empty() ? std::string{} : fmt::format("http://{}{}{}", host, port.empty() ? "" : ":", port);
}

TransportInfo decode_transport(const Json& value) {
  TransportInfo transport;
  transport.id = text(member(value, "id"));
  transport.name = text(member(value, "name"));
  transport.description = text(member(value, "description"));
  transport.type = text(member(value, "type"));
  transport.protocol = text(member(value, "protocol"));
  transport.version = text(member(value, "version"));
  const Json& endpoint = member(value, "endpoint");
  for (const auto* name : {"uris", "fqdn"}) {
    const Json& entries = member(endpoint, name);
    if (!entries.is_array()) continue;
    for (const auto& uri : entries) {
      if (uri.is_string()) transport.uris.push_back(uri.get<std::string>());
    }
  }
  if (const Json& addresses = member(endpoint, "addresses"); addresses.is_array()) {
    for (const auto& address : addresses) {
      if (auto uri = endpoint_uri(address); !uri.empty()) transport.uris.push_back(std::move(uri));
    }
  }
  transport.token_endpoint = text(member(member(member(value, "security"), "oAuth2Info"), "tokenEndpoint"));
  if (const Json& specific = member(value, "implSpecificInfo"); specific.is_object()) {
    transport.implementation_specific = specific;
  }
  return transport;
}

}  // namespace

std::optional<AssociateId> decode_associate_id(const Json& value) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty()) {  // the official 2.2.1 file's plain string
    const auto& address = value.get_ref<const std::string&>();
    const bool v6 = address.find(':') != std::string::npos;
    const bool known = v6 || looks_like_ipv4(address);
    return AssociateId{!known ? "" : v6 ? "UE_IPV6_ADDRESS" : "UE_IPv4_ADDRESS", address};
  }
  AssociateId id{canonical_associate_type(member(value, "type")), text(member(value, "value"))};
  if (id.value.empty()) return std::nullopt;
  return id;
}

std::string notification_type(const Json& body) {
  if (!body.is_object()) return {};
  if (std::string type = text(member(body, "notificationType")); !type.empty()) return type;
  if (body.contains("mobilityStatus")) return "MobilityProcedureNotification";
  if (body.contains("adjacentAppInfo")) return "AdjacentAppInfoNotification";
  if (body.contains("operationAction")) return "AppTerminationNotification";
  if (body.contains("serviceReferences")) return "SerAvailabilityNotification";
  if (body.contains("trgEcgi")) return "CellChangeNotification";
  if (body.contains("expiryDeadline")) return "ExpiryNotification";
  if (body.size() == 1 && body.begin().value().is_object()) return notification_type(body.begin().value());
  return {};
}

Result<MobilityProcedureNotification> decode_mobility_notification(const Json& received) {
  const Json& body = unwrapped(received, "mobilityStatus");
  const auto status = decode_status(member(body, "mobilityStatus"));
  if (!status) return nonsense("mobilityStatus is none of TRIGGERED, COMPLETED, FAILED or 1, 2, 3");
  MobilityProcedureNotification notification;
  notification.status = *status;
  notification.associate_ids = decode_associate_ids(member(body, "associateId"));
  if (notification.associate_ids.empty()) return nonsense("associateId names no device");
  const Json& target = member(body, "targetAppInfo");
  notification.target_app_instance_id =
      target.is_string() ? target.get<std::string>() : text(member(target, "appInstanceId"));
  return notification;
}

Result<AdjacentAppInfoNotification> decode_adjacency_notification(const Json& received) {
  const Json& body = unwrapped(received, "adjacentAppInfo");
  AdjacentAppInfoNotification notification;
  const Json& entries = member(body, "adjacentAppInfo");
  if (!entries.is_array() && !entries.is_object() && !entries.is_null()) return nonsense("adjacentAppInfo is no list");
  for (const auto& entry : list_of(entries)) {
    if (auto id = text(member(entry, "appInstanceId")); !id.empty()) notification.app_instance_ids.push_back(id);
  }
  return notification;
}

Result<std::optional<CellChangeNotification>> decode_cell_change_notification(const Json& received) {
  const Json& body = unwrapped(received, "trgEcgi");
  const Json& status = member(body, "hoStatus");
  const bool completed = status.is_null() || number(status) == 3U || upper(text(status)) == "COMPLETED";
  if (!completed) return std::nullopt;
  CellChangeNotification notification;
  notification.associate_ids = decode_associate_ids(member(body, "associateId"));
  if (notification.associate_ids.empty()) return nonsense("associateId names no device");
  const Json& targets = member(body, "trgEcgi");  // one once it is completed; a list all the same
  const auto cell = decode_cell(targets.is_array() && !targets.empty() ? targets.front() : targets);
  if (!cell) return nonsense("trgEcgi names no cell");
  notification.target = *cell;
  return notification;
}

Result<TerminationNotification> decode_termination_notification(const Json& received) {
  const Json& body = unwrapped(received, "operationAction");
  const std::string action = upper(text(member(body, "operationAction")));
  if (action != "STOPPING" && action != "TERMINATING") return nonsense("operationAction is neither STOPPING nor TERMINATING");
  return TerminationNotification{action == "STOPPING" ? OperationAction::Stopping : OperationAction::Terminating,
                                 number(member(body, "maxGracefulTimeout")).value_or(0)};
}

Result<std::vector<ServiceReference>> decode_availability_notification(const Json& received) {
  const Json& body = unwrapped(received, "serviceReferences");
  const Json& entries = member(body, "serviceReferences");
  if (!entries.is_array() && !entries.is_object()) return nonsense("serviceReferences is missing");
  std::vector<ServiceReference> references;
  for (const auto& entry : entries.is_array() ? std::vector<Json>(entries.begin(), entries.end()) : std::vector{entries}) {
    references.push_back({text(member(entry, "serName")), text(member(entry, "serInstanceId")),
                          upper(text(member(entry, "changeType"))), decode_state(member(entry, "state"))});
  }
  return references;
}

Result<ServiceInfo> decode_service(const Json& received) {
  const Json& body = unwrapped(received, "serName");
  ServiceInfo service;
  service.name = text(member(body, "serName"));
  if (service.name.empty()) return nonsense("a service without serName");
  service.instance_id = text(member(body, "serInstanceId"));
  const Json& category = member(body, "serCategory");
  service.category = {text(member(category, "href")), text(member(category, "id")), text(member(category, "name")),
                      text(member(category, "version"))};
  service.version = text(member(body, "version"));
  service.state = decode_state(member(body, "state"));
  service.transport = decode_transport(member(body, "transportInfo"));
  service.scope_of_locality = text(member(body, "scopeOfLocality"));
  if (const Json& flag = member(body, "consumedLocalOnly"); flag.is_boolean()) service.consumed_local_only = flag.get<bool>();
  if (const Json& flag = member(body, "isLocal"); flag.is_boolean()) service.is_local = flag.get<bool>();
  service.liveness_interval_s = number(member(body, "livenessInterval")).value_or(0);
  const Json& links = member(body, "_links");
  service.self_href = text(member(member(links, "self"), "href"));
  service.liveness_href = text(member(member(links, "liveness"), "href"));
  service.app_instance_id = producer_of(service.self_href);
  if (service.instance_id.empty()) service.instance_id = last_segment(service.self_href);
  return service;
}

Result<std::vector<ServiceInfo>> decode_services(const Json& body) {
  if (!body.is_array() && !body.is_object() && !body.is_null()) return nonsense("the list of services is no list");
  std::vector<ServiceInfo> services;
  for (const auto& entry : list_of(body)) {
    if (auto service = decode_service(entry)) services.push_back(std::move(*service));
  }
  return services;
}

Result<MobilityRegistration> decode_mobility_registration(const Json& received) {
  const Json& body = unwrapped(received, "serviceConsumerId");
  if (!body.is_object()) return nonsense("a registration that is no object");
  MobilityRegistration registration;
  registration.id = text(member(body, "appMobilityServiceId"));
  registration.app_instance_id = text(member(member(body, "serviceConsumerId"), "appInstanceId"));
  registration.expiry_s = number(member(body, "expiryTime")).value_or(0);
  const Json& devices = member(body, "deviceInformation");
  for (const auto& device : devices.is_array() ? std::vector<Json>(devices.begin(), devices.end()) : std::vector{devices}) {
    auto id = decode_associate_id(member(device, "associateId"));
    if (!id) continue;
    const std::string state = upper(text(member(device, "contextTransferState")));
    const bool completed = state == "1" || state.find("COMPLETED") != std::string::npos;
    registration.devices.push_back({std::move(*id), decode_level(member(device, "appMobilityServiceLevel")),
                                    completed ? ContextTransferState::Completed : ContextTransferState::NotTransferred});
  }
  return registration;
}

Result<std::vector<AdjacentAppInstance>> decode_adjacent_instances(const Json& body) {
  if (!body.is_array() && !body.is_object()) return nonsense("the list of adjacent instances is no list");
  std::vector<AdjacentAppInstance> instances;
  for (const auto& entry : list_of(body)) {
    AdjacentAppInstance instance{text(member(entry, "appInstanceId")), text(member(entry, "appDId")),
                                 text(member(member(entry, "mecHostInformation"), "hostId"))};
    if (!instance.app_instance_id.empty()) instances.push_back(std::move(instance));
  }
  return instances;
}

Result<std::vector<Rule>> decode_rules(const Json& body, std::string_view id_member) {
  if (!body.is_array() && !body.is_object() && !body.is_null()) return nonsense("the list of rules is no list");
  std::vector<Rule> rules;
  for (auto& entry : list_of(body)) {
    if (auto id = text(member(entry, id_member)); !id.empty()) {
      const bool active = upper(text(member(entry, "state"))) == "ACTIVE";
      rules.push_back({std::move(id), active, std::move(entry)});
    }
  }
  return rules;
}

// Lists since a polygon has several corners, of which any is as good as another; some platforms write one number.
std::optional<Position> position_of(const Json& location_info) {
  const auto degrees = [&](const char* name, double most) -> std::optional<double> {
    const Json& value = member(location_info, name);
    const Json& first = value.is_array() && !value.empty() ? value.front() : value;
    if (!first.is_number()) return std::nullopt;
    const double number = first.get<double>();
    return number >= -most && number <= most ? std::optional(number) : std::nullopt;
  };
  const auto latitude = degrees("latitude", 90), longitude = degrees("longitude", 180);
  return latitude && longitude ? std::optional(Position{*latitude, *longitude}) : std::nullopt;
}

Result<std::vector<UserInfo>> decode_users(const Json& body) {
  const Json& list = body.is_object() && body.contains("userList") ? member(body, "userList") : body;
  const Json& users = list.is_object() ? member(list, "user") : list;
  if (!users.is_array() && !users.is_object() && !users.is_null()) return nonsense("userList.user is no list");
  std::vector<UserInfo> result;
  for (const auto& user : users.is_array() ? std::vector<Json>(users.begin(), users.end()) : std::vector{users}) {
    UserInfo info{text(member(user, "address")), text(member(user, "zoneId")), text(member(user, "accessPointId")),
                  position_of(member(user, "locationInfo"))};
    if (!info.address.empty()) result.push_back(std::move(info));
  }
  return result;
}

Result<std::vector<CellUser>> decode_cell_users(const Json& received) {
  const Json& body = unwrapped(received, "cellUserInfo");
  const Json& cells = member(body, "cellUserInfo");
  if (!cells.is_array() && !cells.is_null()) return nonsense("cellUserInfo is no list");
  std::vector<CellUser> result;
  for (const auto& entry : cells) {
    const auto cell = decode_cell(member(entry, "ecgi"));
    const Json& users = member(entry, "ueInfo");
    if (!cell || !users.is_array()) continue;
    for (const auto& user : users)
      for (auto& id : decode_associate_ids(member(user, "associateId"))) result.push_back({std::move(id), *cell});
  }
  return result;
}

Result<std::vector<std::string>> decode_subscription_links(const Json& received) {
  if (!received.is_object()) return nonsense("a list of subscriptions that is no object");
  const Json& links = member(received, "_links");
  std::vector<std::string> hrefs;
  for (const Json* holder : {&links, &received}) {
    for (const auto* name : {"subscriptions", "subscription"}) {
      const Json& entries = member(*holder, name);
      for (const auto& entry : entries.is_array() ? std::vector<Json>(entries.begin(), entries.end()) : std::vector{entries}) {
        if (auto href = text(member(entry, "href")); !href.empty()) hrefs.push_back(std::move(href));
      }
    }
  }
  return hrefs;
}

std::string last_segment(std::string_view uri) {
  uri = uri.substr(0, uri.find_first_of("?#"));
  while (!uri.empty() && uri.back() == '/') uri.remove_suffix(1);
  const auto slash = uri.rfind('/');
  return std::string{slash == std::string_view::npos ? uri : uri.substr(slash + 1)};
}

std::string created_id(std::string_view location, const Json& body, std::string_view id_member) {
  if (!location.empty()) return last_segment(location);
  if (auto id = text(member(body, id_member)); !id.empty()) return id;
  if (auto href = text(member(member(member(body, "_links"), "self"), "href")); !href.empty()) return last_segment(href);
  if (auto url = text(member(body, "resourceURL")); !url.empty()) return last_segment(url);
  if (body.is_object() && body.size() == 1 && body.begin().value().is_object()) {
    return created_id({}, body.begin().value(), id_member);
  }
  return {};
}

std::string problem_text(const Json& body) {
  const std::string title = text(member(body, "title"));
  const std::string detail = text(member(body, "detail"));
  return title.empty() || detail.empty() ? title + detail : title + ": " + detail;
}

}  // namespace edgecse::mec
