// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/request_watch.hpp"

#include <algorithm>

#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

using onem2m::AccessOperation;
using onem2m::NotificationEventType;
using onem2m::Operation;
using onem2m::Request;
using onem2m::ResponseStatus;

constexpr std::size_t kMostWaiting = 1'000;  // for one target
constexpr int kBlockingUpdate = 7, kBlockingRetrieve = 9, kBlockingRetrieveOfChild = 10;

AccessOperation operation_of(const Request& request) {
  switch (request.operation) {
    case Operation::Create: return AccessOperation::Create;
    case Operation::Update: return AccessOperation::Update;
    case Operation::Delete: return AccessOperation::Delete;
    case Operation::Notify: return AccessOperation::Notify;
    case Operation::Retrieve: break;
  }
  return request.filter_criteria.filter_usage == 1 ? AccessOperation::Discovery : AccessOperation::Retrieve;
}

NotificationCriteria criteria_of(const Resource& subscription) {
  auto criteria = read_notification_criteria(member_of(subscription.attributes, "enc"));
  return criteria ? std::move(*criteria) : NotificationCriteria{};
}

bool reads_no_children(const Request& request, const Resource& target) {
  if (request.operation != Operation::Retrieve || target.type != onem2m::type::kContainer || target.latest) return false;
  return request.result_content == 4 || request.result_content == 8;
}

std::tuple<std::string, std::string, std::string> key_of(const Request& request) {
  return {request.from, request.request_identifier, request.to};
}

std::string target_of(const Resource& subscription) {
  const std::vector<std::string> targets = strings_of(subscription.attributes, "nu");
  return targets.empty() ? std::string{} : targets.front();
}

/// What the originator is told when the target did not agree. TS-0004 7.3.2.9.
onem2m::Error refusal(const std::string& target, ResponseStatus answer) {
  const std::string who = "the notification target " + target + " ";
  if (answer == ResponseStatus::OperationNotAllowed)
    return {ResponseStatus::OperationDeniedByRemoteEntity, who + "does not allow the operation"};
  if (answer == ResponseStatus::TargetNotReachable)
    return {ResponseStatus::RemoteEntityNotReachable, who + "is not reached and cannot agree"};
  return {answer, who + "answered " + std::to_string(onem2m::to_number(answer))};
}

}  // namespace

bool names_originator(const CseCore& core, const Tree& tree, const std::string& address, const std::string& from) {
  const std::string originator = local_originator(core.options, from);
  if (local_originator(core.options, address) == originator) return true;
  const ResourcePtr resource = find_resource(core, tree, address);
  return resource && resource->type == onem2m::type::kAe && resource->id == originator;
}

// --- attempts ---------------------------------------------------------------------------------------------------------

RequestWatcher::Outcome SubscriptionWatch::attempt(const SnapshotPtr& snapshot, const Request& request, const ResourcePtr& target) {
  std::vector<Wanted> wanted;
  for (const std::string& id : notifier_.index().watchers(target->id)) {
    const ResourcePtr subscription = snapshot->tree.find(id);
    if (!subscription) continue;
    const NotificationCriteria criteria = criteria_of(*subscription);
    const auto representation = [&] {
      return notifier_.represent(*subscription, target->id, target->member_name, target->attributes);
    };
    if (criteria.monitors_attempt(operation_of(request), local_originator(core_.options, request.from)))
      wanted.push_back({subscription,
                        {{"rep", representation()}, {"om", {{"op", static_cast<int>(request.operation)}, {"or", request.from}}}},
                        false});
    if (criteria.wants(NotificationEventType::RetrieveOfContainerWithNoChild) && reads_no_children(request, *target))
      wanted.push_back({subscription, {{"rep", representation()}, {"net", 5}}, true});
  }
  if (wanted.empty()) return {};
  auto attempt = std::make_shared<Attempt>();
  attempt->wanted = std::move(wanted);
  attempt->from = request.from;
  const RequestKey key = key_of(request);
  {
    std::lock_guard lock(mutex_);
    attempts_.emplace(key, attempt);
  }
  return [this, weak = weak_from_this(), key, attempt](const onem2m::Response& response) {
    const auto self = weak.lock();
    if (!self) return;
    forget_attempt(key, attempt);
    if (!attempt->told) tell(attempt, onem2m::is_success(response.status));
  };
}

void SubscriptionWatch::forget_attempt(const RequestKey& key, const std::shared_ptr<Attempt>& attempt) {
  std::lock_guard lock(mutex_);
  const auto [first, last] = attempts_.equal_range(key);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second == attempt; });
  if (found != last) attempts_.erase(found);
}

void SubscriptionWatch::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.request == nullptr) return;
  std::vector<std::shared_ptr<Attempt>> made;
  {
    std::lock_guard lock(mutex_);
    if (attempts_.empty()) return;
    const auto [first, last] = attempts_.equal_range(key_of(*event.request));
    for (auto entry = first; entry != last; ++entry) made.push_back(entry->second);
  }
  for (const std::shared_ptr<Attempt>& attempt : made) {
    if (std::exchange(attempt->in_job, true)) continue;  // one change, several events
    tell_now(transaction, *attempt, true);
    // When the job fails the notices go with it, and the outcome is told afterwards.
    transaction.after_commit([attempt] { attempt->told = true; });
    return;  // a request that came twice makes its change, if any, twice
  }
}

// Of a request that changed nothing: in a commit of its own, before the answer.
void SubscriptionWatch::tell(const std::shared_ptr<const Attempt>& attempt, bool succeeded) {
  core_.loop->submit({[this, self = shared_from_this(), attempt, succeeded](Transaction& transaction) -> onem2m::Result<> {
                        tell_now(transaction, *attempt, succeeded);
                        return {};
                      },
                      nullptr});
}

void SubscriptionWatch::tell_now(Transaction& transaction, const Attempt& attempt, bool succeeded) {
  for (const Wanted& one : attempt.wanted) {
    if (one.success_only && !succeeded) continue;
    // The operation may have taken the subscription away: it is told all the same.
    const ResourcePtr current = transaction.tree().find(one.subscription->id);
    const Resource& subscription = current ? *current : *one.subscription;
    if (!subscription.unit.empty() && !core_.gate->serves(transaction, subscription.unit)) continue;
    notifier_.notify(transaction, subscription, one.event, attempt.from);
  }
}

// --- blocking events --------------------------------------------------------------------------------------------------

ResourcePtr SubscriptionWatch::blocking_update(const Snapshot& snapshot, const Request& request, const Resource& target) const {
  if (request.operation != Operation::Update || !request.content.is_object() || request.content.empty()) return nullptr;
  for (const std::string& id : notifier_.index().watchers(target.id)) {
    const ResourcePtr subscription = snapshot.tree.find(id);
    if (!subscription) continue;
    const NotificationCriteria criteria = criteria_of(*subscription);
    if (criteria.wants(NotificationEventType{kBlockingUpdate}) && criteria.touches(*request.content.begin())) return subscription;
  }
  return nullptr;
}

// nullopt: no such subscription; nullptr: the resource is young enough for it.
std::optional<ResourcePtr> SubscriptionWatch::stale(const Snapshot& snapshot, const Request& request, const Resource& target,
                                                    const std::string& parent, int event_type) const {
  for (const std::string& id : notifier_.index().watchers(parent)) {
    const ResourcePtr subscription = snapshot.tree.find(id);
    if (!subscription) continue;
    const NotificationCriteria criteria = criteria_of(*subscription);
    if (!criteria.wants(NotificationEventType{event_type})) continue;
    if (event_type == kBlockingRetrieveOfChild && !criteria.takes_child(target.type)) continue;
    std::optional<base::Duration> age;
    for (const std::string& text : {subscription->text("ma"), request.maximum_age})
      if (const auto given = read_duration(text); given && (!age || *given < *age)) age = given;
    const base::Duration modified{to_microseconds(target.text("lt"))};
    const base::Duration now = core_.environment.clock.wall_now().time_since_epoch();
    return age && now - modified >= *age ? subscription : nullptr;
  }
  return std::nullopt;
}

ResourcePtr SubscriptionWatch::blocking_retrieve(const Snapshot& snapshot, const Request& request, const Resource& target) const {
  if (const auto own = stale(snapshot, request, target, target.id, kBlockingRetrieve); own && *own) return *own;
  return stale(snapshot, request, target, target.parent, kBlockingRetrieveOfChild).value_or(nullptr);
}

bool SubscriptionWatch::holds(const Snapshot& snapshot, const Request& request, const Resource& target) const {
  if (request.operation == Operation::Retrieve) {
    const ResourcePtr subscription = blocking_retrieve(snapshot, request, target);
    if (!subscription) return false;
    // Who is asked to renew the resource may read it meanwhile.
    std::lock_guard lock(mutex_);
    return !reading_.contains({target.id, target_of(*subscription)}) ||
           !names_originator(core_, snapshot.tree, target_of(*subscription), request.from);
  }
  {
    std::lock_guard lock(mutex_);
    if (const auto found = locks_.find(target.id); found != locks_.end())
      return !names_originator(core_, snapshot.tree, found->second.notified, request.from);
  }
  return blocking_update(snapshot, request, target) != nullptr;
}

void SubscriptionWatch::hold(const SnapshotPtr& snapshot, const Request& request, const ResourcePtr& target, GoOn go_on) {
  if (request.operation == Operation::Retrieve) return hold_retrieve(snapshot, request, target, std::move(go_on));
  hold_update(snapshot, request, target, std::move(go_on));
}

void SubscriptionWatch::hold_update(const SnapshotPtr& snapshot, const Request& request, const ResourcePtr& target, GoOn go_on) {
  const ResourcePtr subscription = blocking_update(*snapshot, request, *target);
  const std::string notified = subscription ? target_of(*subscription) : std::string{};
  bool refused = false;
  {
    std::lock_guard lock(mutex_);
    if (const auto found = locks_.find(target->id); found != locks_.end()) {
      refused = found->second.waiting.size() >= kMostWaiting;
      if (!refused) return found->second.waiting.push_back({request, std::move(go_on)});
    } else if (subscription) {
      locks_[target->id].notified = notified;
    }
  }
  if (refused)
    return go_on(onem2m::refuse(ResponseStatus::TargetNotReachable, "too many changes wait for a blocking UPDATE of " + target->name));
  if (!subscription) return go_on(std::shared_ptr<void>{});
  ask(*subscription, request.from, {{"net", kBlockingUpdate}, {"rep", request.content}},
      [weak = weak_from_this(), id = target->id, notified, go_on = std::move(go_on)](const onem2m::Response& answer) {
        const auto self = weak.lock();
        if (!self) return;
        std::shared_ptr<void> token(self.get(), [weak, id](void*) {
          if (const auto here = weak.lock()) here->unlock(id);
        });
        if (onem2m::is_success(answer.status)) return go_on(std::move(token));
        token.reset();
        go_on(tl::unexpected(refusal(notified, answer.status)));
      });
}

void SubscriptionWatch::hold_retrieve(const SnapshotPtr& snapshot, const Request& request, const ResourcePtr& target, GoOn go_on) {
  const ResourcePtr subscription = blocking_retrieve(*snapshot, request, *target);
  if (!subscription) return go_on(std::shared_ptr<void>{});
  const std::pair<std::string, std::string> reading{target->id, target_of(*subscription)};
  {
    std::lock_guard lock(mutex_);
    reading_.insert(reading);
  }
  const bool own = criteria_of(*subscription).wants(NotificationEventType{kBlockingRetrieve});
  ask(*subscription, request.from,
      {{"net", own ? kBlockingRetrieve : kBlockingRetrieveOfChild}, {"rep", {{target->member_name, target->attributes}}}},
      [weak = weak_from_this(), reading, go_on = std::move(go_on)](const onem2m::Response& answer) {
        const auto self = weak.lock();
        if (!self) return;
        {
          std::lock_guard lock(self->mutex_);
          self->reading_.erase(self->reading_.find(reading));
        }
        if (onem2m::is_success(answer.status)) return go_on(std::shared_ptr<void>{});
        go_on(tl::unexpected(refusal(reading.second, answer.status)));
      });
}

// Not kept: who waits for the answer is told when it does not come.
void SubscriptionWatch::ask(const Resource& subscription, const std::string& from, Json event, onem2m::ResponseCallback done) {
  const NotificationTarget target = read_notification_target(target_of(subscription));
  OutboxEntry entry;
  entry.target = target.address;
  entry.plain_url = target.is_url;
  entry.request.operation = Operation::Notify;
  entry.request.to = target.address;
  entry.request.from = from;
  entry.request.request_identifier = "ask-" + core_.environment.random.hex(8);
  entry.request.release_version = "3";
  Json notification{{"nev", std::move(event)}, {"sur", core_.options.id + '/' + subscription.id}};
  if (subscription.has("cr")) notification["cr"] = subscription.attributes.at("cr");
  entry.request.content = {{"m2m:sgn", std::move(notification)}};
  router_.deliver(entry, std::move(done));
}

void SubscriptionWatch::unlock(const std::string& id) {
  std::deque<Waiting> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto found = locks_.find(id);
    if (found == locks_.end()) return;
    waiting = std::move(found->second.waiting);
    locks_.erase(found);
  }
  for (Waiting& one : waiting) {
    core_.environment.executor.post([weak = weak_from_this(), id, one = std::move(one)]() mutable {
      const auto self = weak.lock();
      if (!self) return;
      const SnapshotPtr snapshot = self->core_.loop->snapshot();
      const ResourcePtr target = snapshot->tree.find(id);
      if (!target) return one.go_on(std::shared_ptr<void>{});  // the procedure finds out
      self->hold_update(snapshot, one.request, target, std::move(one.go_on));
    });
  }
}

bool SubscriptionWatch::expects(const Request& request) const {
  const auto address = onem2m::parse_address(request.to);
  if (!address || address->segments.size() != 1) return false;
  std::lock_guard lock(mutex_);
  return expected_.contains(address->segments[0]);
}

void SubscriptionWatch::expect(const std::string& id) {
  std::lock_guard lock(mutex_);
  expected_.insert(id);
}

void SubscriptionWatch::forget(const std::string& id) {
  std::lock_guard lock(mutex_);
  expected_.erase(id);
}

}  // namespace edgecse::cse
