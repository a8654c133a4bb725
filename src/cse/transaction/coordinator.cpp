// SPDX-License-Identifier: Apache-2.0
#include "cse/transaction/coordinator.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>

#include "base/log.hpp"
#include "cse/alarms.hpp"
#include "cse/changes.hpp"
#include "cse/transaction/lock.hpp"
#include "cse/transaction/transaction_procedure.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;
using transactions::Control;
using transactions::kTransaction;
using transactions::kTransactionMgmt;
using transactions::State;

constexpr int kCreatorControlled = 2;  // m2m:transactionMode
constexpr int kPersist = 2;            // m2m:transactionMgmtHandling
constexpr std::size_t kMostRequests = 100;
constexpr std::int64_t kRetryWait = 1'000'000;  // microseconds
constexpr std::int64_t kNever = INT64_MAX;
/// Of internal: {"todo": control to be carried out, "places": addresses of the <transaction>s, "retries": made so far,
/// "again": time of the next attempt}.
constexpr const char* kState = "coordination";

State state_of(const Resource& resource) { return static_cast<State>(resource.number("trst", 1)); }

// A list, or {"rqp": [...]}.
const Json& list_of(const Json& aggregate, const char* member) {
  return aggregate.is_object() && aggregate.contains(member) ? aggregate[member] : aggregate;
}

bool creator_controls(const Resource& management) { return management.number("tmd", 1) == kCreatorControlled; }

class ManagementProcedure final : public TypeProcedure {
 public:
  explicit ManagementProcedure(CseCore& core) : core_(core) {}

  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    const Json& requests = list_of(check.attributes.at("rqps"), "rqp");
    if (!requests.is_array() || requests.empty() || requests.size() > kMostRequests)
      return refuse(ResponseStatus::BadRequest,
                    "rqps is a list of 1 to " + std::to_string(kMostRequests) + " requests");
    for (const Json& primitive : requests) {
      auto request = onem2m::request_from_json(primitive);
      if (!request) return refuse(ResponseStatus::BadRequest, "rqps: " + request.error().detail);
      if (request->to.empty() || request->operation == Operation::Notify)
        return refuse(ResponseStatus::BadRequest, "rqps: each request has a target and is no NOTIFY");
      if (local_originator(core_.options, request->from) != local_originator(core_.options, check.request.from))
        return refuse(ResponseStatus::BadRequest, "rqps: fr must be the Originator, " + check.request.from);
    }
    return {};
  }
  [[nodiscard]] Result<> check_update(const UpdateCheck& check) const override {
    const auto control = check.attributes.find("tctl");
    if (control == check.attributes.end()) return {};
    if (!creator_controls(check.target))
      return refuse(ResponseStatus::OperationNotAllowed, "the CSE controls this transaction (tmd)");
    if (check.target.internal.contains(kState) && check.target.internal[kState].value("todo", 0) != 0)
      return refuse(ResponseStatus::TransactionProcessingIsIncomplete, "the last tctl is still being carried out");
    return transactions::check_control(state_of(check.target), static_cast<Control>(control->get<int>()));
  }
  [[nodiscard]] Result<> check_delete(const Tree&, const Request&, const Resource& resource) const override {
    const State state = state_of(resource);
    if (state != State::Locked && state != State::Executed) return {};
    return refuse(ResponseStatus::TransactionProcessingIsIncomplete,
                  "the transaction is neither committed nor aborted");
  }
  Result<> before_create(CreateContext& context) override {
    Json attributes = context.resource.attributes;
    attributes["cr"] = context.request.from;
    attributes["trst"] = static_cast<int>(State::Initial);
    attributes["rsps"] = Json::array();
    const auto fill = [&attributes](const char* name, int value) {
      if (!attributes.contains(name)) attributes[name] = value;
    };
    fill("tmd", 1), fill("tltp", transactions::kBlockAll), fill("tctl", 1), fill("tmr", 0), fill("tmh", 1);
    context.resource.attributes = std::move(attributes);
    const Control todo = creator_controls(context.resource) ? Control::Initial : Control::Lock;
    context.resource.internal[kState] = {
        {"todo", todo == Control::Lock ? 2 : 0}, {"places", Json::array()}, {"retries", 0}, {"again", 0}};
    return {};
  }
  Result<> before_update(UpdateContext& context) override {
    if (const auto control = context.requested.find("tctl"); control != context.requested.end())
      context.after.internal[kState]["todo"] = *control;
    return {};
  }

 private:
  CseCore& core_;
};

/// Answers of one phase, in the order of the requests.
struct Phase {
  std::size_t outstanding = 0;
  std::vector<Response> answers;
};

class Coordinator final : public CsePart, public CommitObserver {
 public:
  explicit Coordinator(CseCore& core)
      : core_(core),
        members_(std::make_shared<transactions::TransactionProcedure>(core)),
        alarms_(core.environment.clock, core.environment.executor, [this](std::vector<std::string> due) {
          for (const std::string& id : due) look_at(id);
        }) {
    core.procedures.add(kTransactionMgmt, std::make_shared<ManagementProcedure>(core));
    core.procedures.add(kTransaction, members_);
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
      if (change.type != kTransaction && change.type != kTransactionMgmt) continue;
      if (const ResourcePtr resource = snapshot.tree.find(change.key)) {
        watch(*resource);
      } else {
        alarms_.clear(change.key);
      }
    }
  }

 private:
  [[nodiscard]] std::int64_t now() const { return core_.environment.clock.wall_now().time_since_epoch().count(); }

  /// What a <transaction> does by itself, and when: as its times say.
  static std::optional<std::pair<Control, std::int64_t>> own_step(const Resource& member) {
    const auto at = [&](const char* name, Control control) -> std::optional<std::pair<Control, std::int64_t>> {
      if (!member.has(name)) return std::nullopt;
      return std::pair(control, to_microseconds(member.text(name)));
    };
    switch (state_of(member)) {
      case State::Initial:
        return at("tltm", Control::Lock);
      case State::Locked:
        return at("text", Control::Execute);
      case State::Executed:
        return at("tct", Control::Commit);
      default:
        return std::nullopt;
    }
  }
  void watch(const Resource& resource) {
    if (resource.type == kTransaction) {
      const auto step = own_step(resource);
      return step ? alarms_.set(resource.id, step->second) : alarms_.clear(resource.id);
    }
    if (resource.type != kTransactionMgmt || !resource.internal.contains(kState)) return;
    {
      std::lock_guard lock(mutex_);
      if (busy_.contains(resource.id)) return;
    }
    const std::int64_t at = std::min(time_of_phase(resource), is_over(resource) ? kNever : expiry_of(resource));
    if (at == kNever) return alarms_.clear(resource.id);
    alarms_.set(resource.id, at);
  }
  static std::int64_t expiry_of(const Resource& management) {
    return management.has("tept") ? to_microseconds(management.text("tept")) : kNever;
  }
  /// Of transactionMgmt: not before its own times, nor before a repetition.
  static std::int64_t time_of_phase(const Resource& management) {
    const Json& state = management.internal[kState];
    const auto control = static_cast<Control>(state.value("todo", 0));
    if (control == Control{}) return kNever;
    const char* name = control == Control::Lock      ? "tltm"
                       : control == Control::Execute ? "text"
                       : control == Control::Commit  ? "tct"
                                                     : "-";
    return std::max(to_microseconds(management.text(name)), state.value("again", std::int64_t{0}));
  }

  void look_at(const std::string& id) {
    const ResourcePtr resource = core_.loop->snapshot()->tree.find(id);
    if (!resource) return;
    if (resource->type == kTransaction) return step_member(id);
    {
      std::lock_guard lock(mutex_);
      if (!busy_.insert(id).second) return;
    }
    const bool expired = expiry_of(*resource) <= now();
    run_phase(*resource, expired ? Control::Abort : static_cast<Control>(resource->internal[kState].value("todo", 0)));
  }

  void step_member(const std::string& id) {
    core_.loop->submit(
        {[this, id](Transaction& transaction) -> Result<> {
           const ResourcePtr member = transaction.tree().find(id);
           const auto step = member ? own_step(*member) : std::nullopt;
           if (!step || step->second > transaction.now().time_since_epoch().count()) return {};
           if (!member->unit.empty() && !core_.gate->serves(transaction, member->unit)) return {};
           return members_->apply(transaction, id, step->first);
         },
         [](const Result<>& done) {
           if (!done) base::log::warning("cse", "a transaction could not go on", {{"detail", done.error().detail}});
         }});
  }

  // One request for each member; what they answer decides together.
  void run_phase(const Resource& management, Control control) {
    const Json& requests = list_of(management.attributes["rqps"], "rqp");
    const Json& places = management.internal[kState]["places"];
    auto phase = std::make_shared<Phase>();
    std::vector<Request> sending;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      if (control == Control::Lock) {
        sending.push_back(make_member(management, requests[i], i));
      } else if (i < places.size() && places[i].is_string()) {
        sending.push_back(make_control(management, places[i], control, i));
      }
    }
    phase->outstanding = sending.size();
    phase->answers.resize(sending.size());
    const std::string id = management.id;
    if (sending.empty()) return finish_phase(id, control, *phase);
    for (std::size_t i = 0; i < sending.size(); ++i) {
      core_.pipeline->handle(
          std::move(sending[i]), [this, id, control, phase, i, alive = std::weak_ptr(alive_)](Response answer) {
            if (alive.expired()) return;
            // Answers come on several threads; the phase is the executor's.
            core_.environment.executor.post([this, id, control, phase, i, answer = std::move(answer), alive]() mutable {
              if (alive.expired()) return;
              phase->answers[i] = std::move(answer);
              if (--phase->outstanding == 0) finish_phase(id, control, *phase);
            });
          });
    }
  }

  [[nodiscard]] Request in_the_name_of_creator(const Resource& management, std::size_t number, const char* what) const {
    Request request;
    request.from = management.text("cr");
    request.release_version = "3";
    const int attempt = management.internal[kState].value("retries", 0);
    request.request_identifier =
        management.id + '-' + what + '-' + std::to_string(attempt) + '-' + std::to_string(number);
    if (core_.options.strict_originator_check) request.peer.verified_ids = {request.from};
    return request;
  }
  [[nodiscard]] Request make_member(const Resource& management, const Json& primitive, std::size_t number) const {
    Request request = in_the_name_of_creator(management, number, "lock");
    request.operation = Operation::Create;
    request.resource_type = kTransaction;
    request.to = primitive.value("to", std::string{});
    Json inner = primitive;
    const auto address = onem2m::parse_address(request.to);
    if (address && !is_hosted(core_.options, *address))
      inner["fr"] = onem2m::to_sp_relative_originator(request.from, core_.options.id);
    Json member{{"tid", management.id},
                {"tltp", management.number("tltp", 1)},
                {"rqp", std::move(inner)},
                {"et", management.text("et")}};
    request.content = {{"m2m:trac", std::move(member)}};
    return request;
  }
  [[nodiscard]] Request make_control(const Resource& management, const std::string& place, Control control,
                                     std::size_t number) const {
    Request request = in_the_name_of_creator(management, number,
                                             control == Control::Execute  ? "execute"
                                             : control == Control::Commit ? "commit"
                                                                          : "abort");
    request.operation = Operation::Update;
    request.to = place;
    request.content = {{"m2m:trac", {{"tctl", static_cast<int>(control)}}}};
    return request;
  }

  static Json attributes_of(const Response& answer) {
    const Json content = answer.serialized_content ? Json::parse(*answer.serialized_content) : answer.content;
    return content.is_object() && !content.empty() ? content.begin().value() : Json::object();
  }
  static bool agrees(Control control, const Response& answer) {
    const State wanted = control == Control::Lock      ? State::Locked
                         : control == Control::Execute ? State::Executed
                                                       : State::Committed;
    if (control == Control::Abort) return true;
    // After a restart it may have been done already.
    if (control == Control::Commit && answer.status == ResponseStatus::IllegalTransactionStateTransitionAttempted)
      return true;
    return onem2m::is_success(answer.status) && attributes_of(answer).value("trst", 0) == static_cast<int>(wanted);
  }
  // Where the member is, as this CSE reaches it: its ri, at the CSE of the request's target.
  [[nodiscard]] Json place_of(const Json& primitive, const Response& answer) const {
    const Json made = attributes_of(answer);
    if (!onem2m::is_success(answer.status) || !made.contains("ri")) return nullptr;
    const auto address = onem2m::parse_address(primitive.value("to", std::string{}));
    const std::string id = made["ri"];
    if (!address || is_hosted(core_.options, *address) || id.starts_with('/')) return id;
    return address->service_provider + address->cse_id + '/' + id;
  }

  void finish_phase(const std::string& id, Control control, const Phase& phase) {
    {
      std::lock_guard lock(mutex_);
      busy_.erase(id);
    }
    const bool agreed = std::all_of(phase.answers.begin(), phase.answers.end(),
                                    [&](const Response& answer) { return agrees(control, answer); });
    auto over = std::make_shared<ResourcePtr>();
    core_.loop->submit(
        {[this, id, control, agreed, answers = phase.answers, over](Transaction& transaction) -> Result<> {
           const ResourcePtr before = transaction.tree().find(id);
           if (!before || (!before->unit.empty() && !core_.gate->serves(transaction, before->unit))) return {};
           Resource management = *before;
           note_answers(management, control, answers);
           advance(management, control, agreed, transaction.now().time_since_epoch().count());
           const bool ended = is_over(management);
           put_and_tell(core_, transaction, std::move(management));
           if (ended) *over = transaction.tree().find(id);
           return {};
         },
         [this, over](const Result<>& done) {
           if (!done) base::log::warning("cse", "a transaction's phase is lost", {{"detail", done.error().detail}});
           if (done && *over) clean_up(**over);
         }});
  }

  void note_answers(Resource& management, Control control, const std::vector<Response>& answers) const {
    const Json& requests = list_of(management.attributes["rqps"], "rqp");
    if (control == Control::Lock) {
      Json places = Json::array();
      for (std::size_t i = 0; i < answers.size(); ++i) places.push_back(place_of(requests[i], answers[i]));
      management.internal[kState]["places"] = std::move(places);
    }
    Json responses = Json::array();
    for (const Response& answer : answers) {
      const Json member = attributes_of(answer);
      responses.push_back(member.contains("rsp")
                              ? member["rsp"]
                              : Json{{"rsc", onem2m::to_number(answer.status)}, {"rqi", answer.request_identifier}});
    }
    if (control != Control::Abort) management.attributes["rsps"] = std::move(responses);
  }

  // The next state and what is to be done to leave it.
  static void advance(Resource& management, Control control, bool agreed, std::int64_t now) {
    Json& state = management.internal[kState];
    const auto go = [&](State reached, Control next, std::int64_t at = 0) {
      management.attributes["trst"] = static_cast<int>(reached);
      const bool by_itself = next == Control::Abort || !creator_controls(management);
      state["todo"] = by_itself && next != Control::Initial ? static_cast<int>(next) : 0;
      state["again"] = at;
    };
    if (control == Control::Abort) {
      const std::int64_t retries = state.value("retries", std::int64_t{0});
      if (retries >= management.number("tmr") || creator_controls(management) || expiry_of(management) <= now)
        return go(State::Aborted, Control::Initial);
      state["retries"] = retries + 1;
      return go(State::Initial, Control::Lock, now + kRetryWait);
    }
    if (!agreed) return go(State::Error, Control::Abort);
    if (control == Control::Lock) return go(State::Locked, Control::Execute);
    if (control == Control::Execute) return go(State::Executed, Control::Commit);
    go(State::Committed, Control::Initial);
  }

  static bool is_over(const Resource& management) {
    const State state = state_of(management);
    return (state == State::Committed || state == State::Aborted) && management.internal[kState].value("todo", 0) == 0;
  }

  // The members have done their work; the transactionMgmt goes too unless it is to stay.
  void clean_up(const Resource& management) {
    const Json& places = management.internal[kState]["places"];
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!places[i].is_string()) continue;
      Request request = in_the_name_of_creator(management, i, "delete");
      request.operation = Operation::Delete;
      request.to = places[i];
      core_.pipeline->handle(std::move(request), [](const Response&) {});
    }
    if (management.number("tmh", 1) == kPersist) return;
    core_.loop->submit({[this, id = management.id](Transaction& transaction) {
                          return delete_resource(core_, transaction, id, nullptr);
                        },
                        nullptr});
  }

  CseCore& core_;
  std::shared_ptr<transactions::TransactionProcedure> members_;
  Alarms alarms_;
  std::mutex mutex_;
  std::set<std::string> busy_;  // a phase is on its way; guarded by mutex_
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace

std::unique_ptr<CsePart> make_transactions(CseCore& core) { return std::make_unique<Coordinator>(core); }

}  // namespace edgecse::cse
