// SPDX-License-Identifier: Apache-2.0
//
// DELETE, by request, expiry or a part's decision. TS-0004 7.3.3.8.
#include "cse/child_resources.hpp"
#include "cse/procedures.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// A policy that is gone grants nothing; a list that only named it would leave nobody with access, so it goes from all.
void forget_policy(Transaction& transaction, const std::string& policy) {
  std::vector<Resource> changed;
  transaction.tree().for_each([&](const ResourcePtr& resource) {
    const auto list = resource->attributes.find("acpi");
    if (list == resource->attributes.end()) return;
    const auto item = std::find(list->begin(), list->end(), Json(policy));
    if (item == list->end()) return;
    Resource copy = *resource;
    Json& policies = copy.attributes["acpi"];
    policies.erase(static_cast<std::size_t>(item - list->begin()));
    if (policies.empty()) copy.attributes.erase("acpi");
    changed.push_back(std::move(copy));
  });
  for (Resource& resource : changed) transaction.put(std::move(resource));
}

}  // namespace

Result<> delete_resource(CseCore& core, Transaction& transaction, std::string_view id, const onem2m::Request* request,
                         bool silent) {
  std::vector<ResourcePtr> going;
  transaction.tree().for_each_below(id, [&](const ResourcePtr& resource, std::size_t) {
    going.push_back(resource);
    return true;
  });
  if (going.empty()) return {};
  if (!silent) {
    for (const ResourcePtr& resource : going) {
      ResourceEvent event{ResourceEvent::Kind::Deleted, resource->id, resource->type, resource->member_name,
                          resource->parent, resource->attributes};
      event.resource = resource;
      event.request = request;
      event.goes_with_parent = resource != going.front();
      core.tell(transaction, event);
    }
  }
  for (auto resource = going.rbegin(); resource != going.rend(); ++resource) {
    // A listener may have changed it: what goes is what is there now.
    const ResourcePtr current = transaction.tree().find((*resource)->id);
    if (!current) continue;
    DeleteContext context{transaction, request, *current, *resource == going.front()};
    if (auto done = core.procedures.find(current->type).before_delete(context); !done) return done;
    transaction.erase(current->id);
    if (current->type == onem2m::type::kAccessControlPolicy) forget_policy(transaction, current->id);
  }
  return {};
}

Result<Response> delete_target(Work& work) {
  const Target& target = work.target;
  if (target.is_instance()) return delete_instance_target(work);
  if (target.kind == Target::Kind::Virtual)
    return refuse(ResponseStatus::OperationNotAllowed, "'" + target.name + "' cannot be deleted");
  Transaction& transaction = work.transaction;
  const Resource& resource = *target.resource;
  if (resource.type == onem2m::type::kCseBase)
    return refuse(ResponseStatus::OperationNotAllowed, "the CSEBase cannot be deleted");
  if (auto may = authorise(work.core, transaction.tree(), transaction.now(), work.request, onem2m::AccessOperation::Delete,
                           resource);
      !may)
    return tl::unexpected(may.error());
  if (auto fits = check_conditions(transaction.tree(), work.request, resource, resource.attributes, resource.type); !fits)
    return tl::unexpected(fits.error());
  if (auto fits = work.core.procedures.find(resource.type).check_delete(transaction.tree(), work.request, resource); !fits)
    return tl::unexpected(fits.error());
  Response response = make_response(ResponseStatus::Deleted);
  if (const int rcn = work.request.result_content.value_or(0); rcn != 0) {
    const JobInstances instances(transaction);
    auto content = represent(work.core, transaction.tree(), instances, transaction.now(), work.request, resource, rcn,
                             onem2m::AccessOperation::Delete);
    if (!content) return tl::unexpected(content.error());
    response.content = std::move(content->content);
  }
  if (auto done = delete_resource(work.core, transaction, resource.id, &work.request); !done)
    return tl::unexpected(done.error());
  return response;
}

}  // namespace edgecse::cse
