// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/target_side.hpp"

#include "base/log.hpp"
#include "cse/handover/importer.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::handover {
namespace {

void fail(const Request& request, const ResponseCallback& done, const onem2m::Error& error) {
  done(make_error_response(request, error.status, error.detail));
}

tl::unexpected<onem2m::Error> not_arriving(const ContextId& context) {
  return refuse(ResponseStatus::NotFound, "the context " + context.text() + " is not open here");
}

bool is_behind(const UnitRow& row, const ContextId& context) {
  return row.role == Role::None || row.role == Role::Ended ? row.epoch <= context.epoch + 1
                                                           : row.role == Role::Moved && context.epoch >= row.epoch;
}

}  // namespace

struct TargetSide::Delivery {
  std::uint64_t number = 0;
  bool final = false;
  std::size_t bytes = 0;
  Json rows;  // parsed before the job: the commit loop has other work
};

Result<TargetSide::Delivery> TargetSide::parse(const Json& content) {
  const auto instance = content.is_object() ? content.find("m2m:cin") : content.end();
  if (!content.is_object() || instance == content.end() || !instance->is_object() || !instance->contains("con") ||
      !(*instance)["con"].is_string())
    return refuse(ResponseStatus::BadRequest, "a batch is a contentInstance whose con is text");
  auto body = onem2m::parse_json((*instance)["con"].get_ref<const std::string&>(),
                                 {.maximum_depth = 16, .maximum_values = 1'000'000});
  if (!body) return tl::unexpected(body.error());
  if (!body->is_object() || !body->contains("number") || !(*body)["number"].is_number_unsigned() ||
      !body->contains("rows"))
    return refuse(ResponseStatus::BadRequest, "a batch has a number and rows");
  Json rows = std::move((*body)["rows"]);
  return Delivery{(*body)["number"].get<std::uint64_t>(), body->value("final", false),
                  (*instance)["con"].get_ref<const std::string&>().size(), std::move(rows)};
}

// --- step 1
// -----------------------------------------------------------------------------------------------------------

Result<> TargetSide::check_admission(Transaction& transaction, const ContextId& context, const Json& attributes,
                                     const UnitRow& row) const {
  if (row.role == Role::Owner || !is_behind(row, context))
    return refuse(ResponseStatus::Conflict, "STEM_IN_USE: " + (row.role == Role::Owner ? shared_.own_id() : row.owner) +
                                                " owns " + context.unit + " in epoch " + std::to_string(row.epoch));
  if (row.target && !context.newer_than(row.target->context))
    return refuse(ResponseStatus::Conflict, "a newer context, " + row.target->context.text() + ", is open");
  if (attributes.value("format", 0) != kFormat)
    return refuse(ResponseStatus::NotAcceptable, "NOT_READY: the batches' format is not " + std::to_string(kFormat));
  if (!shared_.core.environment.store.has_room())
    return refuse(ResponseStatus::NotAcceptable, "NO_CAPACITY: the disk is nearly full");
  const ResourcePtr other = transaction.tree().child(shared_.core.base_id(), attributes.value("name", ""));
  if (other && other->id != context.unit)
    return refuse(ResponseStatus::Conflict,
                  "STEM_IN_USE: the name " + other->name + " belongs to another resource here");
  return {};
}

Result<> TargetSide::admit(Transaction& transaction, const ContextId& context, const Json& attributes) {
  auto row = shared_.table.read_or_first(transaction, context.unit);
  if (!row) return tl::unexpected(row.error());
  if (row->target && row->target->context == context) return {};
  if (auto admitted = check_admission(transaction, context, attributes, *row); !admitted) return admitted;
  if (!shared_.faults.import_into_old_copy) {
    if (auto wiped = wipe(transaction, context.unit, shared_.journal.outbox_keys(context.unit)); !wiped)
      return tl::unexpected(wiped.error());
    row->dropped = row->role == Role::Moved;
  }
  if (auto discarded = discard_staged(transaction, context.unit); !discarded) return discarded;
  if (row->target)
    put_context(shared_, transaction, row->target->context,
                {{"phase", "CLOSED"}, {"reason", "replaced by a newer context"}});
  row->target = UnitRow::Target{context, attributes.value("source", ""), 0, false, false};
  row->name = attributes.value("name", "");
  row->aliases.clear();
  if (attributes.contains("aliases") && attributes["aliases"].is_array())
    for (const Json& alias : attributes["aliases"])
      if (alias.is_string() && row->aliases.size() < 16) row->aliases.push_back(alias.get<std::string>());
  shared_.table.write(transaction, context.unit, *row);
  put_context(shared_, transaction, context,
              {{"source", row->target->source}, {"target", shared_.own_id()}, {"phase", "PREPARED"}});
  return {};
}

void TargetSide::prepare(const Json& attributes, Request request, ResponseCallback done) {
  const auto context = parse_context_id(attributes.value("contextID", ""));
  const std::string source = attributes.value("source", "");
  if (!context || context->unit != attributes.value("unit", "") || !onem2m::is_ae_id_stem(context->unit) ||
      source != request.from || !onem2m::is_resource_name(attributes.value("name", "")))
    return fail(request, done,
                {ResponseStatus::BadRequest, "PREPARE needs contextID, unit, name and source, the sender"});
  shared_.core.loop->submit(
      {[this, context = *context, attributes](Transaction& transaction) {
         return admit(transaction, context, attributes);
       },
       [this, context = *context, source, request, done = std::move(done)](const Result<>& result) {
         if (!result) return fail(request, done, result.error());
         done(make_answer(request, ResponseStatus::Created, {{"contextID", context.text()}, {"phase", "PREPARED"}}));
         shared_.tell([context, source](HandoverEvents& events) { events.arriving(context, source); });
       }});
}

// --- steps 2 and 4
// ----------------------------------------------------------------------------------------------------

Result<> TargetSide::import(Transaction& transaction, const ContextId& context, const Delivery& delivery, bool pulled) {
  auto row = shared_.table.read_or_first(transaction, context.unit);
  if (!row) return tl::unexpected(row.error());
  if (!row->target || row->target->context != context || row->target->pulling != pulled) return not_arriving(context);
  UnitRow::Target& target = *row->target;
  if (target.final || delivery.number <= target.watermark) return {};  // seen: the same answer
  if (delivery.number != target.watermark + 1 && !shared_.faults.no_gap_check)
    return refuse(ResponseStatus::OperationNotAllowed,
                  "batch " + std::to_string(delivery.number) + " does not follow " + std::to_string(target.watermark));
  std::vector<std::string> ids;
  if (auto staged = stage(transaction, context.unit, delivery.rows, shared_.guard_time, ids); !staged) return staged;
  for (const std::string& id : ids) shared_.table.add_arriving_id(transaction, context.unit, id);
  shared_.metrics.bytes_in.add(static_cast<double>(delivery.bytes));
  target.watermark = delivery.number;
  target.final = delivery.final;
  shared_.table.write(transaction, context.unit, *row);
  if (delivery.final && shared_.faults.acknowledge_before_grant) return become_owner(transaction, context);
  return {};
}

void TargetSide::batch(const ContextId& context, Request request, ResponseCallback done) {
  auto delivery = parse(request.content);
  if (!delivery) return fail(request, done, delivery.error());
  auto answered = std::make_shared<bool>(false);
  const bool final = delivery->final;
  shared_.core.loop->submit({[this, context, request, final, answered, done,
                              delivery = std::move(*delivery)](Transaction& transaction) -> Result<> {
                               auto imported = import(transaction, context, delivery, false);
                               if (imported && final) {  // READY: GRANT waits for this commit, not for the source
                                 *answered = true;
                                 shared_.tell([context](HandoverEvents& events) { events.ready(context); });
                                 done(make_answer(request, ResponseStatus::Created));
                               }
                               return imported;
                             },
                             [this, context, request, answered, done](const Result<>& result) {
                               if (*answered) return;
                               if (!result) return fail(request, done, result.error());
                               done(make_answer(request, ResponseStatus::Created));
                               shared_.tell([context](HandoverEvents& events) { events.arriving(context, {}); });
                             }});
}

// --- step 6
// -----------------------------------------------------------------------------------------------------------

Result<> TargetSide::become_owner(Transaction& transaction, const ContextId& context) {
  auto row = shared_.table.read_or_first(transaction, context.unit);
  if (!row) return tl::unexpected(row.error());
  const bool passed = row->epoch >= context.epoch + 1 &&
                      (row->role == Role::Owner || row->role == Role::Moved || row->role == Role::Ended);
  if (passed && (!row->target || row->target->context != context)) return {};
  if (!row->target || row->target->context != context) {
    base::log::error("handover", "GRANT meets no context", {{"context", context.text()}});
    return not_arriving(context);
  }
  if (!row->target->final && !shared_.faults.grant_without_final)
    return refuse(ResponseStatus::InternalServerError, "FINAL is not here yet; it is being pulled");
  const std::string source = row->target->source;
  if (auto installed = install(transaction, {context.unit, source, row->aliases}, shared_.own_id(),
                               [this, &transaction](const Resource& resource) {
                                 policies_.report(transaction, resource);
                                 for (ResourceEventListener* listener : shared_.core.listeners)
                                   listener->on_import(resource);
                               });
      !installed)
    return installed;
  row->role = Role::Owner;
  row->epoch = context.epoch + 1;
  row->attempt = 0;
  row->owner.clear();
  row->moved_by.reset();
  row->grant_pending = row->released = row->dropped = false;
  row->target.reset();
  row->release_pending.push_back({context, source});
  row->directory_pending = true;
  shared_.table.write(transaction, context.unit, *row);
  put_context(shared_, transaction, context, {{"phase", "COMPLETED"}, {"epoch", row->epoch}});
  return {};
}

void TargetSide::announce_taken(const ContextId& context) {
  shared_.serve_again(context.unit);
  shared_.tell([context](HandoverEvents& events) { events.taken(context); });
}

void TargetSide::granted(const ContextId& context, Request request, ResponseCallback done) {
  auto lacks_final = std::make_shared<bool>(false);
  shared_.core.loop->submit({[this, context, lacks_final](Transaction& transaction) -> Result<> {
                               auto owner = become_owner(transaction, context);
                               *lacks_final = !owner && owner.error().status == ResponseStatus::InternalServerError;
                               return owner;
                             },
                             [this, context, lacks_final, request, done = std::move(done)](const Result<>& result) {
                               if (!result) {
                                 if (*lacks_final)
                                   shared_.tell([context](HandoverEvents& events) { events.pull_needed(context); });
                                 return fail(request, done, result.error());
                               }
                               done(make_answer(request, ResponseStatus::Updated));
                               announce_taken(context);
                             }});
}

void TargetSide::take(const ContextId& context, Done done) {
  shared_.commit([this, context](Transaction& transaction) { return become_owner(transaction, context); },
                 [this, context, done = std::move(done)](const Result<>& result) {
                   if (result) announce_taken(context);
                   done(result);
                 });
}

// --- when something went wrong
// ----------------------------------------------------------------------------------------

void TargetSide::ask(const ContextId& context, std::function<void(Result<Answer>)> done) {
  const auto row = shared_.table.published(context.unit);
  if (!row || !row->target || row->target->context != context)
    return shared_.post([done = std::move(done)] { done(Answer::Closed); });
  shared_.send(make_update(shared_, row->target->source, context, {{"phase", "ASKED"}}, "-ask"),
               [done = std::move(done)](const Response& response) {
                 if (response.status != ResponseStatus::Updated) return done(tl::unexpected(to_error(response)));
                 const Json attributes = context_attributes(response.content);
                 const std::string phase = attributes.is_object() ? attributes.value("phase", "") : "";
                 if (phase == "MOVED") return done(Answer::Moved);
                 if (phase == "CLOSED") return done(Answer::Closed);
                 done(tl::unexpected(onem2m::Error{ResponseStatus::InternalServerError, "the answer names no phase"}));
               });
}

Result<> TargetSide::forget(Transaction& transaction, const ContextId& context, bool source_closed,
                            std::string* source) {
  auto row = shared_.table.read_or_first(transaction, context.unit);
  if (!row) return tl::unexpected(row.error());
  if (!row->target || row->target->context != context) return {};
  if (row->target->final && !source_closed)
    return refuse(ResponseStatus::OperationNotAllowed, "READY was said: only the source's answer ends " + context.text());
  *source = row->target->source;
  if (auto discarded = discard_staged(transaction, context.unit); !discarded) return discarded;
  row->target.reset();
  if (row->role == Role::None) {
    shared_.table.erase(transaction, context.unit);
  } else {
    shared_.table.write(transaction, context.unit, *row);
  }
  put_context(shared_, transaction, context, {{"phase", "CLOSED"}});
  return {};
}

void TargetSide::send_back_parked(const std::string& unit, const std::string& source) {
  const auto row = shared_.table.published(unit);
  if (source.empty() || (row && row->role == Role::Owner)) return shared_.handle_parked(unit);
  Verdict verdict;
  verdict.action = Verdict::Action::Forward;
  verdict.unit = unit;
  verdict.owner = source;
  for (ParkedRequest& parked : shared_.parking.take(unit))
    gate_.forward(verdict, std::move(parked.request), std::move(parked.done));
}

void TargetSide::discard(const ContextId& context, bool source_closed, Done done) {
  auto source = std::make_shared<std::string>();
  shared_.commit(
      [this, context, source_closed, source](Transaction& transaction) {
        return forget(transaction, context, source_closed, source.get());
      },
      [this, context, source, done = std::move(done)](const Result<>& result) {
        if (result && !source->empty()) send_back_parked(context.unit, *source);
        done(result);
      });
}

void TargetSide::closed(const ContextId& context, Request request, ResponseCallback done) {
  discard(context, true, [this, context, request = std::move(request), done = std::move(done)](const Result<>& result) {
    if (!result) return fail(request, done, result.error());
    done(make_answer(request, ResponseStatus::Updated));
    if (shared_.events != nullptr) shared_.events->target_closed(context);
  });
}

void TargetSide::pull(const ContextId& context, Done done) {
  auto source = std::make_shared<std::string>();
  shared_.commit(
      [this, context, source](Transaction& transaction) -> Result<> {
        auto row = shared_.table.read_or_first(transaction, context.unit);
        if (!row) return tl::unexpected(row.error());
        if (!row->target || row->target->context != context) return not_arriving(context);
        if (row->target->final) return {};
        if (auto discarded = discard_staged(transaction, context.unit); !discarded) return discarded;
        *source = row->target->source;
        row->target->watermark = 0;
        row->target->pulling = true;
        shared_.table.write(transaction, context.unit, *row);
        return {};
      },
      [this, context, source, done = std::move(done)](const Result<>& result) {
        if (!result || source->empty()) return done(result);
        pull_next(context, *source, 1, done);
      });
}

void TargetSide::pull_next(const ContextId& context, const std::string& source, std::uint64_t number, Done done) {
  auto request =
      make_message(shared_, Operation::Retrieve, source, '/' + context.text() + "/batches/" + std::to_string(number),
                   context.text() + "-pull-" + std::to_string(number));
  shared_.send(std::move(request), [this, context, source, number, done = std::move(done)](const Response& response) {
    if (!onem2m::is_success(response.status)) return done(tl::unexpected(to_error(response)));
    auto delivery = response.serialized_content
                        ? parse(onem2m::parse_json(*response.serialized_content).value_or(Json{}))
                        : parse(response.content);
    if (!delivery) return done(tl::unexpected(delivery.error()));
    if (delivery->number != number)
      return done(
          refuse(ResponseStatus::InternalServerError, "the pull of " + context.unit + " got another batch than asked"));
    const bool final = delivery->final;
    shared_.commit([this, context, delivery = std::move(*delivery)](
                       Transaction& transaction) { return import(transaction, context, delivery, true); },
                   [this, context, source, number, final, done](const Result<>& result) {
                     if (!result || final) return done(result);
                     pull_next(context, source, number + 1, done);
                   });
  });
}

// --- step 9
// -----------------------------------------------------------------------------------------------------------

void TargetSide::release(const ContextId& context, Done done) {
  const auto row = shared_.table.published(context.unit);
  std::string source;
  if (row)
    for (const UnitRow::Release& release : row->release_pending)
      if (release.context == context) source = release.source;
  if (source.empty()) return shared_.post([done = std::move(done)] { done({}); });
  shared_.send(make_update(shared_, source, context, {{"phase", "RELEASED"}}, "-released"),
               [this, context, done = std::move(done)](const Response& response) {
                 if (!onem2m::is_success(response.status)) return done(tl::unexpected(to_error(response)));
                 shared_.commit(
                     [this, context](Transaction& transaction) -> Result<> {
                       auto current = shared_.table.read_or_first(transaction, context.unit);
                       if (!current) return tl::unexpected(current.error());
                       std::erase_if(current->release_pending,
                                     [&](const UnitRow::Release& release) { return release.context == context; });
                       shared_.table.write(transaction, context.unit, *current);
                       return {};
                     },
                     done);
               });
}

}  // namespace edgecse::cse::handover
