// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_checks.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr std::size_t kMaximumTargets = 100;  // each event costs a row and a request for each
constexpr int kBlockingUpdate = 7, kMissingData = 8, kBlockingRetrieve = 9, kBlockingRetrieveOfChild = 10;

/// notificationContentType by notificationEventType: the default, and what else fits. TS-0004 6.3.4.2.
struct ContentTypes {
  int event_type;
  int standard;
  std::vector<int> others;
};
const std::vector<ContentTypes>& content_types() {
  static const std::vector<ContentTypes> kTypes{{1, 1, {2, 3}}, {2, 1, {3}}, {3, 1, {3}}, {4, 1, {3}},  {5, 1, {3}},
                                                {6, 4, {}},     {7, 2, {}},  {8, 5, {}},  {9, 1, {3}}, {10, 1, {3}}};
  return kTypes;
}
const ContentTypes* content_types_of(int event_type) {
  const auto found = std::ranges::find(content_types(), event_type, &ContentTypes::event_type);
  return found == content_types().end() ? nullptr : &*found;
}

bool contains(const std::vector<int>& list, int value) { return std::ranges::find(list, value) != list.end(); }

Result<> bad(std::string sentence) { return refuse(ResponseStatus::BadRequest, std::move(sentence)); }

Result<> check_no_second(const SubscriptionCheck& check, int event_type) {
  for (const ResourcePtr& sibling : check.tree.children(check.parent.id)) {
    if (sibling->type != onem2m::type::kSubscription || (check.existing != nullptr && sibling->id == check.existing->id)) continue;
    const auto criteria = read_notification_criteria(member_of(sibling->attributes, "enc"));
    if (criteria && contains(criteria->event_types, event_type))
      return refuse(ResponseStatus::BlockingSubscriptionAlreadyExists,
                    fmt::format("'{}' has a subscription with the blocking event {} already", check.parent.name, event_type));
  }
  return {};
}

Result<> check_blocking(const SubscriptionCheck& check, const NotificationCriteria& criteria) {
  const auto blocking = std::ranges::find_if(criteria.event_types, is_blocking);
  const Json& enc = member_of(check.subscription, "enc");
  if (blocking == criteria.event_types.end()) return {};
  if (check.existing != nullptr && !member_of(member_of(check.requested, "enc"), "net").is_null())
    return bad(fmt::format("enc/net cannot become {} (blocking) by an UPDATE", *blocking));
  if (auto first = check_no_second(check, *blocking); !first) return first;
  if (criteria.event_types.size() > 1) return bad(fmt::format("enc/net {} goes with no other event", *blocking));
  if (const Json& targets = member_of(check.subscription, "nu"); targets.is_array() && targets.size() > 1)
    return bad(fmt::format("enc/net {} has one notification target (nu)", *blocking));
  for (const char* name : {"exc", "gpi", "nfu", "bn", "rl", "psn", "pn", "nsp", "ln", "nec", "acrs"})
    if (!member_of(check.subscription, name).is_null())
      return bad(fmt::format("{} does not go with enc/net {}", name, *blocking));
  for (const auto& [name, value] : enc.items())
    if (name != "atr" && name != "net" && !(name == "chty" && *blocking == kBlockingRetrieveOfChild))
      return bad(fmt::format("enc/{} does not go with enc/net {}", name, *blocking));
  return {};
}

Result<> check_missing_data(const SubscriptionCheck& check, const NotificationCriteria& criteria) {
  const bool told = !member_of(member_of(check.subscription, "enc"), "md").is_null();
  if (contains(criteria.event_types, kMissingData)) {
    if (!told) return bad("enc/net 8 (missing data) needs enc/md");
    if (criteria.event_types.size() > 1) return bad("enc/net 8 (missing data) goes with no other event");
  }
  if (told && check.parent.type != onem2m::type::kTimeSeries) return bad("enc/md is for a timeSeries only");
  return {};
}

Result<> check_child_types(const Resource& parent, const NotificationCriteria& criteria) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(parent.type);
  for (const int child : criteria.child_types)
    if (rule != nullptr && !rule->allows_child(child))
      return bad(fmt::format("enc/chty {} is no child type of {}", child, rule->name));
  return {};
}

Result<> check_monitors(const Json& enc) {
  const Json& monitors = member_of(enc, "om");
  if (monitors.is_null()) return {};
  if (!member_of(enc, "net").is_null()) return bad("enc/net and enc/om exclude each other");
  for (const Json& monitor : monitors)
    if (member_of(monitor, "ops").is_null() && member_of(monitor, "or").is_null()) return bad("an entry of enc/om needs ops or or");
  return {};
}

Result<> check_content_type(const Json& subscription, const NotificationCriteria& criteria) {
  const Json& given = member_of(subscription, "nct");
  int standard = 0;
  for (const int event_type : criteria.event_types) {
    const ContentTypes* const fitting = content_types_of(event_type);
    if (fitting == nullptr) return bad(fmt::format("enc/net {} is not known", event_type));
    if (!given.is_number_integer()) {
      if (standard != 0 && standard != fitting->standard) return bad("nct must say what the events of enc/net have in common");
      standard = fitting->standard;
    } else if (const int type = given.get<int>(); type != fitting->standard && !contains(fitting->others, type)) {
      return bad(fmt::format("nct {} does not fit enc/net {}", type, event_type));
    }
  }
  return {};
}

}  // namespace

Result<> check_notification_targets(const Json& subscription) {
  const Json& targets = member_of(subscription, "nu");
  if (!targets.is_array()) return {};
  if (targets.empty()) return bad("nu names no notification target");
  if (targets.size() > kMaximumTargets)
    return refuse(ResponseStatus::NotImplemented, fmt::format("nu names more than {} notification targets", kMaximumTargets));
  for (const Json& entry : targets) {
    if (!entry.is_string() || entry.get_ref<const std::string&>().empty()) return bad("nu has an entry that is no address");
    const NotificationTarget target = read_notification_target(entry);
    if (!target.serialization.empty() && target.serialization != "json")
      return refuse(ResponseStatus::NotImplemented, fmt::format("notifications as {} are not supported", target.serialization));
  }
  return {};
}

bool is_blocking(int event_type) {
  return event_type == kBlockingUpdate || event_type == kBlockingRetrieve || event_type == kBlockingRetrieveOfChild;
}

Result<> check_subscription(const SubscriptionCheck& check) {
  const Json& enc = member_of(check.subscription, "enc");
  const auto criteria = read_notification_criteria(enc);
  if (!criteria) return tl::unexpected(criteria.error());
  if (auto fits = check_blocking(check, *criteria); !fits) return fits;
  if (auto fits = check_missing_data(check, *criteria); !fits) return fits;
  if (auto fits = check_child_types(check.parent, *criteria); !fits) return fits;
  if (auto fits = check_monitors(enc); !fits) return fits;
  if (auto fits = check_content_type(check.subscription, *criteria); !fits) return fits;
  if (auto fits = check_notification_targets(check.subscription); !fits) return fits;
  return check_notification_policies(check.subscription);
}

void complete_subscription(Json& attributes) {
  Json& enc = attributes["enc"];
  if (!enc.is_object()) enc = Json::object();
  if (!enc.contains("net") && !enc.contains("om")) enc["net"] = {1};
  if (!attributes.contains("nct")) {
    const Json& events = member_of(enc, "net");
    const ContentTypes* const fitting = events.is_array() && !events.empty() ? content_types_of(events[0].get<int>()) : nullptr;
    attributes["nct"] = fitting != nullptr ? fitting->standard : 1;
  }
  if (const auto batch = attributes.find("bn"); batch != attributes.end() && batch->is_object() && !batch->contains("dur"))
    (*batch)["dur"] = kDefaultBatchDuration;
}

}  // namespace edgecse::cse
