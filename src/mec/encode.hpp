// SPDX-License-Identifier: Apache-2.0
//
// Bodies that we send: the spelling that AdvantEDGE and the MEC Sandbox take, which the corrected official files allow too.
#pragma once

#include <span>
#include <string>

#include "mec/types.hpp"

namespace edgecse::mec {

/// MEC 021 enumerations are strings on the wire of AdvantEDGE, integers in the official 2.2.1 file.
enum class EnumerationStyle { Strings, Integers };

[[nodiscard]] Json encode_ready();
[[nodiscard]] Json encode_termination_confirmation(OperationAction action);
[[nodiscard]] Json encode_termination_subscription(const std::string& app_instance_id, const std::string& callback);
[[nodiscard]] Json encode_availability_subscription(std::span<const std::string> service_names, const std::string& callback);
/// Without what a POST must not carry (serInstanceId, _links).
[[nodiscard]] Json encode_service(const ServiceInfo& service);
[[nodiscard]] Json encode_liveness_update();
[[nodiscard]] Json encode_iot_platform(const IotPlatform& platform);
[[nodiscard]] Json encode_app_info(const std::string& app_name, const std::string& endpoint_uri);
/// With the identifier only in a PUT.
[[nodiscard]] Json encode_mobility_registration(const MobilityRegistration& registration, EnumerationStyle style);
[[nodiscard]] Json encode_mobility_subscription(const std::string& app_instance_id, const std::string& callback,
                                                std::uint64_t expires_unix_s, EnumerationStyle style);
[[nodiscard]] Json encode_adjacency_subscription(const std::string& app_instance_id, const std::string& callback,
                                                 std::uint64_t expires_unix_s);

/// MEC 012, of these users only.
[[nodiscard]] Json encode_cell_change_subscription(const std::string& app_instance_id, const std::string& callback,
                                                   std::uint64_t expires_unix_s, std::span<const AssociateId> users);

[[nodiscard]] std::string_view to_text(ServiceState state);
[[nodiscard]] std::string_view to_text(OperationAction action);

}  // namespace edgecse::mec
