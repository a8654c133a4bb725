// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/notification_criteria.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "cse/subscription/notification_policies.hpp"
#include "onem2m/filter_criteria_json.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

using onem2m::NotificationEventType;
using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr std::size_t kMaximumTargets = 100;  // each event costs a row and a request for each
constexpr const char* kConditions[] = {"crb", "cra", "ms", "us", "sts", "stb", "exb", "exa", "sza", "szb", "fo"};

const Json& member(const Json& object, const char* name) {
  static const Json kAbsent;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : kAbsent;
}

std::vector<int> numbers(const Json& list) {
  std::vector<int> values;
  if (list.is_array())
    for (const Json& entry : list)
      if (entry.is_number_integer()) values.push_back(entry.get<int>());
  return values;
}

bool contains(const std::vector<int>& list, NotificationEventType type) {
  return std::ranges::find(list, static_cast<int>(type)) != list.end();
}

Result<> check_event_types(int parent_type, const Json& criteria, const std::vector<int>& net, bool is_update) {
  if (contains(net, NotificationEventType::BlockingUpdate)) {
    if (is_update) return refuse(ResponseStatus::BadRequest, "enc/net cannot become 7 (blocking update) by an UPDATE");
    return refuse(ResponseStatus::NotImplemented, "enc/net 7 (blocking update) is not supported");
  }
  const bool missing_data = !member(criteria, "md").is_null();
  if (contains(net, NotificationEventType::ReportOnMissingDataPoints) && !missing_data)
    return refuse(ResponseStatus::BadRequest, "enc/net 8 (missing data) needs enc/md");
  if (missing_data && parent_type != onem2m::type::kTimeSeries)
    return refuse(ResponseStatus::BadRequest, "enc/md is for a timeSeries only");
  for (const int type : net)
    if (type > static_cast<int>(NotificationEventType::DeleteOfDirectChild))
      return refuse(ResponseStatus::NotImplemented, fmt::format("enc/net {} is not supported", type));
  return {};
}

Result<> check_child_types(int parent_type, const Json& criteria) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(parent_type);
  for (const int child : numbers(member(criteria, "chty")))
    if (rule != nullptr && !rule->allows_child(child))
      return refuse(ResponseStatus::BadRequest,
                    fmt::format("enc/chty {} is no child type of {}", child, rule->name));
  return {};
}

Result<> check_content_type(const Json& subscription, const std::vector<int>& net) {
  const Json& given = member(subscription, "nct");
  if (!given.is_number_integer()) return {};
  const int type = given.get<int>();
  if (type >= 4) return refuse(ResponseStatus::BadRequest, fmt::format("nct {} does not fit enc/net", type));
  const bool updates_only =
      std::ranges::all_of(net, [](int event) { return event == static_cast<int>(NotificationEventType::UpdateOfResource); });
  if (type == 2 && !updates_only)
    return refuse(ResponseStatus::BadRequest, "nct 2 (modified attributes) fits enc/net 1 (update) only");
  return {};
}

Result<> check_unsupported(const Json& subscription) {
  constexpr const char* kUnsupported[] = {"psn", "acrs", "gpi"};
  for (const char* name : kUnsupported)
    if (!member(subscription, name).is_null())
      return refuse(ResponseStatus::NotImplemented, fmt::format("the subscription's attribute {} is not supported", name));
  if (member(subscription, "nse") == Json(true))
    return refuse(ResponseStatus::NotImplemented, "notification statistics (nse) are not supported");
  return {};
}

Result<> check_targets(const Json& subscription) {
  const Json& targets = member(subscription, "nu");
  if (!targets.is_array()) return {};
  if (targets.empty()) return refuse(ResponseStatus::BadRequest, "nu names no notification target");
  if (targets.size() > kMaximumTargets)
    return refuse(ResponseStatus::NotImplemented, fmt::format("nu names more than {} notification targets", kMaximumTargets));
  for (const Json& entry : targets) {
    if (!entry.is_string() || entry.get_ref<const std::string&>().empty())
      return refuse(ResponseStatus::BadRequest, "nu has an entry that is no address");
    const NotificationTarget target = read_notification_target(entry);
    if (!target.serialization.empty() && target.serialization != "json")
      return refuse(ResponseStatus::NotImplemented, fmt::format("notifications as {} are not supported", target.serialization));
  }
  return {};
}

}  // namespace

bool NotificationCriteria::wants(NotificationEventType event_type) const { return contains(event_types, event_type); }

bool NotificationCriteria::match(NotificationEventType event_type, const ResourceEvent& event) const {
  if (!wants(event_type)) return false;
  const bool about_child =
      event_type == NotificationEventType::CreateOfDirectChild || event_type == NotificationEventType::DeleteOfDirectChild;
  if (about_child && !child_types.empty() && std::ranges::find(child_types, event.type) == child_types.end()) return false;
  if (event_type == NotificationEventType::UpdateOfResource && !attributes.empty()) {
    const auto changed = [&](const std::string& name) { return event.modified != nullptr && event.modified->contains(name); };
    if (std::ranges::none_of(attributes, changed)) return false;
  }
  return !conditions.has_conditions() || onem2m::matches(conditions, {event.attributes, event.type, nullptr, 0, {}});
}

Result<NotificationCriteria> read_notification_criteria(const Json& subscription) {
  NotificationCriteria criteria;
  const Json& given = member(subscription, "enc");
  criteria.event_types = numbers(member(given, "net"));
  if (criteria.event_types.empty()) criteria.event_types = {static_cast<int>(NotificationEventType::UpdateOfResource)};
  criteria.child_types = numbers(member(given, "chty"));
  if (const Json& names = member(given, "atr"); names.is_array())
    for (const Json& name : names)
      if (name.is_string()) criteria.attributes.push_back(name);
  Json conditions = Json::object();
  for (const char* name : kConditions)
    if (const Json& value = member(given, name); !value.is_null()) conditions[name] = value;
  if (conditions.empty()) return criteria;
  auto read = onem2m::filter_criteria_from_json(conditions);
  if (!read) return tl::unexpected(onem2m::Error{read.error().status, "enc: " + read.error().detail});
  criteria.conditions = std::move(*read);
  return criteria;
}

NotificationTarget read_notification_target(const std::string& notification_uri) {
  NotificationTarget target{notification_uri, {}, notification_uri.find("://") != std::string::npos};
  if (!target.is_url) return target;
  const std::size_t query = notification_uri.find('?');
  if (query == std::string::npos) return target;
  // TS-0009 6.2.2.2: the hint is for this CSE and is not sent; other parts of the query are the target's own.
  target.address = notification_uri.substr(0, query);
  char separator = '?';
  for (std::size_t begin = query + 1; begin <= notification_uri.size();) {
    const std::size_t end = std::min(notification_uri.find('&', begin), notification_uri.size());
    const std::string part = notification_uri.substr(begin, end - begin);
    if (part.starts_with("ct=")) {
      target.serialization = part.substr(3);
    } else if (!part.empty()) {
      target.address += std::exchange(separator, '&') + part;
    }
    begin = end + 1;
  }
  return target;
}

Result<> check_subscription(int parent_type, const Json& subscription, bool is_update) {
  const auto criteria = read_notification_criteria(subscription);
  if (!criteria) return tl::unexpected(criteria.error());
  const Json& given = member(subscription, "enc");
  if (auto fits = check_event_types(parent_type, given, criteria->event_types, is_update); !fits) return fits;
  if (auto fits = check_child_types(parent_type, given); !fits) return fits;
  if (!member(given, "om").is_null()) {
    if (!member(given, "net").is_null()) return refuse(ResponseStatus::BadRequest, "enc/net and enc/om exclude each other");
    return refuse(ResponseStatus::NotImplemented, "enc/om (operation monitor) is not supported");
  }
  if (auto fits = check_content_type(subscription, criteria->event_types); !fits) return fits;
  if (auto fits = check_targets(subscription); !fits) return fits;
  if (auto fits = check_notification_policies(subscription); !fits) return fits;
  return check_unsupported(subscription);
}

}  // namespace edgecse::cse
