// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/source_side.hpp"

#include "cse/handover/importer.hpp"
#include "cse/outbox_sender.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::handover {
namespace {

constexpr std::size_t kBatchBytes = 32 * 1024;  // small, so that no job of an import holds up the others
constexpr std::chrono::milliseconds kSettledWithin{200};  // of a receiver's answer, before the unit is frozen

template <class Done>
void later(Shared& shared, Done done, onem2m::Error error) {
  shared.post([done = std::move(done), error = std::move(error)] { done(tl::unexpected(error)); });
}

onem2m::Error no_context(const ContextId& context) {
  return {ResponseStatus::NotFound, "the context " + context.text() + " is not open here"};
}

}  // namespace

SourceSide::Open* SourceSide::find(const ContextId& context) {
  const auto found = open_.find(context);
  return found == open_.end() ? nullptr : &found->second;
}

bool SourceSide::forget(const ContextId& context) {
  if (open_.erase(context) == 0) return false;
  shared_.journal.unfollow(context.unit);
  return shared_.table.calm(context.unit);
}

void SourceSide::open(const HandoverPort::Order& order, std::function<void(Result<ContextId>)> done) {
  const auto& [unit, target, trigger, within] = order;
  if (!shared_.is_peer(target) || target == shared_.own_id())
    return later(shared_, std::move(done),
                 {ResponseStatus::OriginatorHasNoPrivilege, target + " is no peer in mobility.peers"});
  for (const auto& [context, open] : open_)
    if (context.unit == unit)
      return later(shared_, std::move(done), {ResponseStatus::Conflict, "a move of " + unit + " is under way"});
  auto context = std::make_shared<ContextId>();
  shared_.commit(
      [this, unit, target, trigger, within, context](Transaction& transaction) -> Result<> {
        auto row = shared_.table.read_or_first(transaction, unit);
        if (!row) return tl::unexpected(row.error());
        if (row->role != Role::Owner || !transaction.tree().find(unit))
          return refuse(ResponseStatus::NotFound, unit + " is not owned here");
        *context = {unit, row->epoch, ++row->attempt};
        row->source = UnitRow::Source{row->attempt, target};
        const ResourcePtr entity = transaction.tree().find(unit);
        row->name = entity->name;
        shared_.table.write(transaction, unit, *row);
        put_context(shared_, transaction, *context,
                    {{"source", shared_.own_id()},
                     {"target", target},
                     {"trigger", trigger},
                     {"phase", "PREPARING"},
                     {"deadline", "PT" + std::to_string(within.count()) + "S"}});
        transaction.after_commit([this, unit] { shared_.journal.follow(unit); });
        return {};
      },
      [this, context, target, unit, done = std::move(done)](const Result<>& result) {
        if (!result) return done(tl::unexpected(result.error()));
        Open& open = open_[*context];
        open.target = target;
        open.exporter =
            std::make_unique<Exporter>(*shared_.core.loop, shared_.journal, unit, shared_.guard_time, export_faults());
        done(*context);
      });
}

void SourceSide::prepare(const ContextId& context, Done done) {
  Open* open = find(context);
  const SnapshotPtr snapshot = shared_.core.loop->snapshot();
  const ResourcePtr entity = snapshot->tree.find(context.unit);
  if (open == nullptr || !entity) return later(shared_, std::move(done), no_context(context));
  const auto row = shared_.table.published(context.unit);
  // The first registrar stays last: it names the directory's entry.
  std::vector<std::string> aliases = row ? row->aliases : std::vector<std::string>{};
  const std::string own = shared_.own_id() + '/' + context.unit;
  if (std::find(aliases.begin(), aliases.end(), own) == aliases.end()) aliases.insert(aliases.begin(), own);
  auto request = make_message(shared_, Operation::Create, open->target, "", context.text() + "-prepare");
  request.resource_type = onem2m::type::kFlexContainer;
  request.content = {{kContextMember,
                      {{"rn", context.text()},
                       {"cnd", kContextDefinition},
                       {"contextID", context.text()},
                       {"unit", context.unit},
                       {"source", shared_.own_id()},
                       {"target", open->target},
                       {"format", kFormat},
                       {"epoch", context.epoch},
                       {"phase", "PREPARING"},
                       {"name", entity->name},
                       {"aliases", aliases}}}};
  shared_.send(std::move(request), [done = std::move(done)](const Response& response) {
    done(onem2m::is_success(response.status) ? Result<>{} : tl::unexpected(to_error(response)));
  });
}

void SourceSide::send_batch(const ContextId& context, Open& open, bool final, Done done) {
  const Batch& batch = *open.in_flight;
  auto request = make_message(shared_, Operation::Create, open.target, '/' + context.text() + "/batches",
                              context.text() + "-batch-" + std::to_string(batch.number));
  request.resource_type = onem2m::type::kContentInstance;
  std::string body = "{\"number\":" + std::to_string(batch.number) + ",\"final\":" + (final ? "true" : "false") +
                     ",\"commit\":" + std::to_string(shared_.core.loop->snapshot()->commit) +
                     ",\"rows\":" + batch.rows + '}';
  request.content = {{"m2m:cin", {{"cnf", "application/json:0"}, {"con", std::move(body)}}}};
  shared_.send(std::move(request), [done = std::move(done)](const Response& response) {
    done(onem2m::is_success(response.status) ? Result<>{} : tl::unexpected(to_error(response)));
  });
}

void SourceSide::transfer(const ContextId& context, std::function<void(Result<Progress>)> done) {
  Open* open = find(context);
  if (open == nullptr) return later(shared_, std::move(done), no_context(context));
  if (!open->in_flight) {
    auto batch = open->exporter->next(kBatchBytes, shared_.wall_now());
    if (!batch) return later(shared_, std::move(done), batch.error());
    open->in_flight = std::move(*batch);
  }
  send_batch(context, *open, false, [this, context, done = std::move(done)](const Result<>& result) {
    if (!result) return done(tl::unexpected(result.error()));
    Open* current = find(context);
    if (current == nullptr || !current->in_flight) return done(tl::unexpected(no_context(context)));
    Progress progress{current->in_flight->rows.size(), current->in_flight->instances, 0};
    current->in_flight.reset();
    current->bytes += progress.bytes;
    current->instances += progress.instances;
    if (current->throttled) let_through(context.unit, progress.bytes / 2);
    auto rest = current->exporter->rest(kBatchBytes, shared_.wall_now());
    if (!rest) return done(tl::unexpected(rest.error()));
    progress.rest = *rest;
    done(progress);
  });
}

void SourceSide::throttle(const ContextId& context) {
  Open* open = find(context);
  if (open == nullptr || shared_.faults.no_throttle) return;
  open->throttled = true;
  shared_.table.allow(context.unit, kBatchBytes / 2);
}

/// Half of what the copy has gained may be written meanwhile: so what is left becomes less with each batch.
void SourceSide::let_through(const std::string& unit, std::uint64_t bytes) {
  shared_.table.allow(unit, bytes);
  std::uint64_t taken = 0;
  shared_.handle(shared_.parking.take_while(unit, [&](const ParkedRequest& parked) {
    if (taken >= bytes) return false;
    taken += 1'000 + onem2m::to_json_text(parked.request.content).size();
    return true;
  }));
}

/// Notifications that are on their way are waited for, while writes are served: what is answered is not sent by the
/// target again. A receiver that is slow gets it twice, with the same identifier.
void SourceSide::quieten(const std::string& unit, base::Task next) {
  if (shared_.faults.no_settling) return next();
  shared_.table.hush(unit);
  auto once = std::make_shared<base::Task>(std::move(next));
  const auto go = [once, guard = std::weak_ptr(shared_.alive)] {
    if (!guard.expired() && *once) std::exchange(*once, nullptr)();
  };
  shared_.core.outbox_sender->settle(unit, go);
  shared_.core.environment.executor.run_after(kSettledWithin, go);
}

void SourceSide::freeze(const ContextId& context, std::function<void(Result<Progress>)> done) {
  if (find(context) == nullptr) return later(shared_, std::move(done), no_context(context));
  quieten(context.unit, [this, context, done = std::move(done)] { freeze_now(context, done); });
}

void SourceSide::freeze_now(const ContextId& context, std::function<void(Result<Progress>)> done) {
  shared_.core.loop->submit({[this, context](Transaction& transaction) -> Result<> {
                               auto row = shared_.table.read_or_first(transaction, context.unit);
                               if (!row) return tl::unexpected(row.error());
                               if (row->role != Role::Owner || !row->source ||
                                   row->source->attempt != context.attempt || row->epoch != context.epoch)
                                 return tl::unexpected(no_context(context));
                               shared_.table.freeze(transaction, context);
                               return {};
                             },
                             [this, context, done = std::move(done)](const Result<>& result) {
                               if (!result && shared_.table.frozen_by(context)) shared_.table.unfreeze(context.unit);
                               shared_.post([this, context, done, result] {
                                 Open* open = find(context);
                                 if (!result || open == nullptr)
                                   return done(tl::unexpected(result ? no_context(context) : result.error()));
                                 frozen_at_[context] = shared_.core.environment.clock.monotonic_now();
                                 auto rest = open->exporter->rest(kBatchBytes, shared_.wall_now());
                                 if (!rest) return done(tl::unexpected(rest.error()));
                                 done(Progress{0, 0, *rest});
                               });
                             }});
}

void SourceSide::finish(const ContextId& context, Done done) {
  Open* open = find(context);
  if (open == nullptr) return later(shared_, std::move(done), no_context(context));
  if (!open->in_flight) {
    auto batch = open->exporter->next(SIZE_MAX, shared_.wall_now());
    if (!batch) return later(shared_, std::move(done), batch.error());
    open->in_flight = std::move(*batch);
    open->bytes += open->in_flight->rows.size();
    open->instances += open->in_flight->instances;
  }
  send_batch(context, *open, true, std::move(done));
}

Result<> SourceSide::make_moved(Transaction& transaction, const ContextId& context, Json report) {
  auto row = shared_.table.read_or_first(transaction, context.unit);
  if (!row) return tl::unexpected(row.error());
  if (row->role != Role::Owner || row->epoch != context.epoch || !row->source ||
      row->source->attempt != context.attempt || !shared_.table.frozen_by(context))
    return tl::unexpected(no_context(context));
  std::vector<std::string> ids;
  transaction.tree().for_each_below(context.unit, [&](const ResourcePtr& resource, std::size_t) {
    if (resource->unit == context.unit) ids.push_back(resource->id);
    return true;
  });
  row->role = Role::Moved;
  row->epoch = context.epoch + 1;
  row->attempt = 0;
  row->owner = row->source->target;
  row->source.reset();
  row->moved_by = context;
  row->grant_pending = true;
  row->released = row->dropped = row->directory_pending = false;
  shared_.table.write(transaction, context.unit, *row);
  shared_.table.write_forward_ids(transaction, context.unit, ids);
  report["phase"] = "MOVED";
  put_context(shared_, transaction, context, report);
  transaction.after_commit([this, unit = context.unit] { shared_.table.unfreeze(unit); });
  return {};
}

void SourceSide::commit_moved(const ContextId& context, int rounds, Done done) {
  Open* open = find(context);
  if (open == nullptr) return later(shared_, std::move(done), no_context(context));
  Json report{{"instancesMoved", open->instances}, {"bytesMoved", open->bytes}, {"rounds", rounds}};
  shared_.commit([this, context, report](Transaction& transaction) { return make_moved(transaction, context, report); },
                 [this, context, done = std::move(done)](const Result<>& result) {
                   if (result) forget(context);
                   done(result);
                   // After GRANT has left, which done() sends.
                   if (result) gate_.forward_parked(context.unit);
                 });
}

void SourceSide::grant(const ContextId& context, Done done) {
  const auto row = shared_.table.published(context.unit);
  if (!row || row->role != Role::Moved || row->moved_by != context)
    return later(shared_, std::move(done), no_context(context));
  auto request = make_update(shared_, row->owner, context, {{"phase", "GRANTED"}, {"epoch", row->epoch}}, "-grant");
  shared_.send(std::move(request), [this, context, done = std::move(done)](const Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(to_error(response)));
    Json report{{"phase", "COMPLETED"}};
    if (const auto frozen = frozen_at_.find(context); frozen != frozen_at_.end()) {
      const auto span = shared_.core.environment.clock.monotonic_now() - frozen->second;
      report["interruption"] = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
      frozen_at_.erase(frozen);
    }
    shared_.commit(
        [this, context, report](Transaction& transaction) -> Result<> {
          auto current = shared_.table.read_or_first(transaction, context.unit);
          if (!current) return tl::unexpected(current.error());
          if (current->moved_by != context || (!current->grant_pending && !report.contains("interruption"))) return {};
          current->grant_pending = false;
          shared_.table.write(transaction, context.unit, *current);
          put_context(shared_, transaction, context, report);
          return {};
        },
        done);
  });
}

void SourceSide::close(const ContextId& context, const std::string& reason, Done done) {
  const Open* open = find(context);
  const std::string target = open == nullptr ? std::string{} : open->target;
  auto unfrozen = std::make_shared<bool>(false);
  shared_.core.loop->submit(
      {[this, context, reason](Transaction& transaction) -> Result<> {
         auto row = shared_.table.read_or_first(transaction, context.unit);
         if (!row) return tl::unexpected(row.error());
         if (row->role != Role::Owner || row->epoch != context.epoch || !row->source ||
             row->source->attempt != context.attempt)
           return {};
         row->source.reset();
         shared_.table.write(transaction, context.unit, *row);
         put_context(shared_, transaction, context, {{"phase", "CLOSED"}, {"reason", reason}});
         return {};
       },
       [this, context, unfrozen, target, reason, done = std::move(done)](const Result<>& result) {
         // Without GRANT nobody else can own the unit, and a late READY meets no open move: it may be served even when
         // the row could not be written.
         if (shared_.table.frozen_by(context)) {
           shared_.table.unfreeze(context.unit);
           *unfrozen = true;
         }
         shared_.post([this, context, unfrozen, target, reason, done, result] {
           frozen_at_.erase(context);
           if (forget(context) || *unfrozen) shared_.serve_again(context.unit);
           if (!target.empty())
             shared_.send(make_update(shared_, target, context, {{"phase", "CLOSED"}, {"reason", reason}}, "-close"),
                          [](const Response&) {});
           done(result);
         });
       }});
}

void SourceSide::ended(const ContextId& context) {
  frozen_at_.erase(context);
  if (forget(context)) shared_.serve_again(context.unit);
}

void SourceSide::drop(const ContextId& context, Done done) {
  pulls_.erase(context);
  const auto outbox = shared_.journal.outbox_keys(context.unit);
  shared_.commit(
      [this, context, outbox](Transaction& transaction) -> Result<> {
        auto row = shared_.table.read_or_first(transaction, context.unit);
        if (!row) return tl::unexpected(row.error());
        if (row->role != Role::Moved || row->moved_by != context || !row->released || row->dropped || row->target)
          return {};
        if (auto wiped = wipe(transaction, context.unit, outbox); !wiped) return tl::unexpected(wiped.error());
        row->dropped = true;
        shared_.table.write(transaction, context.unit, *row);
        return {};
      },
      std::move(done));
}

void SourceSide::asked(const ContextId& context, Request request, ResponseCallback done) {
  auto answer = std::make_shared<Response>();
  auto closed = std::make_shared<bool>(false);
  shared_.core.loop->submit(
      {[this, context, request, answer, closed](Transaction& transaction) -> Result<> {
         auto row = shared_.table.read_or_first(transaction, context.unit);
         if (!row) return tl::unexpected(row.error());
         const bool moved = row->role == Role::Moved && row->moved_by == context;
         *answer = make_answer(request, ResponseStatus::Updated,
                               {{"phase", moved ? "MOVED" : "CLOSED"}, {"epoch", row->epoch}});
         const bool open = row->role == Role::Owner && row->source && row->epoch == context.epoch &&
                           row->source->attempt == context.attempt;
         if (!open || shared_.faults.ask_no_decision) return {};
         row->source.reset();  // the answer is a decision
         *closed = true;
         shared_.table.write(transaction, context.unit, *row);
         put_context(shared_, transaction, context, {{"phase", "CLOSED"}, {"reason", "the target asked"}});
         return {};
       },
       [this, context, request, answer, closed, done = std::move(done)](const Result<>& result) {
         if (!result) return done(make_error_response(request, result.error().status, result.error().detail));
         const bool frozen = *closed && shared_.table.frozen_by(context);
         if (frozen) shared_.table.unfreeze(context.unit);
         done(std::move(*answer));
         if (!*closed) return;
         shared_.post([this, context, frozen] {
           frozen_at_.erase(context);
           if (forget(context) || frozen) shared_.serve_again(context.unit);
           if (shared_.events != nullptr) shared_.events->source_closed(context, "the target asked");
         });
       }});
}

void SourceSide::released(const ContextId& context, Request request, ResponseCallback done) {
  shared_.core.loop->submit({[this, context](Transaction& transaction) -> Result<> {
                               auto row = shared_.table.read_or_first(transaction, context.unit);
                               if (!row) return tl::unexpected(row.error());
                               if (row->role != Role::Moved || row->moved_by != context || row->released) return {};
                               row->released = true;
                               row->grant_pending = false;
                               shared_.table.write(transaction, context.unit, *row);
                               put_context(shared_, transaction, context, {{"phase", "COMPLETED"}});
                               return {};
                             },
                             [this, context, request, done = std::move(done)](const Result<>& result) {
                               if (!result)
                                 return done(
                                     make_error_response(request, result.error().status, result.error().detail));
                               done(make_answer(request, ResponseStatus::Updated));
                               shared_.tell([context](HandoverEvents& events) { events.source_released(context); });
                             }});
}

void SourceSide::pulled(const ContextId& context, std::uint64_t number, Request request, ResponseCallback done) {
  shared_.post([this, context, number, request = std::move(request), done = std::move(done)] {
    const auto row = shared_.table.published(context.unit);
    if (!row || row->role != Role::Moved || row->moved_by != context || row->dropped)
      return done(make_error_response(request, ResponseStatus::NotFound,
                                      context.unit + " is not to be pulled by " + context.text()));
    Pull& pull = pulls_[context];
    if (number == 1 && (!pull.exporter || pull.last.number != 1)) {
      pull = {};
      pull.exporter = std::make_unique<Exporter>(*shared_.core.loop, shared_.journal, context.unit, shared_.guard_time,
                                                 export_faults());
    }
    if (!pull.exporter || (number != pull.last.number && number != pull.last.number + 1))
      return done(make_error_response(request, ResponseStatus::OperationNotAllowed, "the pull starts with batch 1"));
    if (number == pull.last.number + 1) {
      auto batch = pull.exporter->next(kBatchBytes, shared_.wall_now());
      if (!batch) return done(make_error_response(request, batch.error().status, batch.error().detail));
      pull.last = std::move(*batch);
      pull.complete = pull.exporter->exhausted();
    }
    Response response = make_answer(request, ResponseStatus::Ok);
    response.content = {{"m2m:cin",
                         {{"cnf", "application/json:0"},
                          {"con", "{\"number\":" + std::to_string(number) + ",\"final\":" +
                                      (pull.complete ? "true" : "false") + ",\"rows\":" + pull.last.rows + '}'}}}};
    done(std::move(response));
  });
}

void SourceSide::wanted(const Json& attributes, Request request, ResponseCallback done) {
  const std::string unit = attributes.value("unit", ""), target = attributes.value("target", ""),
                    credential = attributes.value("credential", "");
  const SnapshotPtr snapshot = shared_.core.loop->snapshot();
  const ResourcePtr entity = snapshot->tree.find(unit);
  const auto row = shared_.table.published(unit);
  if (row && row->target)  // whoever gave it sends here: neither is it there, nor has it ended
    return done(make_error_response(request, ResponseStatus::TargetNotReachable, unit + " is on its way here"));
  if (row && row->role == Role::Moved)
    return done(make_answer(request, ResponseStatus::Conflict,
                            {{"phase", "MOVED"}, {"target", row->owner}, {"epoch", row->epoch}}));
  if (!entity || entity->type != onem2m::type::kAe)
    return done(make_answer(request, ResponseStatus::NotFound, {{"phase", "ENDED"}, {"epoch", row ? row->epoch : 0}}));
  if (credential.empty() ? !attributes.value("traffic", false) : credential != credential_of(entity->attributes))
    return done(make_error_response(request, ResponseStatus::OriginatorHasAlreadyRegistered,
                                    unit + " is registered here with another credential"));
  shared_.tell([unit, target](HandoverEvents& events) { events.move_wanted(unit, target, "device"); });
  done(make_answer(request, ResponseStatus::Created));
}

}  // namespace edgecse::cse::handover
