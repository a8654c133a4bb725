// SPDX-License-Identifier: Apache-2.0
#include "cse/transaction/transaction_procedure.hpp"

#include "base/log.hpp"
#include "cse/procedures.hpp"
#include "cse/transaction/lock.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::transactions {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

State state_of(const Resource& resource) { return static_cast<State>(resource.number("trst", 1)); }

void set_state(Resource& resource, State state) { resource.attributes["trst"] = static_cast<int>(state); }

Result<Request> request_of(const Json& attributes) { return onem2m::request_from_json(attributes.at("rqp")); }

std::optional<Target> target_of(const CseCore& core, const Tree& tree, const Request& request) {
  const auto address = onem2m::parse_address(request.to);
  if (!address || !is_hosted(core.options, *address)) return std::nullopt;
  return resolve(core, tree, *address);
}

void lock(Transaction& transaction, const Resource& resource) {
  const ResourcePtr parent = transaction.tree().find(resource.parent);
  if (!parent) return;
  Resource locked = *parent;
  locked.internal[kLock] = {{"by", resource.id}, {"type", resource.number("tltp", kBlockAll)}};
  transaction.put(std::move(locked));
}

void unlock(Transaction& transaction, const Resource& resource) {
  const ResourcePtr parent = transaction.tree().find(resource.parent);
  if (!parent || !parent->internal.contains(kLock) || parent->internal[kLock].value("by", std::string{}) != resource.id)
    return;
  Resource open = *parent;
  open.internal.erase(kLock);
  transaction.put(std::move(open));
}

void keep_response(Resource& resource, const Request& request, Response response) {
  response.request_identifier = request.request_identifier;
  if (response.serialized_content) {
    response.content = Json::parse(*response.serialized_content);
    response.serialized_content = nullptr;
  }
  resource.attributes["rsp"] = onem2m::to_json(response);
}

// What the request would be refused for, if it were done now.
Result<> check_request(const CseCore& core, const Transaction& transaction, const Request& request,
                       const Target& target) {
  const auto snapshot = std::make_shared<const Snapshot>(Snapshot{transaction.tree(), transaction.commit_number()});
  if (request.operation == Operation::Create) {
    auto fits = check_create(core, snapshot, transaction.now(), request, target);
    if (!fits) return tl::unexpected(fits.error());
  } else if (request.operation == Operation::Update) {
    auto fits = check_update(core, snapshot, transaction.now(), request, target);
    if (!fits) return tl::unexpected(fits.error());
  } else if (request.operation == Operation::Delete) {
    auto may = authorise(core, transaction.tree(), transaction.now(), request, onem2m::AccessOperation::Delete,
                         *target.resource);
    if (!may) return may;
    return core.procedures.find(target.resource->type).check_delete(transaction.tree(), request, *target.resource);
  }
  return {};
}

// The resource goes with everything below it, this transaction too: after its state was told.
void delete_later(CseCore& core, Transaction& transaction, Request request, std::string id) {
  transaction.after_commit([&core, request = std::move(request), id = std::move(id)] {
    core.loop->submit({[&core, request, id](Transaction& next) { return delete_resource(core, next, id, &request); },
                       [](const Result<>& gone) {
                         if (!gone)
                           base::log::warning("cse", "a committed DELETE failed", {{"detail", gone.error().detail}});
                       }});
  });
}

}  // namespace

Result<> check_control(State state, Control control) {
  const bool fits = (control == Control::Lock && state == State::Initial) ||
                    (control == Control::Execute && state == State::Locked) ||
                    (control == Control::Commit && state == State::Executed) ||
                    (control == Control::Abort && state != State::Committed && state != State::Aborted);
  if (fits) return {};
  return refuse(ResponseStatus::IllegalTransactionStateTransitionAttempted,
                "tctl " + std::to_string(static_cast<int>(control)) + " does not follow on trst " +
                    std::to_string(static_cast<int>(state)));
}

Result<> TransactionProcedure::check_create(const CreateCheck& check) const {
  auto request = request_of(check.attributes);
  if (!request) return refuse(ResponseStatus::BadRequest, "rqp: " + request.error().detail);
  if (request->operation == Operation::Notify)
    return refuse(ResponseStatus::BadRequest, "rqp: a NOTIFY is no part of a transaction");
  if (request->operation == Operation::Create && !request->resource_type)
    return refuse(ResponseStatus::BadRequest, "rqp: a CREATE without ty");
  const auto target = target_of(core_, check.tree, *request);
  if (!target || target->resource->id != check.parent.id)
    return refuse(ResponseStatus::BadRequest, "rqp: '" + request->to + "' is not the parent of the transaction");
  if (local_originator(core_.options, request->from) == local_originator(core_.options, check.request.from)) return {};
  return refuse(ResponseStatus::BadRequest, "rqp: fr must be the Originator, " + check.request.from);
}

Result<> TransactionProcedure::check_update(const UpdateCheck& check) const {
  const auto control = check.attributes.find("tctl");
  if (control == check.attributes.end()) return {};
  return check_control(state_of(check.target), static_cast<Control>(control->get<int>()));
}

Result<> TransactionProcedure::check_delete(const Tree&, const Request&, const Resource& resource) const {
  const State state = state_of(resource);
  if (state != State::Locked && state != State::Executed) return {};
  return refuse(ResponseStatus::TransactionProcessingIsIncomplete, "the transaction is neither committed nor aborted");
}

Result<> TransactionProcedure::before_create(CreateContext& context) {
  Json attributes = context.resource.attributes;
  attributes["cr"] = context.request.from;
  attributes["tctl"] = static_cast<int>(Control::Lock);
  attributes["trst"] = static_cast<int>(State::Initial);
  if (!attributes.contains("tltp")) attributes["tltp"] = kBlockAll;
  context.resource.attributes = std::move(attributes);
  return {};
}

Result<> TransactionProcedure::after_create(CreateContext& context) {
  const std::int64_t at = to_microseconds(context.resource.text("tltm"));
  if (at > context.transaction.now().time_since_epoch().count()) return {};
  return apply(context.transaction, context.resource.id, Control::Lock);
}

Result<> TransactionProcedure::after_update(UpdateContext& context) {
  const auto control = context.requested.find("tctl");
  if (control == context.requested.end()) return {};
  return apply(context.transaction, context.after.id, static_cast<Control>(control->get<int>()));
}

Result<> TransactionProcedure::before_delete(DeleteContext& context) {
  unlock(context.transaction, context.resource);
  return {};
}

Result<> TransactionProcedure::apply(Transaction& transaction, const std::string& id, Control control) {
  const ResourcePtr current = transaction.tree().find(id);
  if (!current) return {};
  Resource resource = *current;
  resource.attributes["tctl"] = static_cast<int>(control);
  switch (control) {
    case Control::Initial:
      break;
    case Control::Lock:
      lock(transaction, resource);
      set_state(resource, State::Locked);
      break;
    case Control::Execute:
      execute(transaction, resource);
      break;
    case Control::Commit:
      if (auto done = commit(transaction, resource); !done) return done;
      unlock(transaction, resource);
      break;
    case Control::Abort:
      unlock(transaction, resource);
      set_state(resource, State::Aborted);
      break;
  }
  resource.attributes["lt"] = onem2m::format_timestamp(transaction.now());
  transaction.put(std::move(resource));
  return {};
}

void TransactionProcedure::execute(Transaction& transaction, Resource& resource) const {
  auto request = request_of(resource.attributes);
  const auto target = request ? target_of(core_, transaction.tree(), *request) : std::nullopt;
  Result<> fits = target ? check_request(core_, transaction, *request, *target)
                         : Result<>{refuse(ResponseStatus::NotFound, "the target is gone")};
  if (fits && request->operation == Operation::Retrieve) {
    auto read = retrieve(core_, Snapshot{transaction.tree(), 0}, transaction.now(), *request, *target);
    if (read) keep_response(resource, *request, std::move(*read));
    if (!read) fits = tl::unexpected(read.error());
  }
  if (!fits)
    keep_response(resource, *request, onem2m::make_error_response(*request, fits.error().status, fits.error().detail));
  set_state(resource, fits ? State::Executed : State::Error);
}

Result<> TransactionProcedure::commit(Transaction& transaction, Resource& resource) {
  auto request = request_of(resource.attributes);
  const auto target = request ? target_of(core_, transaction.tree(), *request) : std::nullopt;
  if (!target) return refuse(ResponseStatus::NotFound, "the target of the transaction is gone");
  set_state(resource, State::Committed);
  if (request->operation == Operation::Retrieve) return {};
  if (request->operation == Operation::Delete) {
    keep_response(resource, *request, make_response(ResponseStatus::Deleted));
    delete_later(core_, transaction, *request, target->resource->id);
    return {};
  }
  Work work{core_, transaction, *request, *target, Json{}, target->resource->unit};
  auto response = request->operation == Operation::Create ? create_resource(work) : update_resource(work);
  if (!response) return tl::unexpected(response.error());
  keep_response(resource, *request, std::move(*response));
  return {};
}

}  // namespace edgecse::cse::transactions
