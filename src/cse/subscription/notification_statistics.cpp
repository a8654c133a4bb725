// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/notification_statistics.hpp"

#include <algorithm>

#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse {
namespace {

/// The entries, one a target: made with the first count.
Json& entries_of(Resource& subscription) {
  Json& list = subscription.attributes["nsi"];
  if (!list.is_array()) list = Json::array();
  for (const std::string& target : strings_of(subscription.attributes, "nu")) {
    const bool known = std::ranges::any_of(list, [&](const Json& entry) { return entry.value("tg", "") == target; });
    if (!known) list.push_back({{"tg", target}, {"rqs", 0}, {"rsr", 0}, {"noec", 0}});
  }
  return list;
}

void count(Resource& subscription, const std::string& target, const char* what, std::int64_t more) {
  if (!counts_statistics(subscription)) return;
  for (Json& entry : entries_of(subscription))
    if (entry.value("tg", "") == target) entry[what] = entry.value(what, std::int64_t{0}) + more;
}

}  // namespace

bool counts_statistics(const Resource& subscription) { return subscription.attributes.value("nse", false); }

void count_event(Resource& subscription) {
  if (!counts_statistics(subscription)) return;
  for (Json& entry : entries_of(subscription)) entry["noec"] = entry.value("noec", std::int64_t{0}) + 1;
}

void count_requests(Resource& subscription, const std::string& target, std::int64_t notifications) {
  count(subscription, target, "rqs", notifications);
}

void count_responses(Resource& subscription, const std::string& target, std::int64_t notifications) {
  count(subscription, target, "rsr", notifications);
}

void change_statistics(Resource& subscription, const Json& requested) {
  const auto enable = requested.find("nse");
  if (enable != requested.end() && *enable != Json(false)) subscription.attributes.erase("nsi");
  const auto entries = subscription.attributes.find("nsi");
  if (entries == subscription.attributes.end() || !entries->is_array()) return;
  const std::vector<std::string> targets = strings_of(subscription.attributes, "nu");
  Json kept = Json::array();
  for (Json& entry : *entries)
    if (std::ranges::find(targets, entry.value("tg", "")) != targets.end()) kept.push_back(std::move(entry));
  *entries = std::move(kept);
  if (counts_statistics(subscription)) entries_of(subscription);
}

}  // namespace edgecse::cse
