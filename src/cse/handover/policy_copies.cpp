// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/policy_copies.hpp"

#include <algorithm>
#include <set>

#include "cse/outbox_sender.hpp"
#include "cse/rows.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse::handover {
namespace {

constexpr std::string_view kReports = "policy-report ", kChanges = "policy-change ";  // ordering keys begin so
constexpr std::chrono::hours kLife{24};  // of a message; whoever was away longer reports when it starts

bool is_copy(const Resource& resource) {
  return resource.type == type::kAccessControlPolicy && resource.internal.contains(kCopyOf);
}

OutboxEntry make_entry(const Shared& shared, const Transaction& transaction, const std::string& target,
                       std::string_view key, const std::string& policy, Json attributes) {
  OutboxEntry entry;
  entry.ordering_key = std::string(key) + target + ' ' + policy;
  entry.number = transaction.commit_number();
  entry.target = target;
  entry.expires = (transaction.now() + kLife).time_since_epoch().count();
  entry.request = make_message(shared, Operation::Create, target, "",
                               policy + '-' + std::to_string(entry.number) + (key == kReports ? "-report" : "-change"));
  entry.request.result_content.reset();
  entry.request.resource_type = type::kFlexContainer;
  attributes["policy"] = policy;
  entry.request.content = {{kContextMember, std::move(attributes)}};
  return entry;
}

/// The policy without what is only the home's business.
std::string as_row(const Resource& policy) {
  Resource shown = policy;
  shown.internal.erase(kHeldBy);
  shown.unit.clear();
  return rows::encode(shown);
}

void answer(const Request& request, const ResponseCallback& done, const Result<>& result, const Json& good) {
  done(result ? make_answer(request, ResponseStatus::Created, good)
              : make_error_response(request, result.error().status, result.error().detail));
}

/// The answerer has it no more; 4004 alone may come from anybody on the way.
bool says_gone(const Response& response) {
  const Json attributes = context_attributes(response.content);
  return onem2m::is_success(response.status) && attributes.is_object() && attributes.value("phase", "") == "GONE";
}

}  // namespace

void PolicyCopies::listen() {
  shared_.core.outbox_sender->on_answer(std::string(kReports), [this, guard = std::weak_ptr(shared_.alive)](
                                                                   const OutboxEntry& entry, const Response& response) {
    if (!guard.expired()) answered(entry, response);
  });
  shared_.core.outbox_sender->on_answer(std::string(kChanges), [this, guard = std::weak_ptr(shared_.alive)](
                                                                   const OutboxEntry& entry, const Response& response) {
    if (!guard.expired() && says_gone(response)) forget_holder(entry);
  });
  shared_.policy_changed = [this](Transaction& transaction, const Resource& policy) {
    tell_holders(transaction, policy, false);
  };
}

void PolicyCopies::report(Transaction& transaction, const Resource& copy) {
  if (!is_copy(copy)) return;
  enqueue(transaction, make_entry(shared_, transaction, copy.internal[kCopyOf].get<std::string>(), kReports, copy.id,
                                  {{"phase", "HOLDS"}}));
}

void PolicyCopies::report_all(Transaction& transaction) {
  std::vector<ResourcePtr> copies;
  for (const ResourcePtr& child : transaction.tree().children(shared_.core.base_id()))
    if (is_copy(*child)) copies.push_back(child);
  for (const ResourcePtr& copy : copies) report(transaction, *copy);
}

// --- at the home

void PolicyCopies::held(const Json& attributes, Request request, ResponseCallback done) {
  const std::string id = attributes.value("policy", "");
  auto row = std::make_shared<std::string>();
  shared_.core.loop->submit(
      {[this, id, row, holder = request.from](Transaction& transaction) -> Result<> {
         const ResourcePtr policy = transaction.tree().find(id);
         if (!policy && shared_.table.find_unit({id}))
           return refuse(ResponseStatus::TargetNotReachable, id + " moved away");
         if (!policy || policy->type != type::kAccessControlPolicy) return {};
         if (is_copy(*policy)) return refuse(ResponseStatus::OperationNotAllowed, id + " is a copy here, too");
         Resource known = *policy;
         Json& holders = known.internal[kHeldBy];
         if (!holders.is_array()) holders = Json::array();
         if (std::find(holders.begin(), holders.end(), holder) == holders.end()) {
           holders.push_back(holder);
           transaction.put(std::move(known));
         }
         *row = as_row(*policy);
         return {};
       },
       [request, row, done = std::move(done)](const Result<>& result) {
         answer(request, done, result, row->empty() ? Json{{"phase", "GONE"}} : Json{{"phase", "POLICY"}, {"row", *row}});
       }});
}

void PolicyCopies::forget_holder(const OutboxEntry& entry) {
  const std::string id = context_attributes(entry.request.content).value("policy", "");
  shared_.commit(
      [id, holder = entry.target](Transaction& transaction) -> Result<> {
        const ResourcePtr policy = transaction.tree().find(id);
        if (!policy || !policy->internal.contains(kHeldBy)) return {};
        Resource known = *policy;
        Json& holders = known.internal[kHeldBy];
        holders.erase(std::remove(holders.begin(), holders.end(), Json(holder)), holders.end());
        transaction.put(std::move(known));
        return {};
      },
      nullptr);
}

void PolicyCopies::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.type != type::kAccessControlPolicy || !event.resource || event.kind == ResourceEvent::Kind::Created) return;
  tell_holders(transaction, *event.resource, event.kind == ResourceEvent::Kind::Deleted);
}

void PolicyCopies::tell_holders(Transaction& transaction, const Resource& policy, bool gone) {
  const auto holders = policy.internal.find(kHeldBy);
  if (holders == policy.internal.end() || !holders->is_array()) return;
  Json news{{"phase", "POLICY"}};
  if (!gone) news["row"] = as_row(policy);
  for (const Json& holder : *holders)
    enqueue(transaction, make_entry(shared_, transaction, holder, kChanges, policy.id, news));
}

// --- at the holder

/// Identities as they read at the home, made to read right here. TS-0004 7.3.2.6.
void PolicyCopies::rewrite_identities(Resource& copy, const std::string& home) const {
  const std::string& own = shared_.own_id();
  const auto rewrite = [&](std::string& id) {
    if (id.starts_with('C') && onem2m::is_ae_id_stem(id)) id = home + '/' + id;
    if (const auto unit = shared_.table.find_alias(id)) {  // an AE that lives here now
      const auto row = shared_.table.published(*unit);
      if (row && row->role == Role::Owner) id = *unit;
    }
    if (id.starts_with(own + '/') && onem2m::is_ae_id_stem(std::string_view(id).substr(own.size() + 1)))
      id.erase(0, own.size() + 1);
  };
  for (const char* privileges : {"pv", "pvs"}) {
    if (!copy.attributes.contains(privileges) || !copy.attributes[privileges].is_object()) continue;
    Json& rules = copy.attributes[privileges]["acr"];
    if (!rules.is_array()) continue;
    for (Json& rule : rules)
      if (rule.is_object() && rule.contains("acor") && rule["acor"].is_array())
        for (Json& originator : rule["acor"])
          if (originator.is_string()) rewrite(originator.get_ref<std::string&>());
  }
}

Result<> PolicyCopies::apply(Transaction& transaction, const std::string& home, const Json& attributes) {
  const std::string id = attributes.value("policy", "");
  const ResourcePtr copy = transaction.tree().find(id);
  if (!copy || !is_copy(*copy) || copy->internal[kCopyOf] != home)
    return refuse(ResponseStatus::NotFound, "no copy of " + id + " of " + home + " is held here");
  if (!attributes.contains("row")) return delete_resource(shared_.core, transaction, id, nullptr, true);
  auto policy = rows::decode_resource(attributes["row"].get_ref<const std::string&>());
  if (!policy || policy->id != id || policy->type != type::kAccessControlPolicy)
    return refuse(ResponseStatus::ContentsUnacceptable, "the row of the policy " + id + " is malformed");
  Resource changed = *copy;
  changed.attributes = policy->attributes;
  for (const char* kept : {"pi", "rn"}) changed.attributes[kept] = copy->attributes[kept];
  rewrite_identities(changed, home);
  transaction.put(std::move(changed));
  return {};
}

void PolicyCopies::answered(const OutboxEntry& entry, const Response& response) {
  Json attributes = context_attributes(response.content);
  if (!onem2m::is_success(response.status) || !attributes.is_object()) return;
  if (!says_gone(response) && (!attributes.contains("row") || !attributes["row"].is_string())) return;
  const Json sent = context_attributes(entry.request.content);
  attributes["policy"] = sent.value("policy", "");
  shared_.commit([this, attributes, home = entry.target](
                     Transaction& transaction) { return apply(transaction, home, attributes); },
                 nullptr);
}

void PolicyCopies::changed(const Json& attributes, Request request, ResponseCallback done) {
  shared_.core.loop->submit(
      {[this, attributes, home = request.from](Transaction& transaction) { return apply(transaction, home, attributes); },
       [request, done = std::move(done)](const Result<>& result) {
         const bool gone = !result && result.error().status == ResponseStatus::NotFound;
         answer(request, done, gone ? Result<>{} : result, {{"phase", gone ? "GONE" : "POLICY"}});
       }});
}

// --- copies that have done their duty

std::vector<std::string> PolicyCopies::unused(const Tree& tree) const {
  std::set<std::string> copies;
  for (const ResourcePtr& child : tree.children(shared_.core.base_id()))
    if (is_copy(*child)) copies.insert(child->id);
  if (copies.empty()) return {};
  tree.for_each([&](const ResourcePtr& resource) {
    const auto list = resource->attributes.find("acpi");
    if (list == resource->attributes.end() || !list->is_array()) return;
    for (const Json& reference : *list) {
      if (!reference.is_string() || copies.empty()) continue;
      const ResourcePtr policy = find_resource(shared_.core, tree, reference.get_ref<const std::string&>());
      if (policy && policy->id != resource->id) copies.erase(policy->id);
    }
  });
  return {copies.begin(), copies.end()};
}

void PolicyCopies::sweep() {
  if (unused(shared_.core.loop->snapshot()->tree).empty()) return;
  shared_.commit(
      [this](Transaction& transaction) -> Result<> {  // looked at again: somebody may refer to it by now
        for (const std::string& id : unused(transaction.tree()))
          if (auto gone = delete_resource(shared_.core, transaction, id, nullptr, true); !gone) return gone;
        return {};
      },
      nullptr);
}

}  // namespace edgecse::cse::handover
