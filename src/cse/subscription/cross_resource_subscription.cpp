// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/cross_resource_subscription.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "cse/representation.hpp"
#include "cse/subscription/cross_resource_members.hpp"
#include "cse/subscription/cross_resource_windows.hpp"
#include "cse/subscription/notification_policies.hpp"
#include "cse/subscription/notification_statistics.hpp"
#include "cse/subscription/subscription_checks.hpp"
#include "cse/subscription/subscription_notifier.hpp"
#include "cse/subscription/target_verification.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr int kSliding = 2;                                      // m2m:timeWindowType
constexpr int kAllPresent = 1, kAllOrSomeMissing = 3, kAllMissing = 4;  // m2m:eventEvaluationMode
constexpr std::size_t kMostMembers = 100;
constexpr std::chrono::hours kMemberDeletionLife{24};

Result<> bad(std::string sentence) { return refuse(ResponseStatus::BadRequest, std::move(sentence)); }

Result<> check_window(const Json& attributes) {
  const auto size = read_duration(attributes.value("tws", std::string{}));
  if (!size || *size <= base::Duration{0}) return bad("tws is no length of time");
  const std::int64_t mode = attributes.value("eem", std::int64_t{kAllPresent});
  if (attributes.value("twt", std::int64_t{0}) == kSliding && (mode == kAllOrSomeMissing || mode == kAllMissing))
    return bad(fmt::format("eem {} needs a periodic window (twt 1)", mode));
  return {};
}

// Release 4 names the entries enc, Release 3 encn.
Json criteria_set(const Json& attributes) {
  const Json& set = member_of(attributes, "encs");
  const Json& entries = member_of(set, "enc");
  return entries.is_null() ? member_of(set, "encn") : entries;
}

Result<> check_members(const Json& attributes) {
  const std::size_t regular = strings_of(attributes, "rrat").size(), existing = strings_of(attributes, "srat").size();
  if (regular + existing == 0) return bad("neither rrat nor srat names a target");
  if (regular + existing > kMostMembers)
    return refuse(ResponseStatus::NotImplemented, fmt::format("rrat and srat name more than {} targets", kMostMembers));
  if (regular == 0) return {};
  const Json criteria = criteria_set(attributes);
  if (!criteria.is_array() || criteria.empty()) return bad("rrat needs encs");
  if (criteria.size() != 1 && criteria.size() != regular)
    return bad(fmt::format("encs has {} entries for {} targets in rrat", criteria.size(), regular));
  return {};
}

Json to_json(const std::string& id, const CrossResourceMembers& members) {
  return {{"ri", id}, {"rrats", members.made}, {"srat", members.changed}};
}

CrossResourceMembers to_members(const Json& prepared) {
  CrossResourceMembers members;
  members.made = strings_of(prepared, "rrats");
  if (const Json& changed = member_of(prepared, "srat"); changed.is_object()) members.changed = changed;
  return members;
}

}  // namespace

std::optional<Result<>> CrossResourceProcedure::authorise(const Tree&, const onem2m::Request& request, const Resource&) const {
  if (request.operation == onem2m::Operation::Notify) return Result<>{};
  return std::nullopt;
}

Result<> CrossResourceProcedure::check_create(const CreateCheck& check) const {
  if (auto fits = check_members(check.attributes); !fits) return fits;
  if (auto fits = check_window(check.attributes); !fits) return fits;
  return check_notification_targets(check.attributes);
}

Result<> CrossResourceProcedure::check_update(const UpdateCheck& check) const {
  Json merged = check.target.attributes;
  for (const char* name : {"tws", "twt", "eem"})
    if (const auto given = check.attributes.find(name); given != check.attributes.end()) merged[name] = *given;
  if (merged["eem"].is_null()) merged.erase("eem");
  if (auto fits = check_window(merged); !fits) return fits;
  return check_notification_targets(check.attributes);
}

bool CrossResourceProcedure::prepares(const onem2m::Request& request) const {
  if (request.operation == onem2m::Operation::Create) return true;
  return request.content.is_object() && !request.content.empty() && request.content.begin()->contains("nu");
}

bool CrossResourceProcedure::needs_preparation(const Preparation& preparation) const {
  return preparation.request.operation == onem2m::Operation::Create || !targets_to_verify(core_, preparation).empty();
}

void CrossResourceProcedure::prepare(Preparation preparation, PreparedCallback done) {
  const std::vector<std::string> targets = targets_to_verify(core_, preparation);
  if (preparation.request.operation == onem2m::Operation::Update)
    return verify_targets(core_, router_, targets, core_.options.id + '/' + preparation.target->id, preparation.request.from,
                          std::move(done));
  const std::string id = "crs" + core_.environment.random.hex(8), reference = core_.options.id + '/' + id;
  watch_->expect(id);
  done = [watch = watch_, id, done = std::move(done)](Result<Json> result) {
    if (!result) watch->forget(id);
    done(std::move(result));
  };
  Json attributes = preparation.attributes;
  attributes["encs"]["enc"] = criteria_set(attributes);
  const std::string et = choose_expiration(core_.options, core_.environment.clock.wall_now(), attributes, *preparation.target);
  auto enrolment = std::make_shared<MemberEnrolment>(core_, reference, preparation.request);
  verify_targets(core_, router_, targets, reference, preparation.request.from,
                 [enrolment, attributes, et, id, done = std::move(done)](const Result<Json>& agreed) {
                   if (!agreed) return done(tl::unexpected(agreed.error()));
                   enrolment->enrol(attributes, et, [id, done](Result<CrossResourceMembers> members) {
                     if (!members) return done(tl::unexpected(members.error()));
                     done(to_json(id, *members));
                   });
                 });
}

void CrossResourceProcedure::abandon(const onem2m::Request& request, const Json& prepared) {
  if (request.operation != onem2m::Operation::Create || !prepared.is_object()) return;
  const std::string id = prepared.at("ri").get<std::string>();
  std::make_shared<MemberEnrolment>(core_, core_.options.id + '/' + id, request)
      ->withdraw(to_members(prepared), [watch = watch_, id] { watch->forget(id); });
}

Result<> CrossResourceProcedure::before_create(CreateContext& context) {
  Resource& subscription = context.resource;
  Json& attributes = subscription.attributes;
  const bool named = attributes.contains("rn");
  subscription.id = context.prepared.at("ri").get<std::string>();
  if (!named) subscription.name = "crs-" + subscription.id;
  attributes["cr"] = context.request.from;
  if (!attributes.contains("eem")) attributes["eem"] = kAllPresent;
  if (attributes.contains("encs")) attributes["encs"] = {{"enc", criteria_set(attributes)}};
  const CrossResourceMembers members = to_members(context.prepared);
  if (!members.made.empty()) attributes["rrats"] = members.made;
  if (!members.changed.empty()) subscription.internal["srat"] = members.changed;
  CrossResourceWindows::restart(subscription, context.transaction.now());
  context.transaction.after_commit([watch = watch_, id = subscription.id] { watch->forget(id); });
  return {};
}

Result<> CrossResourceProcedure::before_update(UpdateContext& context) {
  Resource& after = context.after;
  if (!after.has("eem")) after.attributes["eem"] = kAllPresent;
  if (context.requested.contains("twt") || context.requested.contains("tws"))
    CrossResourceWindows::restart(after, context.transaction.now());
  change_statistics(after, context.requested);
  return {};
}

// Members here give it up in the same commit. Of the others those that were made for it are deleted by durable requests, and
// those that were there before are asked to forget it. The member that said that it goes is left alone.
Result<> CrossResourceProcedure::before_delete(DeleteContext& context) {
  Transaction& transaction = context.transaction;
  Resource ending = context.resource;
  const std::string going = ending.internal.value("sud", std::string{}), reference = core_.options.id + '/' + ending.id;
  const auto is_going = [&](const std::string& member) { return !going.empty() && member.ends_with('/' + going); };
  if (ending.has("su")) {
    Json notice{{"sud", true}, {"sur", reference}, {"cr", ending.text("cr")}};
    enqueue(transaction, make_notification_entry(core_, transaction, ending, ending.text("su"), std::move(notice)));
  }
  for (const std::string& member : strings_of(ending.attributes, "rrats")) {
    if (is_going(member) || release_local_member(core_, transaction, member, reference, true)) continue;
    enqueue(transaction, make_outbox_entry(transaction, "crs " + member, onem2m::Operation::Delete, member, ending.creator,
                                           kMemberDeletionLife, ending.id + "-end"));
  }
  CrossResourceMembers changed;
  if (const Json& members = member_of(ending.internal, "srat"); members.is_object())
    for (const auto& [address, member] : members.items())
      if (const auto id = member.get<std::string>(); !is_going(id) && !release_local_member(core_, transaction, id, reference, false))
        changed.changed[address] = member;
  if (changed.changed.empty()) return {};
  onem2m::Request request;
  request.from = ending.creator;
  request.request_identifier = ending.id + "-end";
  request.peer.internal = true;
  transaction.after_commit([enrolment = std::make_shared<MemberEnrolment>(core_, reference, std::move(request)), changed] {
    enrolment->withdraw(changed, [] {});
  });
  return {};
}

}  // namespace edgecse::cse
