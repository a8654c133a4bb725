// SPDX-License-Identifier: Apache-2.0
//
// The part of the Announcer that runs in jobs: what a change means for announcements.
#include "cse/announcement/announcer.hpp"

#include <algorithm>

#include "cse/announcement/announced_content.hpp"
#include "cse/announcement/announced_procedure.hpp"
#include "cse/announcement/withdrawal.hpp"
#include "cse/outbox_sender.hpp"
#include "cse/representation.hpp"
#include "cse/target.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::announcement {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::Result;
namespace type = onem2m::type;

constexpr const char* kInstances = "annc-instance ";  // begin of ordering keys

std::string name_of(const std::string& id, const std::string& target) { return id + ' ' + target; }

void add_changed(Intent& intent, const std::string& name) {
  if (std::ranges::find(intent.changed, name) == intent.changed.end()) intent.changed.push_back(name);
}

/// Attributes of an UPDATE that the announced resources have to learn.
std::vector<std::string> announced_changes(const onem2m::ResourceTypeRule& rule, const ResourceEvent& event) {
  std::vector<std::string> names;
  for (const auto& [name, value] : event.modified->items())
    if (name == "et" || is_announced(rule, event.attributes, name) || is_announced(rule, *event.before, name)) names.push_back(name);
  if (!event.modified->contains("aa")) return names;
  for (const Json* attributes : {event.before, &event.attributes})
    for (const auto& [name, value] : attributes->items())
      if (is_announced(rule, *event.before, name) != is_announced(rule, event.attributes, name)) names.push_back(name);
  return names;
}

}  // namespace

void Announcer::on_event(Transaction& transaction, const ResourceEvent& event) {
  const bool is_instance = event.resource == nullptr;
  switch (event.kind) {
    case ResourceEvent::Kind::Created:
      if (!event.attributes.contains("at") && !event.attributes.contains("aa")) return;
      return is_instance ? instance_created(transaction, event) : created(transaction, event);
    case ResourceEvent::Kind::Updated:
      return is_instance ? void() : updated(transaction, event);
    case ResourceEvent::Kind::Deleted:
      return is_instance ? instance_deleted(transaction, event) : deleted(transaction, event);
  }
}

void Announcer::set_off(Transaction& transaction, const ResourceEvent& event, const std::string& target) {
  if (event.request != nullptr) held_->expect(*event.request, name_of(event.id, target), event.id);
  transaction.after_commit([weak = weak_from_this(), key = Key{event.id, target}] {
    if (const auto self = weak.lock()) self->touch(key);
  });
}

void Announcer::created(Transaction& transaction, const ResourceEvent& event) {
  const onem2m::ResourceTypeRule* rule = rule_of(event.type, event.member_name);
  const ResourcePtr present = transaction.tree().find(event.id);
  if (rule == nullptr || !present) return;
  Resource original = *present;
  clean_announced_attributes(*rule, original.attributes);
  Intents intents;
  if (const auto wanted = event.attributes.find("at"); wanted != event.attributes.end())
    static_cast<void>(replace_targets(transaction, event, *wanted, intents));
  write_intents(original, intents);
  transaction.put(std::move(original));
}

bool Announcer::replace_targets(Transaction& transaction, const ResourceEvent& event, const Json& wanted, Intents& intents) {
  const auto is_wanted = [&](const auto& one) {
    if (!wanted.is_array()) return false;
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const Json& entry) { return entry == one.first || entry == one.second.address; });
  };
  bool changed = false;
  for (const auto& one : intents) {
    if (is_wanted(one)) continue;
    changed = true;
    if (!one.second.address.empty()) withdraw(transaction, one.second.address, &event);
  }
  std::erase_if(intents, [&](const auto& one) { return !is_wanted(one); });
  if (!wanted.is_array()) return changed;
  for (const Json& entry : wanted) {
    const std::string target = entry.get<std::string>();
    const bool known = std::ranges::any_of(intents, [&](const auto& one) { return one.first == target || one.second.address == target; });
    if (known) continue;
    changed = true;
    intents.emplace_back(target, Intent{});
    set_off(transaction, event, target);
  }
  return changed;
}

void Announcer::updated(Transaction& transaction, const ResourceEvent& event) {
  const ResourcePtr present = transaction.tree().find(event.id);
  const onem2m::ResourceTypeRule* rule = rule_of(event.type, event.member_name);
  if (!present || rule == nullptr || event.modified == nullptr || event.before == nullptr) return;
  Intents intents = read_intents(*present);
  const auto wanted = event.modified->find("at");
  if (intents.empty() && wanted == event.modified->end() && !event.modified->contains("aa")) return;
  Resource original = *present;
  clean_announced_attributes(*rule, original.attributes);
  if (wanted != event.modified->end()) static_cast<void>(replace_targets(transaction, event, *wanted, intents));
  const std::vector<std::string> names = announced_changes(*rule, event);
  const std::string by = event.request != nullptr ? local_originator(core_.options, event.request->from) : std::string{};
  for (auto& [target, intent] : intents) {
    // One that is not made yet is made with what is there then; one that changed itself knows.
    if (names.empty() || intent.address.empty() || host_of_link(core_.options, intent.address) == by) continue;
    for (const std::string& name : names) add_changed(intent, name);
    ++intent.version;
    set_off(transaction, event, target);
  }
  write_intents(original, intents);
  transaction.put(std::move(original));
}

void Announcer::deleted(Transaction& transaction, const ResourceEvent& event) {
  for (const auto& [target, intent] : read_intents(*event.resource))
    if (!intent.address.empty()) withdraw(transaction, intent.address, &event);
}

void Announcer::withdraw(Transaction& transaction, const std::string& address, const ResourceEvent* event) const {
  const OutboxEntry entry = make_withdrawal(transaction, address, core_.options.id);
  if (event != nullptr && event->request != nullptr) held_->expect(*event->request, entry.request.request_identifier, event->id);
  enqueue(transaction, entry);
}

// --- instances: they are not in the tree, so the whole CREATE waits in the outbox ----------------------------------------

void Announcer::instance_created(Transaction& transaction, const ResourceEvent& event) {
  const onem2m::ResourceTypeRule* rule = rule_of(event.type, event.member_name);
  const ResourcePtr parent = transaction.tree().find(event.parent);
  const auto targets = event.attributes.find("at");
  const std::string member = announced_member(event.type, event.member_name);
  if (rule == nullptr || !parent || targets == event.attributes.end() || !targets->is_array() || member.empty()) return;
  const Intents of_parent = read_intents(*parent);
  for (const Json& wanted : *targets) {
    const std::string target = wanted.get<std::string>();
    const auto there = std::ranges::find_if(of_parent, [&](const auto& one) {
      return !one.second.address.empty() &&
             host_of_link(core_.options, one.second.address) == host_of_link(core_.options, target);
    });
    if (there == of_parent.end()) continue;
    Json attributes = event.attributes;
    clean_announced_attributes(*rule, attributes);
    OutboxEntry entry;
    entry.ordering_key = kInstances + event.parent + ' ' + target;
    entry.number = transaction.next_creation();
    entry.target = there->second.address;
    entry.unit = parent->unit;
    entry.expires = to_microseconds(event.attributes.value("et", std::string{}));
    entry.request = make_request(Operation::Create, entry.target);
    entry.request.request_identifier = "annc-" + std::to_string(entry.number);
    entry.request.resource_type = event.type + type::kAnnounced;
    entry.request.content = {{member, make_announced(scope_of(core_.options, target), *rule, attributes)}};
    if (event.request != nullptr) held_->expect(*event.request, entry.request.request_identifier, event.id);
    enqueue(transaction, entry);
  }
}

void Announcer::instance_deleted(Transaction& transaction, const ResourceEvent& event) {
  const auto targets = event.attributes.find("at");
  if (targets == event.attributes.end() || !targets->is_array()) return;
  for (const Json& target : *targets) {
    const auto address = onem2m::parse_address(target.is_string() ? target.get_ref<const std::string&>() : std::string{});
    if (address && !address->segments.empty()) withdraw(transaction, target.get<std::string>(), &event);
  }
}

void Announcer::instance_announced(const OutboxEntry& entry, const Response& response) {
  const std::string name = entry.request.request_identifier;
  if (entry.request.operation != Operation::Create) return held_->settled(name);
  const std::string link = entry.request.content.begin()->value("lnk", std::string{});
  const auto [container_id, sequence] = split_instance_id(std::string_view(link).substr(link.rfind('/') + 1));
  const std::string host = host_of_link(core_.options, entry.target);
  std::string address;
  if (onem2m::is_success(response.status) && response.content.is_object() && !response.content.empty())
    if (const std::string id = response.content.begin()->value("ri", std::string{}); !id.empty())
      address = id.starts_with('/') ? id : host + '/' + id;
  core_.loop->submit({[this, container = std::string(container_id), sequence, host, address](Transaction& transaction) -> Result<> {
                        const ResourcePtr parent = transaction.tree().find(container);
                        auto found = transaction.instance(container, sequence);
                        if (!parent || !found || !*found) {
                          if (!address.empty()) withdraw(transaction, address, nullptr);
                          return {};
                        }
                        Instance changed = **found;
                        Json whole = Json::parse(changed.representation);
                        Json& attributes = *whole.begin();
                        Json left = Json::array();
                        for (const Json& entry_of : attributes["at"]) {
                          const bool this_one = host_of_link(core_.options, entry_of.get<std::string>()) == host;
                          if (!this_one) left.push_back(entry_of);
                          if (this_one && !address.empty()) left.push_back(address);
                        }
                        if (left.empty()) attributes.erase("at");
                        else attributes["at"] = std::move(left);
                        changed.representation = onem2m::to_json_text(whole);
                        transaction.put_instance(*parent, changed);
                        if (parent->latest && parent->latest->sequence == sequence) {
                          Resource with_latest = *parent;
                          with_latest.latest = std::make_shared<const Instance>(std::move(changed));
                          transaction.put(std::move(with_latest));
                        }
                        return {};
                      },
                      [held = held_, name](const Result<>&) { held->settled(name); }});
}

// --- an earlier life, another CSE --------------------------------------------------------------------------------------

void Announcer::on_import(const Resource& resource) {
  for (const auto& [target, intent] : read_intents(resource)) {
    if (intent.is_settled()) continue;
    core_.environment.executor.run_after(std::chrono::seconds{1}, [weak = weak_from_this(), key = Key{resource.id, target}] {
      if (const auto self = weak.lock()) self->work(key);
    });
  }
}

void Announcer::listen() {
  const auto answered = [weak = weak_from_this()](const OutboxEntry& entry, const Response& response) {
    if (const auto self = weak.lock()) self->instance_announced(entry, response);
  };
  core_.outbox_sender->on_answer(kWithdrawals, answered);
  core_.outbox_sender->on_answer(kInstances, answered);
}

void Announcer::start() {
  core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == type::kCseBase) return;
    for (const auto& [target, intent] : read_intents(*resource))
      if (!intent.is_settled()) touch({resource->id, target});
  });
}

Request Announcer::make_request(Operation operation, const std::string& to) const {
  Request request;
  request.operation = operation;
  request.to = to;
  request.from = core_.options.id;
  request.release_version = "3";
  return request;
}

}  // namespace edgecse::cse::announcement
