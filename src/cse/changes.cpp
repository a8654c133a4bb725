// SPDX-License-Identifier: Apache-2.0
#include "cse/changes.hpp"

#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

namespace {

Json difference(const Json& before, const Json& after) {
  Json changed = Json::object();
  for (const auto& [name, value] : after.items()) {
    const auto old = before.find(name);
    if (name != "lt" && (old == before.end() || *old != value)) changed[name] = value;
  }
  for (const auto& [name, value] : before.items())
    if (!after.contains(name)) changed[name] = nullptr;
  return changed;
}

}  // namespace

bool is_set(const Json& attributes, const char* short_name) {
  const auto found = attributes.find(short_name);
  return found != attributes.end() && !found->is_null();
}

Json merged(const Resource& target, const Json& requested) {
  Json attributes = target.attributes;
  for (const auto& [name, value] : requested.items()) attributes[name] = value;
  return attributes;
}

Json whole_after(const Resource& target, const Json& requested) {
  Json attributes = target.attributes;
  for (const auto& [name, value] : requested.items()) {
    if (value.is_null()) {
      attributes.erase(name);
    } else {
      attributes[name] = value;
    }
  }
  return attributes;
}

void put_and_tell(const CseCore& core, Transaction& transaction, Resource after) {
  const ResourcePtr before = transaction.tree().find(after.id);
  after.attributes["lt"] = onem2m::format_timestamp(transaction.now());
  const std::string id = after.id;
  transaction.put(std::move(after));
  const ResourcePtr stored = transaction.tree().find(id);
  const Json old = before ? Json(before->attributes) : Json::object();
  const Json all = stored->attributes, modified = difference(old, all);
  ResourceEvent event{ResourceEvent::Kind::Updated, stored->id, stored->type, stored->member_name, stored->parent, all};
  event.before = &old;
  event.modified = &modified;
  event.resource = stored;
  core.tell(transaction, event);
}

}  // namespace edgecse::cse
