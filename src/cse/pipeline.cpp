// SPDX-License-Identifier: Apache-2.0
#include "cse/pipeline.hpp"

#include "base/log.hpp"
#include "cse/access/access_decision.hpp"
#include "cse/access/access_policies.hpp"
#include "cse/answer_ids.hpp"
#include "cse/cmdh/communication_management.hpp"
#include "cse/message_check.hpp"
#include "cse/procedures.hpp"
#include "cse/registrees.hpp"
#include "cse/schedule/schedule.hpp"
#include "cse/semantics/semantic_discovery.hpp"
#include "cse/time_sync/time_sync_beacon.hpp"
#include "cse/transaction/lock.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::AccessOperation;
using onem2m::Address;
using onem2m::make_error_response;
using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

// A CREATE, UPDATE or DELETE on its way through the loop.
struct Pipeline::Write {
  Request request;
  Address address;
  ResponseCallback done;
  base::WallTime deadline{};          // zero: none given
  Json prepared;
  TypeProcedure* preparer = nullptr;  // whose prepare() gave it
  std::shared_ptr<void> permission;   // of who held the request back; lives until the change is done
  Response response;
  Verdict verdict;                    // other than Serve: why the job did nothing
  bool unknown = false;               // the target was not there
};

namespace {

void fail(const Request& request, const ResponseCallback& done, const onem2m::Error& error) {
  done(make_error_response(request, error.status, error.detail));
}

bool is_registration(const Request& request) {
  return request.operation == Operation::Create &&
         (request.resource_type == type::kAe || request.resource_type == type::kRemoteCse);
}

tl::unexpected<onem2m::Error> not_found(const Request& request) {
  return refuse(ResponseStatus::NotFound, "'" + request.to + "' is not here");
}

bool is_verification(const Request& request) {
  if (!request.content.is_object()) return false;
  const auto notification = request.content.find("m2m:sgn");
  return notification != request.content.end() && notification->is_object() && notification->value("vrq", Json{}) == Json(true);
}

std::string stem_of(const CseOptions& options, const Request& request) {
  std::string stem = local_originator(options, request.from);
  if (stem.starts_with("/S")) stem.erase(0, 1);
  return stem.size() > 1 ? stem : std::string{};
}

}  // namespace

Pipeline::Pipeline(CseCore& core) : core_(core), metrics_(core.environment.telemetry, core.environment.clock) {}

// What every response carries, and what it repeats of its request. TS-0004 7.3.3.12, 6.4.2.
ResponseCallback Pipeline::completing(const Request& request, ResponseCallback done) {
  struct Echo {
    std::string identifier, result_expiration, vendor_information;
    std::optional<std::string> release;
    std::optional<int> event_category;
  };
  return [this, started = metrics_.start(request), alive = std::weak_ptr(alive_),
          echo = Echo{request.request_identifier, request.result_expiration, request.vendor_information,
                      request.release_version, request.event_category},
          answer = std::move(done)](Response response) {
    response.request_identifier = echo.identifier;
    response.release_version = echo.release;
    response.result_expiration = echo.result_expiration;
    response.vendor_information = echo.vendor_information;
    response.event_category = echo.event_category;
    if (!alive.expired()) {
      response.originating_timestamp = onem2m::format_timestamp(core_.environment.clock.wall_now());
      metrics_.count(started, response.status);
    }
    answer(std::move(response));
  };
}

void Pipeline::handle(Request request, ResponseCallback done) {
  done = completing(request, std::move(done));
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const base::WallTime now = core_.environment.clock.wall_now();
  if (auto valid = check_message(core_, snapshot->tree, now, request); !valid) return fail(request, done, valid.error());
  if (clocks_ != nullptr) clocks_->compare_clocks(request);
  make_times_absolute(request, now);
  if (request.response_type == kFlexBlocking && !core_.options.flex_blocking_waits && core_.non_blocking != nullptr)
    request.response_type = request.notification_targets ? kNonBlockingAsynch : kNonBlockingSynch;
  if (request.response_type == kNonBlockingSynch || request.response_type == kNonBlockingAsynch) {
    done = with_ids_like_from(core_.options, request, std::move(done));
    return core_.non_blocking->accept(std::move(request), std::move(done));
  }
  route(std::move(request), snapshot, std::move(done));
}

void Pipeline::route(Request request, const SnapshotPtr& snapshot, ResponseCallback done) {
  auto address = onem2m::parse_address(request.to);
  if (!address) return fail(request, done, address.error());
  if (!is_hosted(core_.options, *address)) {
    const auto here = core_.gate->address_here(*snapshot, request);
    if (!here) return transit(std::move(request), *address, std::move(done));
    request.to = *here;
    address = onem2m::parse_address(request.to);
    if (!address) return fail(request, done, address.error());
  }
  done = with_ids_like_from(core_.options, request, std::move(done));
  if (!request.operation_execution_time.empty()) return wait_and_route(std::move(request), std::move(done));
  host(std::move(request), *address, snapshot, std::move(done));
}

void Pipeline::wait_and_route(Request request, ResponseCallback done) {
  const base::WallTime now = core_.environment.clock.wall_now();
  const auto when = onem2m::parse_absolute_or_relative(std::exchange(request.operation_execution_time, {}), now);
  if (!when || *when <= now) return route(std::move(request), core_.loop->snapshot(), std::move(done));
  core_.environment.executor.run_after(*when - now, [this, alive = std::weak_ptr(alive_), request = std::move(request),
                                                     done = std::move(done)]() mutable {
    if (!alive.expired()) route(std::move(request), core_.loop->snapshot(), std::move(done));
  });
}

void Pipeline::transit(Request request, const Address& address, ResponseCallback done) {
  if (is_registration(request))
    return fail(request, done, {ResponseStatus::BadRequest, "a registration is for the CSE that receives it, not " + address.cse_id});
  management_->forward(std::move(request), nullptr, std::move(done));
}

void Pipeline::host(Request request, const Address& address, const SnapshotPtr& snapshot, ResponseCallback done) {
  if (!request.tokens.empty())
    core_.access_policies->signed_tokens().open_all(request.tokens, core_.environment.clock.wall_now());
  if (core_.subtree != nullptr && core_.subtree->takes(request, address.segments))
    return core_.subtree->handle(std::move(request), std::move(done));
  if (!request.peer.internal) {
    auto open = check_open(core_, snapshot->tree, core_.environment.clock.wall_now(), address);
    if (!open) return fail(request, done, open.error());
  }
  for (SubtreeHandler* handler : core_.virtual_targets)
    if (handler->takes(request, address.segments)) return handler->handle(std::move(request), std::move(done));
  // Nothing of it waits for a peer, and the job looks its target up itself.
  const bool watched = core_.watcher != nullptr && core_.watcher->active();
  const bool instance = request.resource_type == type::kContentInstance || request.resource_type == type::kTimeSeriesInstance;
  if (!watched && instance && request.operation == Operation::Create)
    return submit(make_write(std::move(request), address, std::move(done)));
  const auto target = resolve(core_, snapshot->tree, address);
  if (!target) {
    if (request.operation == Operation::Notify && core_.watcher != nullptr && core_.watcher->expects(request))
      return done(make_response(ResponseStatus::Ok));
    if (diverted(core_.gate->judge_unknown(*snapshot, request), request, done)) return;
    // The gate speaks of now: a unit may have come since the snapshot was taken.
    const SnapshotPtr now = core_.loop->snapshot();
    if (now != snapshot && resolve(core_, now->tree, address))
      return host(std::move(request), address, now, std::move(done));
    return fail(request, done, not_found(request).value());
  }
  if (request.operation == Operation::Create && request.resource_type == type::kAe &&
      target->resource->type == type::kCseBase) {
    if (diverted(core_.gate->judge_registration(*snapshot, stem_of(core_.options, request), request), request, done)) return;
  }
  if (watched) {
    if (auto outcome = core_.watcher->attempt(snapshot, request, target->resource)) {
      // Who is told of the request is told for certain before the answer: by what the job before the next one commits.
      done = [this, alive = std::weak_ptr(alive_), outcome = std::move(outcome), answer = std::move(done)](Response response) {
        if (alive.expired()) return;
        outcome(response);
        core_.loop->submit({[](Transaction&) { return Result<>{}; },
                            [answer, response = std::move(response)](const Result<>&) { answer(response); }});
      };
    }
  }
  serve(std::move(request), address, snapshot, *target, std::move(done));
}

void Pipeline::serve(Request request, const Address& address, const SnapshotPtr& snapshot, const Target& target,
                     ResponseCallback done) {
  switch (request.operation) {
    case Operation::Retrieve:
      // A RETRIEVE that counts changes the instance.
      if (target.is_instance() && target.resource->internal.contains(kCountsRetrievals) &&
          core_.gate->serves(target.resource->unit))
        return submit(make_write(std::move(request), address, std::move(done)));
      return read(std::move(request), address, snapshot, target, std::move(done));
    case Operation::Notify:
      return notify(std::move(request), snapshot, target, std::move(done));
    default:
      return prepare_and_write(std::move(request), address, snapshot, target, std::move(done));
  }
}

bool Pipeline::diverted(Verdict&& verdict, Request& request, ResponseCallback& done) {
  switch (verdict.action) {
    case Verdict::Action::Serve:
      if (!verdict.answer) return false;
      done(std::move(*verdict.answer));
      return true;
    case Verdict::Action::Park:
      core_.gate->park(verdict.unit, std::move(request), std::move(done));
      return true;
    case Verdict::Action::Forward:
      core_.gate->forward(verdict, std::move(request), std::move(done));
      return true;
    case Verdict::Action::Refuse:
      fail(request, done, verdict.error.value_or(onem2m::Error{ResponseStatus::InternalServerError, "not served here"}));
      return true;
  }
  return false;
}

void Pipeline::read(Request request, const Address& address, const SnapshotPtr& snapshot, const Target& target,
                    ResponseCallback done) {
  const std::string& unit = target.resource->unit;
  if (!unit.empty() && diverted(core_.gate->judge_read(*snapshot, unit, request), request, done)) return;
  const base::WallTime now = core_.environment.clock.wall_now();
  if (request.result_content == 7 && target.resource->type >= type::kAnnounced && target.kind == Target::Kind::Resource) {
    // The original, under the requester's privileges there. TS-0004 7.3.3.12, release4 16.
    auto may = authorise(core_, snapshot->tree, now, request, AccessOperation::Retrieve, *target.resource);
    if (!may) return fail(request, done, may.error());
    request.to = target.resource->text("lnk");
    request.result_content = 1;
    auto original = onem2m::parse_address(request.to);
    if (!original) return fail(request, done, original.error());
    if (is_hosted(core_.options, *original)) return host(std::move(request), *original, snapshot, std::move(done));
    return transit(std::move(request), *original, std::move(done));
  }
  if (target.kind == Target::Kind::Resource && is_semantic_discovery(request))
    return discover_by_semantics(std::move(request), address, snapshot, target, std::move(done));
  auto response = retrieve(core_, *snapshot, now, request, target);
  if (!response) return fail(request, done, response.error());
  if (auto open = transactions::check_lock(target, Operation::Retrieve); !open) return fail(request, done, open.error());
  if (core_.watcher != nullptr && core_.watcher->active() && core_.watcher->holds(*snapshot, request, *target.resource))
    return read_when_allowed(std::move(request), address, target.resource, std::move(done));
  done(std::move(*response));
}

// Links of descriptors may lead to other CSEs: it waits for them.
void Pipeline::discover_by_semantics(Request request, const Address& address, const SnapshotPtr& snapshot, const Target& target,
                                     ResponseCallback done) {
  auto asked = std::make_shared<std::pair<Request, ResponseCallback>>(std::move(request), std::move(done));
  discover_semantically(core_, alive_, snapshot, asked->first, {{target.resource}, {}},
                        [this, asked, address, snapshot, target](Result<Response> response) {
                          auto& [what, answer] = *asked;
                          if (!response) return fail(what, answer, response.error());
                          if (auto open = transactions::check_lock(target, Operation::Retrieve); !open) return fail(what, answer, open.error());
                          if (core_.watcher != nullptr && core_.watcher->active() && core_.watcher->holds(*snapshot, what, *target.resource))
                            return read_when_allowed(std::move(what), address, target.resource, std::move(answer));
                          answer(std::move(*response));
                        });
}

// What is read may have changed while the answer was held back: it is read anew.
void Pipeline::read_when_allowed(Request request, const Address& address, const ResourcePtr& held, ResponseCallback done) {
  auto waiting = std::make_shared<std::pair<Request, ResponseCallback>>(std::move(request), std::move(done));
  core_.watcher->hold(core_.loop->snapshot(), waiting->first, held,
                      [this, waiting, address, alive = std::weak_ptr(alive_)](Result<std::shared_ptr<void>> permission) {
                        if (alive.expired()) return;
                        const auto& [asked, answer] = *waiting;
                        if (!permission) return fail(asked, answer, permission.error());
                        const SnapshotPtr now = core_.loop->snapshot();
                        const auto target = resolve(core_, now->tree, address);
                        if (!target) return fail(asked, answer, not_found(asked).value());
                        const auto tell = [waiting](Result<Response> response) {
                          if (!response) return fail(waiting->first, waiting->second, response.error());
                          waiting->second(std::move(*response));
                        };
                        if (target->kind == Target::Kind::Resource && is_semantic_discovery(asked))
                          return discover_semantically(core_, alive_, now, asked, {{target->resource}, {}}, tell);
                        tell(retrieve(core_, *now, core_.environment.clock.wall_now(), asked, *target));
                      });
}

void Pipeline::notify(Request request, const SnapshotPtr& snapshot, const Target& target, ResponseCallback done) {
  if (target.kind != Target::Kind::Resource)
    return fail(request, done, {ResponseStatus::OperationNotAllowed, "'" + request.to + "' takes no notification"});
  const base::WallTime now = core_.environment.clock.wall_now();
  if (auto may = authorise(core_, snapshot->tree, now, request, AccessOperation::Notify, *target.resource); !may) {
    // Who asks whether a subscription may notify hears why not. TS-0004 7.5.1.2.3.
    onem2m::Error refusal = may.error();
    if (is_verification(request)) refusal.status = ResponseStatus::SubscriptionHostHasNoPrivilege;
    return fail(request, done, refusal);
  }
  if (core_.notify_handler == nullptr)
    return fail(request, done, {ResponseStatus::NotImplemented, "NOTIFY is not implemented"});
  const std::string unit = target.resource->unit;
  if (unit.empty()) return core_.notify_handler->handle_notify(std::move(request), target.resource, std::move(done));
  // Whether the unit is served is exact inside a job only.
  struct Held {
    Request request;
    ResponseCallback done;
    Verdict verdict;
  };
  auto held = std::make_shared<Held>(Held{std::move(request), std::move(done), {}});
  core_.loop->submit({[this, held, unit](Transaction& transaction) {
                        held->verdict = core_.gate->judge_write(transaction, unit, held->request);
                        return Result<>{};
                      },
                      [this, held, resource = target.resource](const Result<>& result) {
                        if (!result) return fail(held->request, held->done, result.error());
                        if (diverted(std::move(held->verdict), held->request, held->done)) return;
                        core_.notify_handler->handle_notify(std::move(held->request), resource, std::move(held->done));
                      }});
}

void Pipeline::prepare_and_write(Request request, const Address& address, const SnapshotPtr& snapshot, const Target& target,
                                 ResponseCallback done) {
  const WritePtr write = make_write(std::move(request), address, std::move(done));
  const base::WallTime now = core_.environment.clock.wall_now();
  const bool creating = write->request.operation == Operation::Create;
  const bool deleting = write->request.operation == Operation::Delete;
  const int number = creating ? *write->request.resource_type : target.resource->type;
  const bool held = core_.watcher != nullptr && !creating && target.kind == Target::Kind::Resource && core_.watcher->active() &&
                    core_.watcher->holds(*snapshot, write->request, *target.resource);
  if (target.is_instance() || !core_.procedures.has(number)) return submit(write);
  TypeProcedure& procedure = core_.procedures.find(number);
  const bool prepares = !deleting && procedure.prepares(write->request);
  if (!held && !prepares) return submit(write);
  // A request that the job will refuse, after asking the gate, is neither held nor prepared.
  std::optional<Preparation> preparation;
  if (!deleting) {
    auto checked = creating ? check_create(core_, snapshot, now, write->request, target)
                            : check_update(core_, snapshot, now, write->request, target);
    if (!checked) return submit(write);
    if (prepares && procedure.needs_preparation(*checked)) preparation = std::move(*checked);
  }
  if (held) {
    return core_.watcher->hold(snapshot, write->request, target.resource,
                               [this, write, &procedure, alive = std::weak_ptr(alive_),
                                preparation = std::move(preparation)](Result<std::shared_ptr<void>> permission) mutable {
                                 if (alive.expired()) return;
                                 if (!permission) return fail(write->request, write->done, permission.error());
                                 write->permission = std::move(*permission);
                                 if (!preparation) return submit(write);
                                 prepare(write, procedure, std::move(*preparation));
                               });
  }
  if (!preparation) return submit(write);
  prepare(write, procedure, std::move(*preparation));
}

void Pipeline::prepare(const WritePtr& write, TypeProcedure& procedure, Preparation preparation) {
  core_.environment.executor.post([this, write, &procedure, alive = std::weak_ptr(alive_),
                                   prepared = std::move(preparation)]() mutable {
    if (alive.expired()) return;
    procedure.prepare(std::move(prepared), [this, write, &procedure, alive](Result<Json> result) {
      if (alive.expired()) return;
      if (!result) return fail(write->request, write->done, result.error());
      write->prepared = std::move(*result);
      write->preparer = &procedure;
      submit(write);
    });
  });
}

Pipeline::WritePtr Pipeline::make_write(Request request, const Address& address, ResponseCallback done) {
  auto write = std::make_shared<Write>();
  write->request = std::move(request);
  write->address = address;
  write->done = std::move(done);
  if (!write->request.request_expiration.empty())
    write->deadline = deadline_of(core_, write->request, core_.environment.clock.wall_now());
  return write;
}

void Pipeline::submit(const WritePtr& write) {
  core_.loop->submit({[this, write](Transaction& transaction) -> Result<> {
                        // A fault of ours in one request must not end the loop for all.
                        try {
                          return apply(*write, transaction);
                        } catch (const std::exception& fault) {
                          base::log::error("cse", "a request failed by an exception",
                                           {{"to", write->request.to}, {"detail", fault.what()}});
                          return refuse(ResponseStatus::InternalServerError, "the request could not be processed");
                        }
                      },
                      [this, write](const Result<>& result) { finish(*write, result); }});
}

Result<> Pipeline::apply(Write& write, Transaction& transaction) {
  const Request& request = write.request;
  if (write.deadline != base::WallTime{} && transaction.now() >= write.deadline)
    return refuse(ResponseStatus::RequestTimeout, "the request expired before it could be done");
  const auto target = resolve(core_, transaction.tree(), write.address);
  if (!target) {
    write.unknown = true;
    return not_found(request);
  }
  std::string unit = target->resource->unit;
  if (unit.empty() && request.operation == Operation::Create && request.resource_type == type::kAe) {
    // A registration sent again: the unit knows its answer.
    const ResourcePtr there = transaction.tree().find(stem_of(core_.options, request));
    if (there && there->type == type::kAe) unit = there->unit;
  }
  if (!unit.empty()) {
    write.verdict = core_.gate->judge_write(transaction, unit, request);
    if (write.verdict.action != Verdict::Action::Serve)
      return refuse(ResponseStatus::InternalServerError, "not served here");
    if (write.verdict.answer) return {};
  }
  if (auto open = transactions::check_lock(*target, request.operation); !open) return open;
  Work work{core_, transaction, request, *target, write.prepared, unit};
  auto response = request.operation == Operation::Create   ? create_resource(work)
                  : request.operation == Operation::Update ? update_resource(work)
                  : request.operation == Operation::Delete ? delete_target(work)
                                                           : count_retrieval(work);
  if (!response) return tl::unexpected(response.error());
  if (request.operation == Operation::Create || request.operation == Operation::Update) {
    const bool creating = request.operation == Operation::Create;
    hide_attributes(core_, {transaction.tree(), transaction.now(), request, creating ? AccessOperation::Create : AccessOperation::Update,
                            creating ? *request.resource_type : 0}, *target->resource, *response);
  }
  if (!work.unit.empty()) core_.gate->remember(transaction, work.unit, request, *response);
  write.response = std::move(*response);
  return {};
}

void Pipeline::finish(Write& write, const Result<>& result) {
  write.permission.reset();
  const bool diverts = write.verdict.action != Verdict::Action::Serve || write.verdict.answer;
  if (write.preparer != nullptr && (!result || diverts)) write.preparer->abandon(write.request, write.prepared);
  if (diverts) {
    diverted(std::move(write.verdict), write.request, write.done);
    return;
  }
  if (write.unknown) {
    const SnapshotPtr snapshot = core_.loop->snapshot();
    // It came with another job of the same commit: with a unit that was handed over.
    if (resolve(core_, snapshot->tree, write.address))
      return host(std::move(write.request), write.address, snapshot, std::move(write.done));
    if (diverted(core_.gate->judge_unknown(*snapshot, write.request), write.request, write.done)) return;
  }
  if (!result) {
    if (core_.answer_holder != nullptr) core_.answer_holder->forget(write.request);
    return fail(write.request, write.done, result.error());
  }
  if (core_.answer_holder != nullptr && core_.answer_holder->hold(write.request, write.response, write.done)) return;
  write.done(std::move(write.response));
}

}  // namespace edgecse::cse
