// SPDX-License-Identifier: Apache-2.0
//
// notificationStatsEnable and notificationStatsInfo of a <subscription> or <crossResourceSubscription>: events, requests and
// responses counted per target. release4 5.3. The resource is a copy that the caller puts.
#pragma once

#include <string>

#include "cse/resource.hpp"

namespace edgecse::cse {

[[nodiscard]] bool counts_statistics(const Resource& subscription);
/// One more event: for every target.
void count_event(Resource& subscription);
/// So many notifications went to the target, or were answered by it; the target as nu writes it.
void count_requests(Resource& subscription, const std::string& target, std::int64_t notifications);
void count_responses(Resource& subscription, const std::string& target, std::int64_t notifications);
/// After an UPDATE: nse set again or removed starts afresh, entries of targets that are gone go.
void change_statistics(Resource& subscription, const Json& requested);

}  // namespace edgecse::cse
