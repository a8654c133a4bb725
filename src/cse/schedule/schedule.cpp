// SPDX-License-Identifier: Apache-2.0
#include "cse/schedule/schedule.hpp"

#include <algorithm>

#include "cse/access_conditions.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr int kCrossResourceSubscription = 48;
constexpr const char* kOfSubscription = "notificationSchedule";
constexpr const char* kMark = "schedule";  // internal of the CSEBase: ri of its schedule

bool is_subscription(int number) { return number == type::kSubscription || number == kCrossResourceSubscription; }

Result<> check_network_coordination(int parent_type, const Json& attributes) {
  const auto coordinated = attributes.find("nco");
  if (coordinated == attributes.end() || coordinated->is_null()) return {};
  if (parent_type != type::kNode)
    return refuse(ResponseStatus::ContentsUnacceptable, "nco belongs to the schedule of a node");
  if (*coordinated == true)
    return refuse(ResponseStatus::NotImplemented, "nco: no network is connected that would coordinate the schedule");
  return {};
}

}  // namespace

Result<> ScheduleProcedure::check_create(const CreateCheck& check) const {
  if (check.parent.type == type::kCseBase && check.parent.internal.contains(kMark))
    return refuse(ResponseStatus::BadRequest, "the CSEBase has a schedule already");
  if (is_subscription(check.parent.type) && check.attributes.value("rn", kOfSubscription) != kOfSubscription)
    return refuse(ResponseStatus::BadRequest, std::string("the schedule of a subscription is named ") + kOfSubscription);
  return check_network_coordination(check.parent.type, check.attributes);
}

Result<> ScheduleProcedure::check_update(const UpdateCheck& check) const {
  const ResourcePtr parent = check.tree.find(check.target.parent);
  return check_network_coordination(parent ? parent->type : 0, check.attributes);
}

Result<> ScheduleProcedure::before_create(CreateContext& context) {
  if (is_subscription(context.parent.type)) context.resource.name = kOfSubscription;
  return {};
}

Result<> ScheduleProcedure::after_create(CreateContext& context) {
  if (context.parent.type != type::kCseBase) return {};
  Resource marked = *context.transaction.tree().find(context.parent.id);
  marked.internal[kMark] = context.resource.id;
  context.transaction.put(std::move(marked));
  return {};
}

Result<> ScheduleProcedure::before_delete(DeleteContext& context) {
  const ResourcePtr parent = context.transaction.tree().find(context.resource.parent);
  if (!parent || parent->internal.value(kMark, "") != context.resource.id) return {};
  Resource unmarked = *parent;
  unmarked.internal.erase(kMark);
  context.transaction.put(std::move(unmarked));
  return {};
}

bool is_open(const Resource& schedule, base::WallTime now) {
  const auto element = schedule.attributes.find("se");
  if (element == schedule.attributes.end() || !element->is_object()) return true;
  const auto entries = element->find("sce");
  if (entries == element->end() || !entries->is_array()) return true;
  return std::any_of(entries->begin(), entries->end(), [now](const Json& entry) {
    return entry.is_string() && covers(entry.get_ref<const std::string&>(), now);
  });
}

std::optional<base::WallTime> next_opening(const Resource& schedule, base::WallTime now, base::WallTime end) {
  if (is_open(schedule, now)) return now;
  std::optional<base::WallTime> first;
  for (const Json& entry : schedule.attributes.at("se").at("sce"))
    if (entry.is_string())
      if (const auto next = next_covered(entry.get_ref<const std::string&>(), now, first.value_or(end))) first = next;
  return first;
}

Result<> check_open(const CseCore& core, const Tree& tree, base::WallTime now, const onem2m::Address& target) {
  const ResourcePtr base = tree.find(core.base_id());
  if (!base || base->internal.empty()) return {};
  const ResourcePtr schedule = tree.find(base->internal.value(kMark, ""));
  if (!schedule || is_open(*schedule, now)) return {};
  const auto asked = resolve(core, tree, target);
  if (asked && asked->resource->id == schedule->id) return {};
  return refuse(ResponseStatus::TargetNotReachable, "the schedule '" + schedule->name + "' of this CSE does not cover now");
}

}  // namespace edgecse::cse
