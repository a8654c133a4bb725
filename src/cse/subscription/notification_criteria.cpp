// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/notification_criteria.hpp"

#include <algorithm>

#include "onem2m/filter_criteria_json.hpp"

namespace edgecse::cse {
namespace {

using onem2m::NotificationEventType;
using onem2m::Result;

constexpr const char* kConditions[] = {"crb", "cra", "ms", "us", "sts", "stb", "exb", "exa", "sza", "szb", "fo"};

std::vector<int> numbers(const Json& list) {
  std::vector<int> values;
  if (list.is_array())
    for (const Json& entry : list)
      if (entry.is_number_integer()) values.push_back(entry.get<int>());
  return values;
}

std::vector<OperationMonitor> read_monitors(const Json& list) {
  std::vector<OperationMonitor> monitors;
  if (!list.is_array()) return monitors;
  for (const Json& entry : list) {
    OperationMonitor monitor;
    if (const Json& operations = member_of(entry, "ops"); operations.is_number_integer()) monitor.operations = operations.get<int>();
    if (const Json& originator = member_of(entry, "or"); originator.is_string()) monitor.originator = originator.get<std::string>();
    monitors.push_back(std::move(monitor));
  }
  return monitors;
}

bool is_about_child(NotificationEventType type) {
  return type == NotificationEventType::CreateOfDirectChild || type == NotificationEventType::DeleteOfDirectChild;
}

}  // namespace

const Json& member_of(const Json& object, const char* name) {
  static const Json kAbsent;
  if (!object.is_object()) return kAbsent;
  const auto found = object.find(name);
  return found != object.end() ? *found : kAbsent;
}

std::vector<std::string> strings_of(const Json& attributes, const char* short_name) {
  std::vector<std::string> list;
  if (const Json& entries = member_of(attributes, short_name); entries.is_array())
    for (const Json& entry : entries)
      if (entry.is_string()) list.push_back(entry.get<std::string>());
  return list;
}

bool NotificationCriteria::wants(NotificationEventType event_type) const {
  return std::ranges::find(event_types, static_cast<int>(event_type)) != event_types.end();
}

bool NotificationCriteria::takes_child(int type) const {
  return child_types.empty() || std::ranges::find(child_types, type) != child_types.end();
}

bool NotificationCriteria::touches(const Json& changed) const {
  return attributes.empty() || std::ranges::any_of(attributes, [&](const std::string& name) { return changed.contains(name); });
}

bool NotificationCriteria::match(NotificationEventType event_type, const ResourceEvent& event) const {
  if (!wants(event_type)) return false;
  if (is_about_child(event_type) && !takes_child(event.type)) return false;
  if (event_type == NotificationEventType::UpdateOfResource && !attributes.empty() &&
      (event.modified == nullptr || !touches(*event.modified)))
    return false;
  return !conditions.has_conditions() || onem2m::matches(conditions, {event.attributes, event.type, nullptr, 0, {}});
}

bool NotificationCriteria::monitors_attempt(onem2m::AccessOperation operation, const std::string& originator) const {
  return std::ranges::any_of(monitors, [&](const OperationMonitor& monitor) {
    return (monitor.operations == 0 || (monitor.operations & static_cast<int>(operation)) != 0) &&
           (monitor.originator.empty() || monitor.originator == originator);
  });
}

Result<NotificationCriteria> read_notification_criteria(const Json& given) {
  NotificationCriteria criteria;
  criteria.event_types = numbers(member_of(given, "net"));
  criteria.monitors = read_monitors(member_of(given, "om"));
  if (criteria.event_types.empty() && criteria.monitors.empty())
    criteria.event_types = {static_cast<int>(NotificationEventType::UpdateOfResource)};
  criteria.child_types = numbers(member_of(given, "chty"));
  criteria.attributes = strings_of(given, "atr");
  Json conditions = Json::object();
  for (const char* name : kConditions)
    if (const Json& value = member_of(given, name); !value.is_null()) conditions[name] = value;
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

}  // namespace edgecse::cse
