// SPDX-License-Identifier: Apache-2.0
#include "cse/subscription/subscription_procedure.hpp"

#include <algorithm>
#include <mutex>

#include "cse/internal_aes.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "cse/outbox.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;

/// Waits for the answers of all targets; the first that is no agreement decides.
struct Verification {
  std::mutex mutex;
  std::size_t outstanding = 0;  // guarded by mutex
  PreparedCallback done;        // guarded by mutex; empty once called

  void answered(const std::string& target, const onem2m::Response& answer) {
    PreparedCallback call;
    Result<Json> result = Json{};
    {
      std::lock_guard lock(mutex);
      --outstanding;
      if (!onem2m::is_success(answer.status)) {
        const bool told = answer.status == ResponseStatus::SubscriptionCreatorHasNoPrivilege ||
                          answer.status == ResponseStatus::SubscriptionHostHasNoPrivilege;
        result = refuse(told ? answer.status : ResponseStatus::SubscriptionVerificationInitiationFailed,
                        "the notification target " + target + " does not agree to be notified: it answered " +
                            std::to_string(onem2m::to_number(answer.status)));
      }
      if (done && (!result || outstanding == 0)) call = std::exchange(done, nullptr);
    }
    if (call) call(std::move(result));
  }
};

std::vector<std::string> notification_uris(const Json& attributes) {
  std::vector<std::string> list;
  const auto found = attributes.find("nu");
  if (found == attributes.end() || !found->is_array()) return list;
  for (const Json& entry : *found)
    if (entry.is_string()) list.push_back(entry);
  return list;
}

}  // namespace

Result<> SubscriptionProcedure::check_create(const CreateCheck& check) const {
  const AccessQuestion question{check.tree, check.now, check.request, onem2m::AccessOperation::Retrieve};
  if (!may_access(core_, question, check.parent))
    return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                  check.request.from + " may not RETRIEVE what it wants to subscribe to");
  return check_subscription(check.parent.type, check.attributes, false);
}

Result<> SubscriptionProcedure::check_update(const UpdateCheck& check) const {
  Json merged = check.target.attributes;
  merged.merge_patch(check.attributes);
  if (const auto criteria = check.attributes.find("enc"); criteria != check.attributes.end() && !criteria->is_null())
    merged["enc"] = *criteria;  // replaced as a whole
  const ResourcePtr parent = check.tree.find(check.target.parent);
  return check_subscription(parent ? parent->type : 0, merged, true);
}

bool SubscriptionProcedure::is_originator(const Tree& tree, const std::string& target, const std::string& from) const {
  const std::string originator = local_originator(core_.options, from);
  if (local_originator(core_.options, target) == originator) return true;
  const ResourcePtr resource = find_resource(core_, tree, target);
  return resource && resource->type == onem2m::type::kAe && resource->id == originator;
}

std::vector<std::string> SubscriptionProcedure::targets_to_verify(const Preparation& preparation) const {
  std::vector<std::string> known;
  if (preparation.target->type == onem2m::type::kSubscription) known = notification_uris(preparation.target->attributes);
  std::vector<std::string> targets;
  for (const std::string& uri : notification_uris(preparation.attributes)) {
    if (read_notification_target(uri).is_url || std::ranges::find(known, uri) != known.end()) continue;
    if (is_originator(preparation.snapshot->tree, uri, preparation.request.from)) continue;
    if (core_.internal_aes->find(local_originator(core_.options, uri))) continue;
    if (std::ranges::find(targets, uri) == targets.end()) targets.push_back(uri);
  }
  return targets;
}

bool SubscriptionProcedure::prepares(const onem2m::Request& request) const {
  if (request.operation == onem2m::Operation::Create) return true;
  return request.content.is_object() && !request.content.empty() && request.content.begin()->contains("nu");
}

bool SubscriptionProcedure::needs_preparation(const Preparation& preparation) const {
  return !targets_to_verify(preparation).empty();
}

void SubscriptionProcedure::prepare(Preparation preparation, PreparedCallback done) {
  const std::vector<std::string> targets = targets_to_verify(preparation);
  if (targets.empty()) return done(Json{});
  const bool exists = preparation.target->type == onem2m::type::kSubscription;
  std::string reference = core_.options.id + '/' + preparation.snapshot->tree.structured_address(preparation.target->id);
  if (const auto name = preparation.attributes.find("rn"); !exists && name != preparation.attributes.end())
    reference += '/' + name->get<std::string>();
  auto verification = std::make_shared<Verification>();
  verification->outstanding = targets.size();
  verification->done = std::move(done);
  for (const std::string& target : targets) {
    OutboxEntry entry;  // not kept: sent as one
    entry.target = target;
    entry.request.operation = onem2m::Operation::Notify;
    entry.request.to = target;
    entry.request.from = core_.options.id;
    entry.request.request_identifier = "vrq-" + core_.environment.random.hex(8);
    entry.request.release_version = "3";
    entry.request.content = {{"m2m:sgn", {{"vrq", true}, {"sur", reference}, {"cr", preparation.request.from}}}};
    router_.deliver(entry, [verification, target](const onem2m::Response& answer) { verification->answered(target, answer); });
  }
}

Result<> SubscriptionProcedure::before_create(CreateContext& context) {
  Json& attributes = context.resource.attributes;
  if (!attributes.contains("nct")) attributes["nct"] = 1;
  if (attributes.contains("cr")) return {};
  for (const std::string& uri : notification_uris(attributes))
    if (read_notification_target(uri).is_url || !is_originator(context.transaction.tree(), uri, context.request.from))
      attributes["cr"] = context.request.from;
  return {};
}

}  // namespace edgecse::cse
