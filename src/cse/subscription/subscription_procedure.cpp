// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_procedure.hpp"

#include "cse/subscription/notification_criteria.hpp"
#include "cse/subscription/notification_statistics.hpp"
#include "cse/subscription/request_watch.hpp"
#include "cse/subscription/subscription_checks.hpp"
#include "cse/subscription/target_verification.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

}  // namespace

Result<> SubscriptionProcedure::check_create(const CreateCheck& check) const {
  const AccessQuestion question{check.tree, check.now, check.request, onem2m::AccessOperation::Retrieve};
  if (!may_access(core_, question, check.parent))
    return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                  check.request.from + " may not RETRIEVE what it wants to subscribe to");
  return check_subscription({check.tree, check.parent, check.attributes, check.attributes, nullptr});
}

Result<> SubscriptionProcedure::check_update(const UpdateCheck& check) const {
  Json merged = check.target.attributes;
  for (const auto& [name, value] : check.attributes.items()) {
    if (value.is_null()) {
      merged.erase(name);
    } else {
      merged[name] = value;
    }
  }
  const ResourcePtr parent = check.tree.find(check.target.parent);
  return check_subscription({check.tree, parent ? *parent : Resource{}, merged, check.attributes, &check.target});
}

bool SubscriptionProcedure::prepares(const onem2m::Request& request) const {
  if (request.operation == onem2m::Operation::Create) return true;
  return request.content.is_object() && !request.content.empty() && request.content.begin()->contains("nu");
}

bool SubscriptionProcedure::needs_preparation(const Preparation& preparation) const {
  return !targets_to_verify(core_, preparation).empty();
}

void SubscriptionProcedure::prepare(Preparation preparation, PreparedCallback done) {
  // A subscription that is asked about has its identity before it is there.
  const bool exists = preparation.target->type == onem2m::type::kSubscription;
  const std::string id = exists ? preparation.target->id : "sub" + core_.environment.random.hex(8);
  verify_targets(core_, router_, targets_to_verify(core_, preparation), core_.options.id + '/' + id, preparation.request.from,
                 [id, done = std::move(done)](Result<Json> result) {
                   done(std::move(result).map([&](const Json&) { return Json{{"ri", id}}; }));
                 });
}

Result<> SubscriptionProcedure::before_create(CreateContext& context) {
  Resource& subscription = context.resource;
  Json& attributes = subscription.attributes;
  if (const Json& id = member_of(context.prepared, "ri"); id.is_string()) {
    const bool named = attributes.contains("rn");
    subscription.id = id.get<std::string>();
    if (!named) subscription.name = "sub-" + subscription.id;
  }
  complete_subscription(attributes);
  if (attributes.contains("cr")) return {};
  for (const std::string& uri : strings_of(attributes, "nu"))
    if (read_notification_target(uri).is_url ||
        !names_originator(core_, context.transaction.tree(), uri, context.request.from))
      attributes["cr"] = context.request.from;
  return {};
}

Result<> SubscriptionProcedure::before_update(UpdateContext& context) {
  complete_subscription(context.after.attributes);
  change_statistics(context.after, context.requested);
  return {};
}

}  // namespace edgecse::cse
