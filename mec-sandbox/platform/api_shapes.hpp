// SPDX-License-Identifier: Apache-2.0
//
// The request bodies of MEC 011 and MEC 021 as shapes, by edition.
#pragma once

#include "platform/shape.hpp"
#include "scenario/scenario.hpp"

namespace edgecse::sandbox {

/// How the AMS writes its enumerations: the editions and files of MEC 021 disagree.
enum class EnumerationStyle { Strings, Integers };

/// MEC TimeStamp.
[[nodiscard]] Shape time_stamp_shape();

/// MEC 011 TransportInfo whose implSpecificInfo, optional, has this shape; MEC 033 uses it too.
[[nodiscard]] Shape with_implementation_details(Edition edition, const Shape& details);

// MEC 011, application support
[[nodiscard]] Shape app_ready_confirmation();
[[nodiscard]] Shape app_termination_confirmation();
[[nodiscard]] Shape app_termination_subscription();
[[nodiscard]] Shape app_info();
[[nodiscard]] Shape traffic_rule(Edition edition);
[[nodiscard]] Shape dns_rule();

// MEC 011, service management
enum class ServiceInfoUse { Create, Update };
[[nodiscard]] Shape service_info(Edition edition, ServiceInfoUse use);
[[nodiscard]] Shape availability_subscription(Edition edition);
[[nodiscard]] Shape liveness_update();

// MEC 021
[[nodiscard]] Shape registration_info(EnumerationStyle style);
[[nodiscard]] Shape mobility_subscription(EnumerationStyle style);

}  // namespace edgecse::sandbox
