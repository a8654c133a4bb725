// SPDX-License-Identifier: Apache-2.0
//
// CREATE of everything but instances. TS-0004 7.3.3.5; the address and content of the answer: 7.3.3.12.
#include <algorithm>
#include <span>

#include "cse/access/originator.hpp"
#include "cse/announcement/announcement.hpp"
#include "cse/child_resources.hpp"
#include "cse/limits/resource_limit.hpp"
#include "cse/procedures.hpp"
#include "cse/rows.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

Result<> check_parent(const Target& target, int new_type, const InstanceSource& instances, base::WallTime now) {
  if (target.kind == Target::Kind::Resource) return {};
  if (target.kind != Target::Kind::Instance && target.kind != Target::Kind::NamedInstance)
    return refuse(ResponseStatus::OperationNotAllowed, "a virtual resource takes no children");
  // Any name below a container may be an instance's: one that is not there is no parent of the wrong type.
  if (auto there = find_instance(target, instances, now); !there) return tl::unexpected(there.error());
  return refuse(new_type == type::kSubscription ? ResponseStatus::TargetNotSubscribable
                                                : ResponseStatus::InvalidChildResourceType,
                "an instance takes no child of type " + std::to_string(new_type));
}

// What nobody may ever ask for is refused before it is asked who asks. release4 1.
Result<> check_creatable(int number) {
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(number);
  if (rule == nullptr || rule->creatable) return {};
  return refuse(ResponseStatus::OperationNotAllowed, std::string(rule->name) + " cannot be created by a request");
}

Result<> check_name_free(const Transaction& transaction, const Resource& parent, const std::string& name) {
  const auto taken = [&] {
    return refuse(ResponseStatus::Conflict, "'" + parent.name + "' has a child named '" + name + "' already");
  };
  if (transaction.tree().child(parent.id, name)) return taken();
  const onem2m::ResourceTypeRule* rule = onem2m::find_resource_type(parent.type);
  if (rule != nullptr && std::find(rule->virtual_children.begin(), rule->virtual_children.end(), name) !=
                             rule->virtual_children.end())
    return taken();
  if (!holds_instances(parent.type)) return {};
  if (sequence_of_given_name(name) != 0) return taken();
  auto row = transaction.row(store::Table::Meta, rows::meta::instance_name(parent.id, name));
  if (!row) return tl::unexpected(row.error());
  if (*row) return taken();
  return {};
}

// "@ri" in the table stands for the resource's own resourceID.
void set_defaults(std::span<const onem2m::AttributeRule> rules, const std::string& id, Json& attributes) {
  for (const onem2m::AttributeRule& rule : rules)
    if (!rule.default_value.empty() && !attributes.contains(rule.short_name))
      attributes[rule.short_name] = rule.default_value == "@ri" ? Json(id) : Json::parse(rule.default_value);
}

Resource make_resource(Work& work, Representation&& made, const Resource& parent) {
  Transaction& transaction = work.transaction;
  Resource resource;
  resource.id = transaction.new_id();
  resource.parent = parent.id;
  resource.type = made.rule->number;
  resource.member_name = std::move(made.member_name);
  resource.creator = local_originator(work.core.options, work.request.from);
  resource.unit = parent.unit;
  resource.created = transaction.next_creation();
  Json& attributes = resource.attributes = std::move(made.attributes);
  const auto name = attributes.find("rn");
  resource.name = name != attributes.end() ? name->get<std::string>()
                                           : resource.member_name.substr(resource.member_name.find(':') + 1) + '-' + resource.id;
  attributes["ty"] = resource.type;
  attributes["pi"] = parent.id;
  attributes["et"] = choose_expiration(work.core.options, transaction.now(), attributes, parent);
  attributes["ct"] = attributes["lt"] = onem2m::format_timestamp(transaction.now());
  if (made.rule->find("st") != nullptr) attributes["st"] = 0;
  set_defaults(made.rule->attributes, resource.id, attributes);
  const onem2m::AttributeRule* creator = made.rule->find("cr");
  if (attributes.contains("cr") || (creator != nullptr && creator->mandatory)) attributes["cr"] = work.request.from;
  return resource;
}

// What the CSE set, changed or left out beyond the request. rcn 9.
Json difference(const Json& stored, const Json& requested) {
  Json changed = Json::object();
  for (const auto& [name, value] : stored.items()) {
    const auto asked = requested.find(name);
    if (asked == requested.end() || *asked != value) changed[name] = value;
  }
  for (const auto& [name, value] : requested.items())
    if (!value.is_null() && !stored.contains(name)) changed[name] = nullptr;
  return changed;
}

Json shown(const Work& work, const Resource& resource) {
  return shown_attributes(work.core, work.transaction.tree(), work.transaction.now(), resource);
}

Response answer(const Work& work, const Resource& resource) {
  Response response = make_response(ResponseStatus::Created);
  const int rcn = work.request.result_content.value_or(1);
  switch (rcn) {
    case 0:
      return response;
    case 1:
      response.content = Json{{resource.member_name, shown(work, resource)}};
      return response;
    case 9:
      response.content = Json{{resource.member_name, difference(shown(work, resource), *work.request.content.begin())}};
      return response;
    default:
      break;
  }
  response.content_location = work.transaction.tree().structured_address(resource.id);
  if (rcn == 2) {
    response.content = Json{{"m2m:uri", response.content_location}};
  } else {
    response.content = resource_wrapper(resource.member_name, resource.attributes, response.content_location);
  }
  return response;
}

}  // namespace

Json resource_wrapper(std::string_view member_name, const Json& attributes, const std::string& address) {
  const std::string name{member_name.substr(member_name.find(':') + 1)};
  return {{"m2m:rce", {{name, attributes}, {"uri", address}}}};
}

Response make_response(ResponseStatus status) {
  Response response;
  response.status = status;
  return response;
}

Result<> authorise(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request,
                   onem2m::AccessOperation operation, const Resource& resource, const Json* attributes) {
  const bool creating = operation == onem2m::AccessOperation::Create;
  const int child_type = creating ? request.resource_type.value_or(0) : 0;
  const TypeProcedure& procedure = core.procedures.find(creating ? child_type : resource.type);
  if (auto decided = procedure.authorise(tree, request, resource)) return *decided;
  if (may_access(core, {tree, now, request, operation, child_type, attributes}, resource)) return {};
  if (may_synchronise(core.options, request, resource)) return {};
  return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                "no access control policy of '" + resource.name + "' lets " + request.from + " do this" +
                    token_faults(core, tree, now, request));
}

Result<> check_conditions(const Tree& tree, const Request& request, const Resource& resource, const Json& attributes,
                          int type_number) {
  if (!request.filter_criteria.has_conditions()) return {};
  const ResourcePtr parent = tree.find(type_number == resource.type ? resource.parent : resource.id);
  std::vector<ResourcePtr> children;
  onem2m::FilterSubject subject{attributes, type_number, parent ? &parent->attributes : nullptr, parent ? parent->type : 0, {}};
  if (type_number == resource.type) children = tree.children(resource.id);
  for (const ResourcePtr& child : children) subject.children.push_back(&child->attributes);
  if (onem2m::matches(request.filter_criteria, subject)) return {};
  return refuse(ResponseStatus::NotFound, "'" + resource.name + "' does not match the filter criteria");
}

Result<Preparation> check_create(const CseCore& core, const SnapshotPtr& snapshot, base::WallTime now, const Request& request,
                                 const Target& target) {
  const int number = *request.resource_type;
  const StoredInstances instances(core.environment.store);
  if (auto may = check_creatable(number); !may) return tl::unexpected(may.error());
  if (auto fits = check_parent(target, number, instances, now); !fits) return tl::unexpected(fits.error());
  const Resource& parent = *target.resource;
  if (auto may = authorise(core, snapshot->tree, now, request, onem2m::AccessOperation::Create, parent); !may)
    return tl::unexpected(may.error());
  auto made = check_new(core, snapshot->tree, now, request, parent);
  if (!made) return tl::unexpected(made.error());
  auto fits = core.procedures.find(number).check_create({snapshot->tree, now, request, parent, made->attributes});
  if (!fits) return tl::unexpected(fits.error());
  return Preparation{snapshot, request, target.resource, std::move(made->attributes)};
}

Result<Response> create_resource(Work& work) {
  const Request& request = work.request;
  Transaction& transaction = work.transaction;
  const int number = *request.resource_type;
  const JobInstances instances(transaction);
  if (auto may = check_creatable(number); !may) return tl::unexpected(may.error());
  if (auto fits = check_parent(work.target, number, instances, transaction.now()); !fits) return tl::unexpected(fits.error());
  if (number == type::kContentInstance || number == type::kTimeSeriesInstance) return create_instance(work);
  const ResourcePtr parent = work.target.resource;
  if (auto may = authorise(work.core, transaction.tree(), transaction.now(), request, onem2m::AccessOperation::Create, *parent);
      !may)
    return tl::unexpected(may.error());
  auto made = check_new(work.core, transaction.tree(), transaction.now(), request, *parent);
  if (!made) return tl::unexpected(made.error());
  TypeProcedure& procedure = work.core.procedures.find(number);
  if (auto fits = procedure.check_create({transaction.tree(), transaction.now(), request, *parent, made->attributes}); !fits)
    return tl::unexpected(fits.error());
  if (!work.core.environment.store.has_room())
    return refuse(ResponseStatus::NotAcceptable, "the disk is almost full: nothing can be created");

  Resource resource = make_resource(work, std::move(*made), *parent);
  CreateContext context{transaction, request, *parent, work.prepared, resource};
  if (auto done = procedure.before_create(context); !done) return tl::unexpected(done.error());
  resource.attributes["ri"] = resource.id;
  resource.attributes["rn"] = resource.name;
  if (auto is_free = check_name_free(transaction, *parent, resource.name); !is_free) return tl::unexpected(is_free.error());
  if (transaction.tree().find(resource.id))
    return refuse(ResponseStatus::Conflict, "the identifier '" + resource.id + "' is in use");
  if (work.core.resource_limit != nullptr)
    if (auto fits = work.core.resource_limit->admit(transaction, request, resource); !fits) return tl::unexpected(fits.error());
  work.unit = resource.unit;
  transaction.put(resource);
  if (auto done = procedure.after_create(context); !done) return tl::unexpected(done.error());
  const ResourcePtr stored = transaction.tree().find(resource.id);
  ResourceEvent event{ResourceEvent::Kind::Created, stored->id, stored->type, stored->member_name, stored->parent,
                      stored->attributes};
  event.resource = stored;
  event.request = &request;
  work.core.tell(transaction, event);
  return answer(work, *transaction.tree().find(resource.id));
}

}  // namespace edgecse::cse
