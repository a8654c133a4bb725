// SPDX-License-Identifier: Apache-2.0
//
// UPDATE. TS-0004 7.3.3.7; the answer: 7.3.3.12.
#include "cse/child_resources.hpp"
#include "cse/procedures.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

// Its privilege is in pvs of the present policies, which check_change looks at. TS-0004 7.3.3.15, 7.3.3.4.
bool changes_policies_only(const Request& request, const Resource& target) {
  if (!request.content.is_object() || request.content.size() != 1) return false;
  const Json& attributes = request.content.begin().value();
  const auto current = target.attributes.find("acpi");
  return attributes.is_object() && attributes.size() == 1 && attributes.contains("acpi") &&
         current != target.attributes.end() && !current->empty();
}

Result<Representation> check(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request,
                             const Target& target) {
  const Resource& resource = *target.resource;
  if (target.is_instance())
    return refuse(ResponseStatus::OperationNotAllowed, "instances, la and ol cannot be updated");
  if (target.kind == Target::Kind::Virtual)
    return refuse(ResponseStatus::OperationNotAllowed, "'" + target.name + "' cannot be updated");
  if (const auto* rule = onem2m::find_resource_type(resource.type); rule != nullptr && !rule->updatable)
    return refuse(ResponseStatus::OperationNotAllowed, std::string(rule->name) + " cannot be updated");
  if (!changes_policies_only(request, resource)) {
    if (auto may = authorise(core, tree, now, request, onem2m::AccessOperation::Update, resource); !may)
      return tl::unexpected(may.error());
  }
  if (auto fits = check_conditions(tree, request, resource, resource.attributes, resource.type); !fits)
    return tl::unexpected(fits.error());
  auto change = check_change(core, tree, now, request, resource);
  if (!change) return change;
  auto fits = core.procedures.find(resource.type).check_update({tree, now, request, resource, change->attributes});
  if (!fits) return tl::unexpected(fits.error());
  return change;
}

void merge(Work& work, const onem2m::ResourceTypeRule& rule, const Json& requested, Resource& after) {
  for (const auto& [name, value] : requested.items()) {
    if (value.is_null()) {
      after.attributes.erase(name);
    } else {
      after.attributes[name] = value;
    }
  }
  const base::WallTime now = work.transaction.now();
  if (requested.contains("et")) {
    const ResourcePtr parent = work.transaction.tree().find(after.parent);
    after.attributes["et"] = choose_expiration(work.core.options, now, requested, parent ? *parent : Resource{});
  }
  after.attributes["lt"] = onem2m::format_timestamp(now);
  if (rule.find("st") != nullptr) after.attributes["st"] = after.number("st") + 1;
}

Json difference(const Json& before, const Json& after, const Json& requested) {
  Json changed = Json::object();
  for (const auto& [name, value] : after.items()) {
    const auto old = before.find(name);
    const auto asked = requested.find(name);
    if ((old == before.end() || *old != value) && (asked == requested.end() || *asked != value)) changed[name] = value;
  }
  for (const auto& [name, value] : before.items())
    if (!after.contains(name) && !requested.contains(name)) changed[name] = nullptr;
  return changed;
}

// What listeners are told. What the type executed instead of keeping it (soe) is not shown; what came of it is.
Json modified_by(const Json& requested, const Json& before, const Json& after) {
  Json modified = requested;
  for (const auto& [name, value] : requested.items())
    if (!value.is_null() && !after.contains(name)) modified.erase(name);
  if (modified.size() == requested.size()) return modified;
  modified.update(difference(before, after, requested));
  for (const char* kept : {"lt", "st"}) modified.erase(kept);
  return modified;
}

Response answer(const Work& work, const Resource& before, const Resource& after, const Json& requested) {
  Response response = make_response(ResponseStatus::Updated);
  const int rcn = work.request.result_content.value_or(1);
  if (rcn != 1 && rcn != 9) return response;
  Json shown = shown_attributes(work.core, work.transaction.tree(), work.transaction.now(), after);
  if (rcn == 1) response.content = Json{{after.member_name, std::move(shown)}};
  if (rcn == 9) {
    Json changed = difference(before.attributes, shown, requested);
    changed["lt"] = after.attributes["lt"];  // set by every change, also by a second one of the same moment
    response.content = Json{{after.member_name, std::move(changed)}};
  }
  return response;
}

}  // namespace

Result<Preparation> check_update(const CseCore& core, const SnapshotPtr& snapshot, base::WallTime now, const Request& request,
                                 const Target& target) {
  auto change = check(core, snapshot->tree, now, request, target);
  if (!change) return tl::unexpected(change.error());
  return Preparation{snapshot, request, target.resource, std::move(change->attributes)};
}

Result<Response> update_resource(Work& work) {
  Transaction& transaction = work.transaction;
  auto change = check(work.core, transaction.tree(), transaction.now(), work.request, work.target);
  if (!change) return tl::unexpected(change.error());
  const ResourcePtr before = work.target.resource;
  Resource after = *before;
  merge(work, *change->rule, change->attributes, after);
  TypeProcedure& procedure = work.core.procedures.find(before->type);
  UpdateContext context{transaction, work.request, change->attributes, work.prepared, *before, after};
  if (auto done = procedure.before_update(context); !done) return tl::unexpected(done.error());
  transaction.put(after);
  if (auto done = procedure.after_update(context); !done) return tl::unexpected(done.error());
  const ResourcePtr stored = transaction.tree().find(before->id);
  ResourceEvent event{ResourceEvent::Kind::Updated, stored->id, stored->type, stored->member_name, stored->parent,
                      stored->attributes};
  const Json modified = modified_by(change->attributes, before->attributes, stored->attributes);
  event.before = &before->attributes;
  event.modified = &modified;
  event.resource = stored;
  event.request = &work.request;
  work.core.tell(transaction, event);
  return answer(work, *before, *transaction.tree().find(before->id), change->attributes);
}

}  // namespace edgecse::cse
