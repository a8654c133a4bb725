// SPDX-License-Identifier: Apache-2.0
//
// Subscriptions of onem2m_data/v1 as applications send them. Pure.
#pragma once

#include <string>

#include "base/result.hpp"
#include "edge/requester.hpp"
#include "net/http_message.hpp"

namespace edgecse::edge {

inline constexpr const char* kDataChange = "DataChangeSubscription";
inline constexpr const char* kDeviceMobility = "DeviceMobilitySubscription";

/// Empty when the body is a subscription of one of the two kinds; else the sentence for the application.
[[nodiscard]] std::string check_subscription(const Json& body);
/// The subscription without _links and with its subscriptionType, or the refusal.
[[nodiscard]] base::Result<Json, net::HttpResponse> read_subscription(const net::HttpRequest& request);

}  // namespace edgecse::edge
