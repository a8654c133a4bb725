// SPDX-License-Identifier: Apache-2.0
#include "cse/cmdh/network_access.hpp"

#include <algorithm>

#include "cse/schedule/schedule.hpp"
#include "cse/subscription/notification_criteria.hpp"

namespace edgecse::cse::cmdh {
namespace {

constexpr const char* kAnyNetwork = "default";
constexpr int kDefaultAction = 5;  // m2m:networkAction

base::Duration milliseconds(const Json& object, const char* name) {
  const Json& value = member_of(object, name);
  // Longer than a day is as good as never; the sum of several must not overflow.
  constexpr std::int64_t kLongest = 86'400'000;
  return value.is_number_integer() ? std::chrono::milliseconds{std::clamp<std::int64_t>(value.get<std::int64_t>(), 0, kLongest)}
                                   : base::Duration{};
}

/// The set for every network action: what the network does for a request is not seen here.
std::optional<BackOff> back_off_of(const Resource& rule) {
  const auto parameters = rule.attributes.find("bop");
  if (parameters == rule.attributes.end()) return std::nullopt;
  const Json& sets = member_of(*parameters, "bops");
  if (!sets.is_array()) return std::nullopt;
  for (const Json& set : sets) {
    const Json& action = member_of(set, "nwa");
    if (action.is_number_integer() && action.get<int>() != kDefaultAction) continue;
    return BackOff{milliseconds(set, "ibt"), milliseconds(set, "abt"), milliseconds(set, "mbt"), milliseconds(set, "rbt")};
  }
  return std::nullopt;
}

bool is_for_network(const Resource& rule, const std::string& network) {
  if (network.empty()) return true;  // which one is used is not known
  const std::vector<std::string> named = strings_of(rule.attributes, "ttn");
  return std::ranges::find(named, network) != named.end() || std::ranges::find(named, kAnyNetwork) != named.end();
}

}  // namespace

std::vector<ResourcePtr> linked(const CseCore& core, const Tree& tree, const Resource& from, std::string_view member_name) {
  std::vector<ResourcePtr> found;
  const auto links = from.attributes.find("cmlk");
  if (links == from.attributes.end() || !links->is_array()) return found;
  for (const Json& link : *links) {
    const Json& address = member_of(link, "val");
    const ResourcePtr resource = address.is_string() ? find_resource(core, tree, address.get_ref<const std::string&>()) : nullptr;
    if (resource && resource->member_name == member_name) found.push_back(resource);
  }
  return found;
}

bool names_category(const Resource& rule, const char* attribute, int category) {
  const auto categories = rule.attributes.find(attribute);
  return categories != rule.attributes.end() &&
         (*categories == category ||
          (categories->is_array() && std::ranges::find(*categories, Json(category)) != categories->end()));
}

base::Duration BackOff::after(unsigned failures, base::Duration draw) const {
  constexpr unsigned kCounted = 1'000;
  return std::min(initial + additional * (std::min(failures, kCounted) - 1), std::max(longest, initial)) + draw;
}

std::optional<base::WallTime> AccessRule::next_opening(base::WallTime now, base::WallTime end) const {
  std::optional<base::WallTime> first;
  for (const ResourcePtr& schedule : schedules)
    if (const auto opening = cse::next_opening(*schedule, now, first.value_or(end))) first = opening;
  return first;
}

std::optional<std::vector<AccessRule>> access_rules(const CseCore& core, const Tree& tree, const Resource& policy,
                                                    const std::string& network, int category) {
  const std::vector<ResourcePtr> all = linked(core, tree, policy, "m2m:cmnr");
  for (const int wanted : {category, kAllOthers}) {
    std::optional<std::vector<AccessRule>> rules;
    for (const ResourcePtr& of_category : all) {
      if (!names_category(*of_category, "aecs", wanted)) continue;
      if (!rules) rules.emplace();
      for (const ResourcePtr& rule : linked(core, tree, *of_category, "m2m:cmwr")) {
        if (rule->has("ohc") || !is_for_network(*rule, network)) continue;
        rules->push_back({rule->id, linked(core, tree, *rule, "m2m:sch"), rule->number("mrv"), milliseconds(rule->attributes, "swt"),
                          back_off_of(*rule)});
      }
    }
    if (rules) return rules;
  }
  return std::nullopt;
}

std::optional<Buffer> buffer_for(const CseCore& core, const Tree& tree, const Resource& policy, int category) {
  const std::vector<ResourcePtr> all = linked(core, tree, policy, "m2m:cmbf");
  for (const int wanted : {category, kAllOthers})
    for (const ResourcePtr& buffer : all)
      if (names_category(*buffer, "aec", wanted))
        return Buffer{buffer->name, buffer->number("mbfs"), static_cast<int>(std::min<std::int64_t>(buffer->number("sgp"), 1'000))};
  return std::nullopt;
}

}  // namespace edgecse::cse::cmdh
