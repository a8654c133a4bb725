// SPDX-License-Identifier: Apache-2.0
//
// The part of the Announcer that talks to other CSEs: one lane per original and target, one request of it under way.
#include <algorithm>

#include "base/log.hpp"
#include "cse/announcement/announced_content.hpp"
#include "cse/announcement/announced_procedure.hpp"
#include "cse/announcement/announcer.hpp"
#include "cse/outbox_sender.hpp"
#include "cse/registrees.hpp"
#include "cse/representation.hpp"
#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::announcement {
namespace {

using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr base::Duration kFirstBackOff = std::chrono::milliseconds{500};
constexpr base::Duration kLongestBackOff = std::chrono::seconds{30};

/// The name of the announced resource: found again when the answer to its CREATE was lost.
std::string name_at_target(const CseOptions& options, const Resource& original) {
  if (original.type == type::kCseBase) return options.id.substr(1) + '_' + original.name;
  return original.id;
}

bool is_cse(const std::string& target) {
  const auto address = onem2m::parse_address(target);
  return address && address->segments.empty();
}

/// The CSEBase of a CSE-ID: as its own registration says, else by the short name that not every CSE knows (TS-0001 7.2).
std::string base_of(const CseCore& core, const Tree& tree, const std::string& cse_id) {
  const ResourcePtr remote = find_remote_cse(core, tree, cse_id);
  const std::string base = remote ? remote->text("cb") : std::string{};
  return base.starts_with(cse_id + '/') ? base : cse_id + "/-";
}

std::string id_in(const Response& response) {
  const Json content = response.serialized_content ? Json::parse(*response.serialized_content, nullptr, false) : response.content;
  if (!content.is_object() || content.empty() || !content.begin()->is_object()) return {};
  return content.begin()->value("ri", std::string{});
}

std::string link_in(const Response& response) {
  const Json content = response.serialized_content ? Json::parse(*response.serialized_content, nullptr, false) : response.content;
  if (!content.is_object() || content.empty() || !content.begin()->is_object()) return {};
  return content.begin()->value("lnk", std::string{});
}

/// Of what a CREATE at the target made: `/in/x`, `//sp/in/x`; a CSE-relative target is of this CSE.
std::string address_at(const CseOptions& options, const std::string& target, const std::string& id) {
  if (id.starts_with('/')) return id;
  const auto address = onem2m::parse_address(target);
  const bool here = !address || address->cse_id.empty();
  return (here ? options.id : address->service_provider + address->cse_id) + '/' + id;
}

}  // namespace

void Announcer::touch(const Key& key) {
  core_.environment.executor.post([weak = weak_from_this(), key] {
    if (const auto self = weak.lock()) self->work(key);
  });
}

void Announcer::work(const Key& key) {
  Lane& lane = lanes_[key];
  if (lane.busy) {
    lane.again = true;
    return;
  }
  if (lane.timer != 0) core_.environment.executor.cancel(std::exchange(lane.timer, 0));
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const ResourcePtr original = snapshot->tree.find(key.first);
  if (!original) return finished(key);
  const auto intent = find_intent(*original, key.second);
  // The CSEBase is announced when something below it needs that.
  if (!intent && (original->type != type::kCseBase || lane.waiters.empty())) return finished(key);
  if (!original->unit.empty() && !core_.gate->serves(original->unit)) return failed(key);
  if (!intent || intent->address.empty()) return announce(key, snapshot->tree, *original);
  if (!intent->changed.empty()) return synchronise(key, snapshot->tree, *original, *intent);
  finished(key);
}

/// Empty: another lane has to come first, and goes on with this one.
std::string Announcer::find_parent(const Key& key, const Tree& tree, const Resource& original) {
  if (!is_cse(key.second)) return key.second;
  if (original.type == type::kCseBase) return base_of(core_, tree, key.second);
  const ResourcePtr parent = tree.find(original.parent);
  std::optional<Key> first;
  if (parent && parent->type != type::kCseBase)
    for (const auto& [target, intent] : read_intents(*parent)) {
      if (host_of_link(core_.options, target) != host_of_link(core_.options, key.second)) continue;
      if (!intent.address.empty()) return intent.address;
      first = Key{parent->id, target};
    }
  if (!first) {
    const ResourcePtr base = tree.find(core_.base_id());
    const auto intent = base ? find_intent(*base, key.second) : std::nullopt;
    if (intent && !intent->address.empty()) return intent->address;
    first = Key{core_.base_id(), key.second};
  }
  lanes_[*first].waiters.push_back(key);
  touch(*first);
  return {};
}

void Announcer::announce(const Key& key, const Tree& tree, const Resource& original) {
  const onem2m::ResourceTypeRule* rule = rule_of(original.type, original.member_name);
  const std::string member = announced_member(original.type, original.member_name);
  if (rule == nullptr || member.empty()) {
    Response refused;
    refused.status = ResponseStatus::NotImplemented;
    return give_up(key, refused);
  }
  const std::string parent = find_parent(key, tree, original);
  if (parent.empty()) return;
  const Scope scope = scope_of(core_.options, key.second);
  Json attributes = make_announced(scope, *rule, original.attributes);
  if (!attributes.contains("et"))
    attributes["et"] = onem2m::format_timestamp(core_.environment.clock.wall_now() + core_.options.maximum_expiration);
  attributes["rn"] = name_at_target(core_.options, original);
  name_announced_policies(tree, original, key.second, attributes);
  const std::string link = attributes["lnk"];
  Request request = make_request(Operation::Create, parent);
  request.resource_type = original.type + type::kAnnounced;
  request.content = {{member, std::move(attributes)}};
  lanes_[key].busy = true;
  send(std::move(request), [this, key, parent, link](const Response& response) { announced(key, parent, link, response); });
}

/// A policy that is announced there, too, is named as it is there, where it can be evaluated.
void Announcer::name_announced_policies(const Tree& tree, const Resource& original, const std::string& target, Json& content) const {
  const auto policies = original.attributes.find("acpi");
  const auto shown = content.find("acpi");
  if (policies == original.attributes.end() || shown == content.end() || !shown->is_array()) return;
  for (std::size_t i = 0; i < policies->size() && i < shown->size(); ++i) {
    const ResourcePtr policy = tree.find((*policies)[i].get<std::string>());
    if (!policy) continue;
    for (const auto& [key, intent] : read_intents(*policy))
      if (!intent.address.empty() && host_of_link(core_.options, intent.address) == host_of_link(core_.options, target))
        (*shown)[i] = intent.address;
  }
}

void Announcer::announced(const Key& key, const std::string& parent, const std::string& link, const Response& response) {
  lanes_[key].busy = false;
  const ResourcePtr original = core_.loop->snapshot()->tree.find(key.first);
  if (const std::string id = id_in(response); onem2m::is_success(response.status) && !id.empty())
    return record(key, address_at(core_.options, key.second, id), false);
  if (response.status == ResponseStatus::Conflict && original)
    return adopt(key, parent + '/' + name_at_target(core_.options, *original), link);
  if (response.status == ResponseStatus::NotFound) {
    // The CSE is not there yet, or what was announced there before is gone with it.
    if (original && original->type != type::kCseBase && is_cse(key.second)) forget_base(key);
    return failed(key);
  }
  if (!is_final_answer(response.status)) return failed(key);
  give_up(key, response);
}

/// It was made, but its answer got lost; or another life of this CSE made it.
void Announcer::adopt(const Key& key, const std::string& address, const std::string& link) {
  lanes_[key].busy = true;
  send(make_request(Operation::Retrieve, address), [this, key, link](const Response& response) {
    lanes_[key].busy = false;
    if (onem2m::is_success(response.status) && link_in(response) == link)
      return record(key, address_at(core_.options, key.second, id_in(response)), true);
    if (!onem2m::is_success(response.status) && !is_final_answer(response.status)) return failed(key);
    Response refused;
    refused.status = ResponseStatus::Conflict;
    give_up(key, refused);
  });
}

void Announcer::record(const Key& key, const std::string& address, bool everything_changed) {
  core_.loop->submit({[this, key, address, everything_changed](Transaction& transaction) -> Result<> {
                        const ResourcePtr present = transaction.tree().find(key.first);
                        std::optional<Intent> intent = present ? find_intent(*present, key.second) : std::nullopt;
                        if (present && present->type == type::kCseBase && !intent) intent.emplace();
                        if (!intent) {  // deleted or no longer announced while its CREATE was under way
                          withdraw(transaction, address, nullptr);
                          return {};
                        }
                        Resource original = *present;
                        intent->address = address;
                        const onem2m::ResourceTypeRule* rule = rule_of(original.type, original.member_name);
                        if (everything_changed && rule != nullptr)
                          for (const auto& [name, value] : original.attributes.items())
                            if (is_announced(*rule, original.attributes, name)) intent->changed.push_back(name);
                        put_intent(original, key.second, *intent);
                        transaction.put(std::move(original));
                        return {};
                      },
                      [weak = weak_from_this(), key](const Result<>&) {
                        if (const auto self = weak.lock()) self->ready(key);
                      }});
}

void Announcer::synchronise(const Key& key, const Tree& tree, const Resource& original, const Intent& intent) {
  const onem2m::ResourceTypeRule* rule = rule_of(original.type, original.member_name);
  const std::string member = announced_member(original.type, original.member_name);
  if (rule == nullptr || member.empty()) return finished(key);
  Request request = make_request(Operation::Update, intent.address);
  Json attributes = make_change(scope_of(core_.options, key.second), *rule, original.attributes, intent.changed);
  name_announced_policies(tree, original, key.second, attributes);
  request.content = {{member, std::move(attributes)}};
  lanes_[key].busy = true;
  send(std::move(request), [this, key, version = intent.version](const Response& response) { synchronised(key, version, response); });
}

void Announcer::synchronised(const Key& key, std::int64_t version, const Response& response) {
  lanes_[key].busy = false;
  if (response.status == ResponseStatus::NotFound) return give_up(key, response);
  if (!is_final_answer(response.status)) return failed(key);
  if (!onem2m::is_success(response.status))
    base::log::warning("cse", "an announced resource was not updated",
                       {{"ri", key.first}, {"at", key.second}, {"rsc", std::to_string(onem2m::to_number(response.status))}});
  change(key, [key, version](Transaction&, Resource& original) {
    auto intent = find_intent(original, key.second);
    if (!intent || intent->version != version) return;  // changed again meanwhile: everything is told again
    intent->changed.clear();
    put_intent(original, key.second, *intent);
  });
}

void Announcer::give_up(const Key& key, const Response& response) {
  base::log::warning("cse", "a resource is not announced",
                     {{"ri", key.first}, {"at", key.second}, {"rsc", std::to_string(onem2m::to_number(response.status))}});
  for (const Key& waiter : std::exchange(lanes_[key].waiters, {})) give_up(waiter, response);
  if (key.first == core_.base_id()) return finished(key);
  change(key, [key](Transaction&, Resource& original) { drop_intent(original, key.second); });
}

void Announcer::forget_base(const Key& key) {
  core_.loop->submit({[this, target = key.second](Transaction& transaction) -> Result<> {
                        const ResourcePtr present = transaction.tree().find(core_.base_id());
                        if (!present || !find_intent(*present, target)) return {};
                        Resource base = *present;
                        drop_intent(base, target);
                        transaction.put(std::move(base));
                        return {};
                      },
                      nullptr});
}

void Announcer::change(const Key& key, std::function<void(Transaction&, Resource&)> how) {
  core_.loop->submit({[key, how = std::move(how)](Transaction& transaction) -> Result<> {
                        const ResourcePtr present = transaction.tree().find(key.first);
                        if (!present) return {};
                        Resource original = *present;
                        how(transaction, original);
                        transaction.put(std::move(original));
                        return {};
                      },
                      [weak = weak_from_this(), key](const Result<>&) {
                        if (const auto self = weak.lock()) self->ready(key);
                      }});
}

void Announcer::ready(const Key& key) { touch(key); }

void Announcer::failed(const Key& key) {
  held_->settled(key.first + ' ' + key.second);
  Lane& lane = lanes_[key];
  base::Duration delay = kFirstBackOff;
  for (unsigned i = 0; i < lane.attempts && delay < kLongestBackOff; ++i) delay *= 2;
  delay = std::min(delay, kLongestBackOff);
  delay -= base::Duration{core_.environment.random.below(static_cast<std::uint64_t>(delay.count() / 2 + 1))};
  ++lane.attempts;
  lane.again = false;
  if (lane.timer != 0) core_.environment.executor.cancel(lane.timer);
  lane.timer = core_.environment.executor.run_after(delay, [weak = weak_from_this(), key] {
    const auto self = weak.lock();
    if (!self) return;
    self->lanes_[key].timer = 0;
    self->work(key);
  });
  for (const Key& waiter : std::exchange(lane.waiters, {})) failed(waiter);
}

void Announcer::finished(const Key& key) {
  held_->settled(key.first + ' ' + key.second);
  const std::vector<Key> waiters = std::move(lanes_[key].waiters);
  lanes_.erase(key);
  for (const Key& waiter : waiters) touch(waiter);
}

void Announcer::send(Request request, std::function<void(const Response&)> done) {
  request.request_identifier = "annc-" + core_.environment.random.hex(8);
  request.peer.internal = true;
  core_.pipeline->handle(std::move(request), [weak = weak_from_this(), &executor = core_.environment.executor,
                                              done = std::move(done)](Response response) {
    executor.post([weak, done, response = std::move(response)] {
      if (const auto self = weak.lock()) done(response);
    });
  });
}

}  // namespace edgecse::cse::announcement
