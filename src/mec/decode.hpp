// SPDX-License-Identifier: Apache-2.0
//
// Bodies that platforms send, in every spelling seen: enumerations as strings or numbers, bodies wrapped in a member or not,
// null or missing _links, missing members. What fits none of them fails with Nonsense and a sentence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mec/error.hpp"
#include "mec/types.hpp"

namespace edgecse::mec {

/// notificationType of a callback's body; when it is missing or empty, told from the members. Empty: unknown.
[[nodiscard]] std::string notification_type(const Json& body);

[[nodiscard]] std::optional<AssociateId> decode_associate_id(const Json& value);
[[nodiscard]] Result<MobilityProcedureNotification> decode_mobility_notification(const Json& body);
[[nodiscard]] Result<AdjacentAppInfoNotification> decode_adjacency_notification(const Json& body);
[[nodiscard]] Result<TerminationNotification> decode_termination_notification(const Json& body);
[[nodiscard]] Result<std::vector<ServiceReference>> decode_availability_notification(const Json& body);

/// Nothing: the handover is not completed.
[[nodiscard]] Result<std::optional<CellChangeNotification>> decode_cell_change_notification(const Json& body);

[[nodiscard]] Result<ServiceInfo> decode_service(const Json& body);
/// Entries that are no services are left out.
[[nodiscard]] Result<std::vector<ServiceInfo>> decode_services(const Json& body);
[[nodiscard]] Result<MobilityRegistration> decode_mobility_registration(const Json& body);
[[nodiscard]] Result<std::vector<AdjacentAppInstance>> decode_adjacent_instances(const Json& body);
/// id_member: dnsRuleId or trafficRuleId.
[[nodiscard]] Result<std::vector<Rule>> decode_rules(const Json& body, std::string_view id_member);
[[nodiscard]] Result<std::vector<UserInfo>> decode_users(const Json& body);
/// Users of a RabInfo; those that nothing names are left out.
[[nodiscard]] Result<std::vector<CellUser>> decode_cell_users(const Json& body);
/// The links of a SubscriptionLinkList of MEC 011 or MEC 021.
[[nodiscard]] Result<std::vector<std::string>> decode_subscription_links(const Json& body);

/// Identifier of a created resource: the last segment of Location, else of the body's self link or resourceURL, else the
/// named member. Empty: the platform did not tell.
[[nodiscard]] std::string created_id(std::string_view location, const Json& body, std::string_view member);
/// title and detail of a ProblemDetails, for people; empty when the body is none.
[[nodiscard]] std::string problem_text(const Json& body);
[[nodiscard]] std::string last_segment(std::string_view uri);

}  // namespace edgecse::mec
