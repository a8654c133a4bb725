// SPDX-License-Identifier: Apache-2.0
#include "cse/group/notification_forwarder.hpp"

#include <algorithm>

#include "cse/outbox.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/target.hpp"

namespace edgecse::cse::group {
namespace {

using onem2m::make_error_response;
using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr std::chrono::seconds kDefaultWait{10};
constexpr std::chrono::hours kNotificationLife{24};
constexpr std::size_t kMostAtOnce = 1'000;
constexpr const char* kCollected = "nar";  // in Resource::internal: nfu -> {t: since, n: how many}

std::string collected_key(const std::string& group, const std::string& target) { return "batch group " + group + ' ' + target; }

ResourcePtr find_group(const CseCore& core, const Tree& tree, const std::string& address) {
  ResourcePtr found = find_resource(core, tree, address);
  return found && found->type == type::kGroup ? found : nullptr;
}

/// The CSE of a member, or this one for the members here.
bool comes_from_member(const CseCore& core, const Resource& group, const std::string& from) {
  std::string cse = local_originator(core.options, from);
  if (cse == core.options.id) return true;
  const auto members = group.attributes.find("mid");
  if (members == group.attributes.end()) return false;
  return std::any_of(members->begin(), members->end(), [&](const Json& member) {
    const std::string id = member.is_string() ? local_originator(core.options, member.get_ref<const std::string&>()) : "";
    return id.starts_with(cse + '/') || id.starts_with(core.options.service_provider + cse + '/');
  });
}

std::int64_t number_to_collect(const Resource& group) {
  const std::int64_t members = std::max<std::int64_t>(1, group.number("cnm", 1));
  const auto policy = group.attributes.find("nar");
  const std::int64_t most = policy == group.attributes.end() ? members : policy->value("num", members);
  return std::min<std::int64_t>(most, kMostAtOnce);
}

base::Duration time_to_collect(const Resource& group) {
  const auto policy = group.attributes.find("nar");
  if (policy == group.attributes.end() || !policy->contains("dur")) return kDefaultWait;
  return read_duration((*policy)["dur"].get<std::string>()).value_or(kDefaultWait);
}

std::int64_t end_of(const Resource& group, const Json& collected) {
  return collected.value("t", std::int64_t{0}) + time_to_collect(group).count();
}

}  // namespace

void forward_through(const CseCore& core, Request& request, const Resource& group) {
  if (request.operation != Operation::Create || request.resource_type != type::kSubscription) return;
  if (!request.content.is_object() || request.content.size() != 1 || !request.content.begin()->is_object()) return;
  Json& subscription = *request.content.begin();
  const auto forwarding = subscription.find("nfu");
  const auto targets = subscription.find("nu");
  if (forwarding == subscription.end() || targets == subscription.end() || !targets->is_array()) return;
  for (Json& target : *targets)
    if (target == *forwarding) target = core.options.id + '/' + group.id;
}

bool NotificationForwarder::takes(const Request& request, const std::vector<std::string>& segments) const {
  if (request.operation != Operation::Notify) return false;
  onem2m::Address address;
  address.segments = segments;
  const auto target = resolve(core_, core_.loop->snapshot()->tree, address);
  return target && target->kind == Target::Kind::Resource && target->resource->type == type::kGroup;
}

void NotificationForwarder::handle(Request request, ResponseCallback done) {
  const auto fail = [&](ResponseStatus status, const std::string& detail) { done(make_error_response(request, status, detail)); };
  const ResourcePtr group = find_group(core_, core_.loop->snapshot()->tree, request.to);
  if (!group) return fail(ResponseStatus::NotFound, "'" + request.to + "' is not here");
  if (!comes_from_member(core_, *group, request.from))
    return fail(ResponseStatus::OriginatorHasNoPrivilege, request.from + " hosts no member of '" + group->name + "'");
  const auto notification = request.content.is_object() ? request.content.find("m2m:sgn") : request.content.end();
  if (!request.content.is_object() || notification == request.content.end() || !notification->is_object())
    return fail(ResponseStatus::BadRequest, "a group takes single notifications (m2m:sgn) of its members");
  Response ok;
  ok.request_identifier = request.request_identifier;
  if (notification->value("vrq", false) || notification->value("sud", false)) return done(std::move(ok));
  if (!notification->contains("nfu"))
    return fail(ResponseStatus::BadRequest, "the notification names no notificationForwardingURI");
  struct Held {
    Request request;
    ResponseCallback done;
    Verdict verdict;
  };
  auto held = std::make_shared<Held>(Held{std::move(request), std::move(done), {}});
  core_.loop->submit({[this, held, id = group->id, unit = group->unit](Transaction& transaction) -> Result<> {
                        if (!unit.empty()) held->verdict = core_.gate->judge_write(transaction, unit, held->request);
                        if (held->verdict.action != Verdict::Action::Serve) return {};
                        return collect(transaction, id, held->request.content["m2m:sgn"]);
                      },
                      [this, held, ok](const Result<>& result) {
                        Request& asked = held->request;
                        const Verdict& verdict = held->verdict;
                        if (verdict.action == Verdict::Action::Park)
                          return core_.gate->park(verdict.unit, std::move(asked), std::move(held->done));
                        if (verdict.action == Verdict::Action::Forward)
                          return core_.gate->forward(verdict, std::move(asked), std::move(held->done));
                        if (!result) return held->done(make_error_response(asked, result.error().status, result.error().detail));
                        if (verdict.action == Verdict::Action::Refuse)
                          return held->done(make_error_response(asked, ResponseStatus::TargetNotReachable, "not served here"));
                        held->done(ok);
                      }});
}

Result<> NotificationForwarder::collect(Transaction& transaction, const std::string& id, const Json& notification) {
  const ResourcePtr present = transaction.tree().find(id);
  if (!present) return refuse(ResponseStatus::NotFound, "the group is gone");
  const Json& forwarding = notification["nfu"];
  const Json& first = forwarding.is_array() && !forwarding.empty() ? forwarding[0] : forwarding;
  if (!first.is_string()) return refuse(ResponseStatus::BadRequest, "nfu is no address");
  const std::string target = first.get<std::string>();
  Resource group = *present;
  Json& all = group.internal[kCollected];
  if (!all.is_object()) all = Json::object();
  Json& collected = all[target];
  if (!collected.is_object()) collected = {{"t", transaction.now().time_since_epoch().count()}, {"n", 0}};
  const std::int64_t count = collected["n"].get<std::int64_t>() + 1;
  collected["n"] = count;
  OutboxEntry entry;
  entry.ordering_key = collected_key(id, target);
  entry.number = transaction.next_creation();
  entry.target = target;
  entry.unit = group.unit;
  entry.request.operation = Operation::Notify;
  entry.request.to = target;
  entry.request.from = core_.options.id;
  entry.request.request_identifier = id + '-' + std::to_string(entry.number);
  entry.request.release_version = "3";
  entry.request.content = {{"m2m:sgn", notification}};
  enqueue(transaction, entry);
  if (count >= number_to_collect(group)) {
    flush(transaction, group, target);
  } else {
    transaction.after_commit([weak = weak_from_this(), group] {
      if (const auto self = weak.lock()) self->watch(group);
    });
  }
  transaction.put(std::move(group));
  return {};
}

void NotificationForwarder::flush(Transaction& transaction, Resource& group, const std::string& target) const {
  const std::string key = collected_key(group.id, target);
  const auto rows = transaction.rows(store::Table::Outbox, outbox_key(key, 0), outbox_key(key, ~std::uint64_t{0}), kMostAtOnce * 2);
  if (Json& all = group.internal[kCollected]; all.is_object()) all.erase(target);
  if (group.internal[kCollected].empty()) group.internal.erase(kCollected);
  if (!rows || rows->empty()) return;
  Json notifications = Json::array();
  OutboxEntry last;
  for (const store::Row& row : *rows) {
    transaction.erase_row(store::Table::Outbox, row.key, group.unit);
    auto entry = decode_outbox_entry(row.value);
    if (!entry) continue;
    notifications.push_back(entry->request.content["m2m:sgn"]);
    last = std::move(*entry);
  }
  if (notifications.empty()) return;
  const NotificationTarget read = read_notification_target(target);
  last.ordering_key = group.id + ' ' + target;
  last.target = last.request.to = read.address;
  last.plain_url = read.is_url;
  last.expires = (transaction.now() + kNotificationLife).time_since_epoch().count();
  last.request.content = notifications.size() == 1 ? Json{{"m2m:sgn", std::move(notifications[0])}}
                                                   : Json{{"m2m:agn", {{"m2m:sgn", std::move(notifications)}}}};
  enqueue(transaction, last);
}

void NotificationForwarder::start() {
  core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == type::kGroup) watch(*resource);
  });
}

void NotificationForwarder::watch(const Resource& group) {
  const auto all = group.internal.find(kCollected);
  if (all == group.internal.end() || all->empty()) return;
  std::int64_t earliest = 0;
  for (const Json& collected : *all) {
    const std::int64_t end = end_of(group, collected);
    if (earliest == 0 || end < earliest) earliest = end;
  }
  const std::int64_t now = core_.environment.clock.wall_now().time_since_epoch().count();
  const base::Duration wait{std::max<std::int64_t>(earliest - now, 1'000)};
  core_.environment.executor.post([weak = weak_from_this(), id = group.id, wait] {
    const auto self = weak.lock();
    if (!self || !self->watched_.insert(id).second) return;
    self->core_.environment.executor.run_after(wait, [weak, id] {
      if (const auto here = weak.lock()) here->look_again(id);
    });
  });
}

void NotificationForwarder::look_again(const std::string& id) {
  watched_.erase(id);
  core_.loop->submit({[this, self = shared_from_this(), id](Transaction& transaction) -> Result<> {
                        const ResourcePtr present = transaction.tree().find(id);
                        if (!present || !present->internal.contains(kCollected)) return {};
                        Resource group = *present;
                        if (group.unit.empty() || core_.gate->serves(transaction, group.unit)) {
                          const std::int64_t now = transaction.now().time_since_epoch().count();
                          const Json all = group.internal[kCollected];
                          for (const auto& [target, collected] : all.items())
                            if (end_of(group, collected) <= now) flush(transaction, group, target);
                        }
                        transaction.after_commit([self, group] { self->watch(group); });
                        transaction.put(std::move(group));
                        return {};
                      },
                      nullptr});
}

}  // namespace edgecse::cse::group
