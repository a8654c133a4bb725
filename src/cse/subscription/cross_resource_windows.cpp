// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/cross_resource_windows.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "cse/outbox.hpp"
#include "cse/subscription/cross_resource_members.hpp"
#include "cse/subscription/notification_departures.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/subscription/notification_statistics.hpp"
#include "cse/subscription/subscription_notifier.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Result;
using namespace std::chrono_literals;

constexpr int kPeriodic = 1;                             // m2m:timeWindowType
constexpr const char* kWindow = "w";                     // member of Resource::internal: begin, members heard, fired
constexpr base::Duration kLookedAtAgain = 1s;            // when the unit was on the move at the window's end
enum EvaluationMode { AllPresent = 1, AllOrSomePresent = 2, AllOrSomeMissing = 3, AllMissing = 4, SomeMissing = 5 };

std::int64_t micros(base::WallTime time) { return time.time_since_epoch().count(); }

bool is_periodic(const Resource& subscription) { return subscription.number("twt") == kPeriodic; }

std::int64_t length_of(const Resource& subscription) {
  return std::max<std::int64_t>(read_duration(subscription.text("tws")).value_or(1s).count(), 1);
}

Json open_window(std::int64_t begin) { return {{"t", begin}, {"h", Json::array()}, {"f", false}}; }

std::int64_t end_of(const Resource& subscription) {
  return subscription.internal.value(kWindow, Json::object()).value("t", std::int64_t{0}) + length_of(subscription);
}

bool evaluates(std::int64_t mode, std::size_t heard, std::size_t all) {
  switch (mode) {
    case AllOrSomePresent: return heard >= 1;
    case AllOrSomeMissing: return heard < all;
    case AllMissing: return heard == 0;
    case SomeMissing: return heard >= 1 && heard < all;
    default: return heard == all;
  }
}

/// A member keeps its ri when it moves to another CSE.
std::string id_of(const std::string& address) { return address.substr(address.rfind('/') + 1); }

std::vector<std::string> members_of(const Resource& subscription) {
  std::vector<std::string> members;
  for (const std::string& address : cross_resource_members(subscription)) members.push_back(id_of(address));
  return members;
}

/// The ri of the subscriptions that the notifications are of.
std::vector<std::string> references_in(const Json& content) {
  std::vector<std::string> references;
  const auto take = [&](const Json& notification) {
    if (const Json& reference = member_of(notification, "sur"); reference.is_string()) references.push_back(id_of(reference.get<std::string>()));
  };
  if (const Json& one = member_of(content, "m2m:sgn"); one.is_object()) take(one);
  const Json& batch = member_of(content, "m2m:agn");
  for (const char* name : {"m2m:sgn", "sgn"})
    if (const Json& list = member_of(batch, name); list.is_array())
      for (const Json& one : list) take(one);
  return references;
}

}  // namespace

std::vector<std::string> cross_resource_members(const Resource& subscription) {
  std::vector<std::string> members = strings_of(subscription.attributes, "rrats");
  if (const Json& updated = member_of(subscription.internal, "srat"); updated.is_object())
    for (const auto& [uri, member] : updated.items()) members.push_back(member.get<std::string>());
  return members;
}

void CrossResourceWindows::restart(Resource& subscription, base::WallTime now) {
  subscription.internal.erase(kWindow);
  if (is_periodic(subscription)) subscription.internal[kWindow] = open_window(micros(now));
}

void CrossResourceWindows::start() {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  std::vector<std::pair<std::string, std::string>> orphans;
  snapshot->tree.for_each([&](const ResourcePtr& resource) {
    if (resource->type == kCrossResourceSubscription) watch(*resource);
    if (resource->type != onem2m::type::kSubscription || !resource->has("acrs")) return;
    for (const std::string& reference : strings_of(resource->attributes, "acrs"))
      if (is_gone(*snapshot, reference)) orphans.emplace_back(resource->id, reference);
  });
  if (orphans.empty()) return;
  core_.loop->submit({[this, self = shared_from_this(), orphans](Transaction& transaction) -> Result<> {
                        for (const auto& [member, reference] : orphans)
                          release_local_member(core_, transaction, member, reference, false);
                        return {};
                      },
                      nullptr});
}

// A crash between the members' enrolment and the commit of what they were enrolled for leaves such references.
bool CrossResourceWindows::is_gone(const Snapshot& snapshot, const std::string& reference) const {
  const auto address = onem2m::parse_address(reference);
  if (!address || !is_hosted(core_.options, *address) || find_resource(core_, snapshot.tree, reference)) return false;
  onem2m::Request request;
  request.operation = onem2m::Operation::Notify;
  request.to = reference;
  request.from = core_.options.id;
  request.peer.internal = true;
  const Verdict verdict = core_.gate->judge_unknown(snapshot, request);  // it may have moved away
  return verdict.action == Verdict::Action::Serve && !verdict.answer;
}

void CrossResourceWindows::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  for (const Change& change : changes) {
    if (change.table != store::Table::Tree || change.type != kCrossResourceSubscription) continue;
    if (const ResourcePtr subscription = snapshot.tree.find(change.key)) watch(*subscription);
  }
}

void CrossResourceWindows::watch(const Resource& subscription) {
  if (!subscription.internal.contains(kWindow)) return;
  const std::int64_t end = end_of(subscription);
  {
    std::lock_guard lock(mutex_);
    std::int64_t& armed = armed_[subscription.id];
    if (armed == end) return;
    armed = end;
  }
  const base::Duration left{end - micros(core_.environment.clock.wall_now())};
  core_.environment.executor.run_after(std::max(left, base::Duration{0}), [weak = weak_from_this(), id = subscription.id, end] {
    const auto self = weak.lock();
    if (!self) return;
    {
      std::lock_guard lock(self->mutex_);
      const auto armed = self->armed_.find(id);
      if (armed == self->armed_.end() || armed->second != end) return;  // another end counts now
      self->armed_.erase(armed);
    }
    self->expired(id);
  });
}

void CrossResourceWindows::expired(const std::string& id) {
  core_.loop->submit({[this, self = shared_from_this(), id](Transaction& transaction) -> Result<> {
                        const ResourcePtr subscription = transaction.tree().find(id);
                        if (!subscription || !subscription->internal.contains(kWindow)) return {};
                        if (!subscription->unit.empty() && !core_.gate->serves(transaction, subscription->unit)) {
                          core_.environment.executor.run_after(kLookedAtAgain, [weak = weak_from_this(), id] {
                            if (const auto here = weak.lock()) here->expired(id);
                          });
                          return {};
                        }
                        Resource closed = *subscription;
                        close(transaction, closed);
                        return {};
                      },
                      nullptr});
}

// What was heard until the window's end is judged; then the next one begins: at once, or with the next notification.
void CrossResourceWindows::close(Transaction& transaction, Resource& subscription) {
  const std::int64_t now = micros(transaction.now());
  const Json window = subscription.internal.value(kWindow, Json::object());
  if (now < end_of(subscription)) return;
  subscription.internal.erase(kWindow);
  if (is_periodic(subscription)) {
    const std::int64_t begin = window.value("t", std::int64_t{0}), length = length_of(subscription);
    subscription.internal[kWindow] = open_window(begin + (now - begin) / length * length);
  }
  const std::size_t heard = window.value("h", Json::array()).size(), all = members_of(subscription).size();
  if (!window.value("f", false) && evaluates(subscription.number("eem", AllPresent), heard, all) && !fire(transaction, subscription))
    return;
  transaction.put(std::move(subscription));
}

void CrossResourceWindows::hear(Transaction& transaction, const std::string& id, const std::vector<std::string>& members) {
  const ResourcePtr found = transaction.tree().find(id);
  if (!found) return;
  Resource subscription = *found;
  if (subscription.internal.contains(kWindow) && micros(transaction.now()) >= end_of(subscription)) {
    close(transaction, subscription);  // its timer is late
    const ResourcePtr closed = transaction.tree().find(id);
    if (!closed) return;
    subscription = *closed;
  }
  const std::vector<std::string> known = members_of(subscription);
  if (!subscription.internal.contains(kWindow)) subscription.internal[kWindow] = open_window(micros(transaction.now()));
  Json& window = subscription.internal[kWindow];
  bool changed = false;
  for (const std::string& member : members) {
    if (std::ranges::find(known, member) == known.end()) continue;
    if (std::ranges::find(window["h"], Json(member)) != window["h"].end()) continue;
    window["h"].push_back(member);
    changed = true;
  }
  if (!changed) return;
  const bool complete = window["h"].size() == known.size() && subscription.number("eem", AllPresent) == AllPresent;
  if (complete && !window.value("f", false)) {
    if (is_periodic(subscription)) {
      window["f"] = true;  // once a window
    } else {
      subscription.internal.erase(kWindow);
    }
    if (!fire(transaction, subscription)) return;
  }
  transaction.put(std::move(subscription));
}

bool CrossResourceWindows::fire(Transaction& transaction, Resource& subscription) {
  if (!schedule_allows(transaction.tree(), subscription.id, transaction.now())) return true;
  count_event(subscription);
  for (const std::string& target : strings_of(subscription.attributes, "nu")) {
    count_requests(subscription, target, 1);
    enqueue(transaction, make_notification_entry(core_, transaction, subscription, target,
                                                 {{"sur", core_.options.id + '/' + subscription.id}}));
  }
  ++subscription.next_notification;
  const std::int64_t left = subscription.number("exc");
  if (left <= 0) return true;
  subscription.attributes["exc"] = left - 1;
  if (left > 1) return true;
  const std::string id = subscription.id;
  transaction.put(subscription);
  if (const auto gone = delete_resource(core_, transaction, id, nullptr); !gone)
    base::log::error("cse", "a crossResourceSubscription that has counted to its end stays",
                     {{"ri", id}, {"detail", gone.error().detail}});
  return false;
}

// TS-0004 7.5.1.2: without one of its members it cannot do what it was made for.
void CrossResourceWindows::end_by_member(Transaction& transaction, const std::string& id, const std::string& member) {
  const ResourcePtr found = transaction.tree().find(id);
  if (!found) return;
  const std::vector<std::string> known = members_of(*found);
  if (std::ranges::find(known, member) == known.end()) return;
  Resource ending = *found;
  ending.internal["sud"] = member;
  transaction.put(std::move(ending));
  if (const auto gone = delete_resource(core_, transaction, id, nullptr); !gone)
    base::log::error("cse", "a crossResourceSubscription without a member stays", {{"ri", id}, {"detail", gone.error().detail}});
}

void CrossResourceWindows::receive(const onem2m::Request& request, const ResourcePtr& subscription, onem2m::ResponseCallback done) {
  onem2m::Response answer;
  answer.request_identifier = request.request_identifier;
  const Json& notification = member_of(request.content, "m2m:sgn");
  if (member_of(notification, "vrq") == Json(true)) return done(std::move(answer));
  const std::vector<std::string> references = references_in(request.content);
  if (references.empty())
    return done(onem2m::make_error_response(request, onem2m::ResponseStatus::BadRequest, "the notification names no subscription (sur)"));
  const bool ends = member_of(notification, "sud") == Json(true);
  core_.loop->submit({[this, self = shared_from_this(), references, ends, id = subscription->id](Transaction& transaction) -> Result<> {
                        if (ends) {
                          end_by_member(transaction, id, references.front());
                        } else {
                          hear(transaction, id, references);
                        }
                        return {};
                      },
                      [request, answer, done = std::move(done)](const Result<>& result) {
                        if (result) return done(answer);
                        done(onem2m::make_error_response(request, result.error().status, result.error().detail));
                      }});
}

}  // namespace edgecse::cse
