// SPDX-License-Identifier: Apache-2.0
//
// What the MEC APIs carry, as values. MEC 011 8.1 (service management), 7.1 (application support), MEC 021 6, MEC 013 6.
// Editions disagree on spelling; decode.hpp takes all of them, encode.hpp writes the one that AdvantEDGE reads.
#pragma once

#include <compare>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace edgecse::mec {

using Json = nlohmann::json;

/// Of a mobility procedure. CANCELLED, which some editions name, counts as Failed: the user stays.
enum class MobilityStatus { Triggered, Completed, Failed };
enum class MobilityServiceLevel { NotAllowed, WithConfirmation, WithoutConfirmation };
enum class ContextTransferState { NotTransferred, Completed };
enum class ServiceState { Active, Inactive, Suspended };
enum class OperationAction { Stopping, Terminating };

/// How the network names a device: {UE_IPv4_ADDRESS, 10.100.0.1}. MEC 021 6.5.2.
struct AssociateId {
  std::string type;  // UE_IPv4_ADDRESS, UE_IPV6_ADDRESS, NATED_IP_ADDRESS, GTP_TEID, or as received
  std::string value;
  auto operator<=>(const AssociateId&) const = default;
};

struct DeviceInformation {
  AssociateId associate_id;
  MobilityServiceLevel level = MobilityServiceLevel::WithoutConfirmation;
  ContextTransferState context_transfer_state = ContextTransferState::NotTransferred;
  bool operator==(const DeviceInformation&) const = default;
};

/// MEC 021 RegistrationInfo as a platform answers it.
struct MobilityRegistration {
  std::string id;  // appMobilityServiceId; may be missing in the body
  std::string app_instance_id;
  std::vector<DeviceInformation> devices;
  std::uint64_t expiry_s = 0;  // 0: none
};

struct MobilityProcedureNotification {
  std::vector<AssociateId> associate_ids;
  MobilityStatus status = MobilityStatus::Triggered;
  std::string target_app_instance_id;  // empty: not told
};

struct AdjacentAppInfoNotification {
  std::vector<std::string> app_instance_ids;
};

struct AdjacentAppInstance {
  std::string app_instance_id;
  std::string app_descriptor_id;
  std::string host_id;
};

struct TerminationNotification {
  OperationAction action = OperationAction::Terminating;
  std::uint64_t maximum_graceful_timeout_s = 0;
};

struct CategoryRef {
  std::string href, id, name, version;
  bool operator==(const CategoryRef&) const = default;
};

struct TransportInfo {
  std::string id, name, description;
  std::string type = "REST_HTTP";
  std::string protocol = "HTTP";
  std::string version = "1.1";
  std::vector<std::string> uris;
  std::string token_endpoint;  // empty: no OAuth 2.0 required
  Json implementation_specific = Json::object();
  bool operator==(const TransportInfo&) const = default;
};

/// MEC 033 IotPlatformInfo: what reaches devices here, and the services beyond MEC's.
struct IotPlatform {
  std::string id;
  TransportInfo transport;
};

struct ServiceInfo {
  std::string instance_id;  // serInstanceId; the platform's choice
  std::string name;
  CategoryRef category;
  std::string version;
  ServiceState state = ServiceState::Active;
  TransportInfo transport;
  std::string scope_of_locality = "MEC_SYSTEM";
  bool consumed_local_only = false;
  bool is_local = true;
  std::uint64_t liveness_interval_s = 0;
  std::string self_href, liveness_href;  // as answered, may be empty
  std::string app_instance_id;           // of the producer, when the self link tells it
};

struct ServiceReference {
  std::string name, instance_id, change_type;
  ServiceState state = ServiceState::Active;
};

/// MEC 011: a DNS rule or a traffic rule that the platform holds for an instance.
struct Rule {
  std::string id;
  bool active = false;
  Json document;  // the whole rule, since a PUT must send it back
};

/// MEC 012: a cell of the radio network, of LTE or NR (Ecgi, Nrcgi).
struct CellIdentity {
  std::string mcc, mnc;  // of the network
  std::string id;
  auto operator<=>(const CellIdentity&) const = default;
};

/// A handover that is completed.
struct CellChangeNotification {
  std::vector<AssociateId> associate_ids;
  CellIdentity target;
};

/// A user and the cell that its bearers are in.
struct CellUser {
  AssociateId associate_id;
  CellIdentity cell;
};

/// MEC 013: where a user is attached, and where the network thinks that it is.
struct Position {
  double latitude = 0, longitude = 0;  // degrees, WGS 84
};
struct UserInfo {
  std::string address, zone_id, access_point_id;
  std::optional<Position> position;
};

}  // namespace edgecse::mec
