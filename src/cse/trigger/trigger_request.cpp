// SPDX-License-Identifier: Apache-2.0
#include "cse/trigger/trigger_request.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "cse/alarms.hpp"
#include "cse/changes.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/trigger/recipient.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
using trigger::kTriggerRequest;
using trigger::Status;

constexpr const char* kState =
    "trigger";  // of internal: {"until": end of validity, "try": time of the next attempt, "wait": then}
constexpr base::Duration kLongestValidity = std::chrono::hours{24 * 365};
constexpr std::int64_t kFirstWait = 1'000'000, kLongestWait = 60'000'000;  // microseconds

bool is_processing(const Resource& request) { return request.number("tst") == static_cast<int>(Status::Processing); }

class TriggerRequestProcedure final : public TypeProcedure {
 public:
  explicit TriggerRequestProcedure(CseCore& core) : core_(core) {}

  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    return trigger::check_trigger(core_, check.tree, check.attributes);
  }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    if (!is_processing(check.target))
      return refuse(ResponseStatus::UnableToReplaceRequest,
                    "the trigger is no longer being delivered: it cannot be replaced");
    return trigger::check_trigger(core_, check.tree, merged(check.target, check.attributes));
  }
  [[nodiscard]] Result<> check_delete(const Tree&, const onem2m::Request&, const Resource& request) const override {
    if (is_processing(request)) return {};
    return refuse(ResponseStatus::UnableToRecallRequest,
                  "the trigger is no longer being delivered: it cannot be recalled");
  }
  Result<> before_create(CreateContext& context) override {
    Resource& request = context.resource;
    if (!request.has("tpe")) request.attributes["tpe"] = 1;
    begin(context.transaction, request);
    return {};
  }
  Result<> before_update(UpdateContext& context) override {
    begin(context.transaction, context.after);
    return {};
  }

 private:
  void begin(Transaction& transaction, Resource& request) const {
    const std::int64_t now = transaction.now().time_since_epoch().count();
    const auto validity = read_duration(request.text("tvt")).value_or(kLongestValidity);
    const Json attributes = request.attributes;
    const ResourcePtr recipient = trigger::find_recipient(core_, transaction.tree(), attributes);
    const bool reachable = trigger::recipient_url(attributes) || (recipient && recipient->has("poa"));
    request.attributes["tst"] = static_cast<int>(reachable ? Status::Processing : Status::NseNotFound);
    request.attributes["trf"] = core_.environment.random.hex(8);
    request.internal[kState] = {{"until", now + validity.count()}, {"try", now}, {"wait", kFirstWait}};
  }
  CseCore& core_;
};

class TriggerRequests final : public CsePart, public CommitObserver {
 public:
  explicit TriggerRequests(CseCore& core)
      : core_(core), alarms_(core.environment.clock, core.environment.executor, [this](std::vector<std::string> due) {
          for (const std::string& id : due) look_at(id);
        }) {
    core.procedures.add(kTriggerRequest, std::make_shared<TriggerRequestProcedure>(core));
    core.loop->add_observer(*this);
  }
  void start() override {
    core_.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) { watch(*resource); });
    alarms_.start();
  }
  bool drain() override {
    alarms_.stop();
    return true;
  }
  void committed(const Snapshot& snapshot, std::span<const Change> changes) override {
    for (const Change& change : changes) {
      if (change.type != kTriggerRequest) continue;
      if (const ResourcePtr request = snapshot.tree.find(change.key)) {
        watch(*request);
      } else {
        alarms_.clear(change.key);
      }
    }
  }

 private:
  void watch(const Resource& resource) {
    if (resource.type != kTriggerRequest || !resource.internal.contains(kState)) return;
    if (!is_processing(resource)) return alarms_.clear(resource.id);
    const Json& state = resource.internal[kState];
    alarms_.set(resource.id, std::min(state["until"].get<std::int64_t>(), state["try"].get<std::int64_t>()));
  }

  // One attempt, or the end of its validity. The time of the next one is set first: an answer that never comes delays
  // nothing.
  void look_at(const std::string& id) {
    const auto sending = std::make_shared<ResourcePtr>();
    change(
        id,
        [this, sending](Transaction& transaction, Resource& request) {
          const std::int64_t now = transaction.now().time_since_epoch().count();
          Json& state = request.internal[kState];
          if (state["until"].get<std::int64_t>() <= now) {
            request.attributes["tst"] = static_cast<int>(Status::Expired);
            return;
          }
          const std::int64_t wait = state["wait"];
          state["try"] = now + wait + core_.options.request_expiration / std::chrono::microseconds{1};
          state["wait"] = std::min(2 * wait, kLongestWait);
          *sending = std::make_shared<const Resource>(request);
        },
        [this, sending] {
          if (*sending) send(**sending);
        });
  }

  void send(const Resource& request) {
    const SnapshotPtr snapshot = core_.loop->snapshot();
    const Json attributes = request.attributes;
    const Json payload = trigger::make_payload(core_, snapshot->tree, attributes);
    const ResourcePtr recipient = trigger::find_recipient(core_, snapshot->tree, attributes);
    onem2m::Request notification;
    notification.operation = onem2m::Operation::Notify;
    notification.from = core_.options.id;
    notification.request_identifier = request.id + '-' + request.text("trf");
    notification.release_version = "3";
    notification.peer.internal = true;
    notification.content = {
        {"m2m:sgn",
         {{"nev", {{"rep", {{"m2m:tgp", payload}}}, {"net", 6}}}, {"sur", core_.options.id + '/' + request.id}}}};
    const auto answered = [this, id = request.id, reference = request.text("trf"), recipient, payload,
                           alive = std::weak_ptr(alive_)](const onem2m::Response& response) {
      if (!alive.expired()) settle(id, reference, response.status, recipient ? recipient->id : std::string{}, payload);
    };
    if (const auto url = trigger::recipient_url(attributes)) {
      notification.to = *url;
      return core_.environment.sender.send({{*url}, true}, std::move(notification), answered);
    }
    if (!recipient)
      return answered(onem2m::make_error_response(notification, ResponseStatus::TargetNotReachable, "it is gone"));
    notification.to = recipient->type == onem2m::type::kAe ? recipient->id : recipient->text("csi");
    core_.pipeline->handle(std::move(notification), answered);
  }

  void settle(const std::string& id, const std::string& reference, ResponseStatus answer, const std::string& recipient,
              const Json& payload) {
    const bool again = answer == ResponseStatus::TargetNotReachable || answer == ResponseStatus::RequestTimeout;
    change(
        id,
        [this, reference, answer, again, recipient, payload](Transaction& transaction, Resource& request) {
          if (request.text("trf") != reference) return;  // replaced meanwhile
          if (again) {
            Json& state = request.internal[kState];
            state["try"] = transaction.now().time_since_epoch().count() + state["wait"].get<std::int64_t>();
            return;
          }
          request.attributes["tst"] = static_cast<int>(onem2m::is_success(answer) ? Status::Delivered : Status::Failed);
          const ResourcePtr entity = transaction.tree().find(recipient);
          if (!entity || !onem2m::is_success(answer)) return;
          for (ResourceEventListener* listener : core_.listeners) listener->on_trigger(transaction, *entity, payload);
        },
        nullptr);
  }

  /// In a job, while the request is being processed and served here; its status is told like an UPDATE.
  void change(const std::string& id, std::function<void(Transaction&, Resource&)> what, std::function<void()> then) {
    core_.loop->submit(
        {[this, id, what = std::move(what)](Transaction& transaction) -> Result<> {
           const ResourcePtr before = transaction.tree().find(id);
           if (!before || !is_processing(*before)) return {};
           if (!before->unit.empty() && !core_.gate->serves(transaction, before->unit)) {
             alarms_.set(id, transaction.now().time_since_epoch().count() + kLongestWait);
             return {};
           }
           Resource after = *before;
           what(transaction, after);
           if (is_processing(after)) {
             transaction.put(std::move(after));
           } else {
             put_and_tell(core_, transaction, std::move(after));
           }
           return {};
         },
         [then = std::move(then)](const Result<>& result) {
           if (!result)
             base::log::warning("cse", "a trigger could not be followed", {{"detail", result.error().detail}});
           if (then) then();
         }});
  }

  CseCore& core_;
  Alarms alarms_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<CsePart> make_trigger_requests(CseCore& core) { return std::make_unique<TriggerRequests>(core); }

}  // namespace edgecse::cse
