// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/intents.hpp"

#include <algorithm>

namespace edgecse::cse::announcement {
namespace {

constexpr const char* kIntents = "annc";

}  // namespace

Intents read_intents(const Resource& resource) {
  Intents intents;
  const auto stored = resource.internal.find(kIntents);
  if (stored == resource.internal.end()) return intents;
  for (const Json& one : *stored)
    intents.emplace_back(one.value("k", std::string{}),
                         Intent{one.value("a", std::string{}), one.value("d", std::vector<std::string>{}), one.value("v", std::int64_t{0})});
  return intents;
}

std::optional<Intent> find_intent(const Resource& resource, const std::string& target) {
  for (auto& [key, intent] : read_intents(resource))
    if (key == target) return std::move(intent);
  return std::nullopt;
}

void write_intents(Resource& resource, const Intents& intents) {
  Json stored = Json::array(), shown = Json::array();
  for (const auto& [key, intent] : intents) {
    Json one{{"k", key}};
    if (!intent.address.empty()) {
      one["a"] = intent.address;
      shown.push_back(intent.address);
    }
    if (!intent.changed.empty()) one["d"] = intent.changed;
    if (intent.version != 0) one["v"] = intent.version;
    stored.push_back(std::move(one));
  }
  if (stored.empty()) {
    resource.internal.erase(kIntents);
  } else {
    resource.internal[kIntents] = std::move(stored);
  }
  if (resource.type == onem2m::type::kCseBase) return;
  if (shown.empty()) {
    resource.attributes.erase("at");
  } else {
    resource.attributes["at"] = std::move(shown);
  }
}

void put_intent(Resource& resource, const std::string& target, const Intent& intent) {
  Intents intents = read_intents(resource);
  const auto found = std::ranges::find(intents, target, &Intents::value_type::first);
  if (found == intents.end()) {
    intents.emplace_back(target, intent);
  } else {
    found->second = intent;
  }
  write_intents(resource, intents);
}

void drop_intent(Resource& resource, const std::string& target) {
  Intents intents = read_intents(resource);
  std::erase_if(intents, [&](const auto& one) { return one.first == target; });
  write_intents(resource, intents);
}

}  // namespace edgecse::cse::announcement
