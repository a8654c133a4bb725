// SPDX-License-Identifier: Apache-2.0
//
// RETRIEVE: whole, in part (atrl, `#attr`), with children, discovery. TS-0004 7.3.3.6. From one snapshot.
#include "cse/access/access_decision.hpp"
#include "cse/child_resources.hpp"
#include "cse/procedures.hpp"
#include "cse/semantics/semantic_query.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kDiscovery = 1;  // m2m:filterUsage

std::vector<std::string> wanted_attributes(const Request& request, const Target& target) {
  std::vector<std::string> wanted = request.attribute_list;
  if (!target.attribute.empty()) wanted.push_back(target.attribute);
  return wanted;
}

Result<Json> select(const Json& attributes, const std::vector<std::string>& wanted, const onem2m::ResourceTypeRule* rule) {
  Json selected = Json::object();
  for (const std::string& name : wanted) {
    if (const auto found = attributes.find(name); found != attributes.end()) {
      selected[name] = *found;
    } else if (rule != nullptr && rule->find(name) == nullptr) {
      return refuse(ResponseStatus::BadRequest, std::string(rule->name) + " has no attribute '" + name + "'");
    }
  }
  return selected;
}

Response to_response(ResultContent&& result) {
  Response response = make_response(ResponseStatus::Ok);
  response.content = std::move(result.content);
  if (result.next_offset) {
    response.content_status = 1;
    response.content_offset = result.next_offset;
  }
  return response;
}

// Instances have no children.
Result<Response> discover_below_instance(const InstanceSource& instances, base::WallTime now, const Request& request,
                                         const Target& target) {
  auto found = find_instance(target, instances, now);
  if (!found) return tl::unexpected(found.error());
  Response response = make_response(ResponseStatus::Ok);
  response.content = request.result_content == 6 ? Json{{"m2m:rrl", {{"rrf", Json::array()}}}} : Json{{"m2m:uril", Json::array()}};
  return response;
}

Result<Response> answer_query(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                              const Request& request, const Target& target) {
  if (target.kind == Target::Kind::Virtual) return refuse(ResponseStatus::OperationNotAllowed, "'" + target.name + "' cannot be retrieved");
  if (target.is_instance()) {  // nothing is below it
    if (auto found = find_instance(target, instances, now); !found) return tl::unexpected(found.error());
  }
  auto content = query_semantics(core, tree, instances, now, request, target.is_instance() ? Tops{} : Tops{target.resource});
  if (!content) return tl::unexpected(content.error());
  Response response = make_response(ResponseStatus::Ok);
  response.content = std::move(*content);
  return response;
}

}  // namespace

Result<Response> retrieve_instance(const CseCore& core, const Tree& tree, const InstanceSource& instances,
                                   base::WallTime now, const Request& request, const Target& target) {
  const Resource& container = *target.resource;
  auto found = find_instance(target, instances, now);
  if (!found) return tl::unexpected(found.error());
  const Json seen = limits_attributes(core, tree, container) ? (*found)->attributes() : Json{};
  if (auto may = authorise(core, tree, now, request, onem2m::AccessOperation::Retrieve, container,
                           seen.is_null() ? nullptr : &seen);
      !may)
    return tl::unexpected(may.error());
  if (container.attributes.value("disr", false))
    return refuse(ResponseStatus::OperationNotAllowed, "'" + container.name + "' disables its instances (disr)");
  const InstancePtr& instance = *found;
  Response response = make_response(ResponseStatus::Ok);
  const int rcn = request.result_content.value_or(1);
  const auto wanted = wanted_attributes(request, target);
  const bool has_conditions = request.filter_criteria.has_conditions();
  if (wanted.empty() && !has_conditions && (rcn == 1 || rcn == 4)) {
    // The row's text is the answer: no parsing, no dumping.
    response.serialized_content = std::shared_ptr<const std::string>(instance, &instance->representation);
    return response;
  }
  if (rcn == 7) return refuse(ResponseStatus::BadRequest, "rcn 7 fits announced resources only");
  if (!wanted.empty() && rcn != 1) return refuse(ResponseStatus::BadRequest, "an attribute list goes with rcn 1 only");
  Json attributes = instance->attributes();
  if (rcn == 1) {  // otherwise they are about children, of which it has none
    if (auto fits = check_conditions(tree, request, container, attributes, instance->type); !fits)
      return tl::unexpected(fits.error());
  }
  if (rcn == 6 || rcn == 8) attributes = Json::object();
  if (rcn == 5) attributes["ch"] = Json::array();
  if (!wanted.empty()) {
    auto selected = select(attributes, wanted, onem2m::find_resource_type(instance->type));
    if (!selected) return tl::unexpected(selected.error());
    attributes = std::move(*selected);
  }
  response.content = rcn == 6 ? Json{{"m2m:rrl", {{"rrf", Json::array()}}}} : Json{{member_name_of(*instance), std::move(attributes)}};
  return response;
}

Result<Response> retrieve(const CseCore& core, const Snapshot& snapshot, base::WallTime now, const Request& request,
                          const Target& target) {
  const StoredInstances instances(core.loop->store());
  const bool discovering = request.filter_criteria.filter_usage == kDiscovery || is_semantic_discovery(request);
  if (request.semantic_query.value_or(false)) return answer_query(core, snapshot.tree, instances, now, request, target);
  if (target.is_instance()) {
    if (discovering) return discover_below_instance(instances, now, request, target);
    return retrieve_instance(core, snapshot.tree, instances, now, request, target);
  }
  if (target.kind == Target::Kind::Virtual)
    return refuse(ResponseStatus::OperationNotAllowed, "'" + target.name + "' cannot be retrieved");
  const Resource& resource = *target.resource;
  if (discovering) {
    auto found = discover(core, snapshot.tree, instances, now, request, resource);
    if (!found) return tl::unexpected(found.error());
    return to_response(std::move(*found));
  }
  if (auto may = authorise(core, snapshot.tree, now, request, onem2m::AccessOperation::Retrieve, resource); !may)
    return tl::unexpected(may.error());
  const int rcn = request.result_content.value_or(1);
  if (rcn == 7) return refuse(ResponseStatus::BadRequest, "rcn 7 fits announced resources only");
  const auto wanted = wanted_attributes(request, target);
  if (!wanted.empty() || rcn == 1) {
    if (auto fits = check_conditions(snapshot.tree, request, resource, resource.attributes, resource.type); !fits)
      return tl::unexpected(fits.error());
  }
  if (!wanted.empty()) {
    if (rcn != 1) return refuse(ResponseStatus::BadRequest, "an attribute list goes with rcn 1 only");
    auto selected = select(shown_attributes(core, snapshot.tree, now, resource), wanted,
                           rule_of(resource.type, resource.member_name));
    if (!selected) return tl::unexpected(selected.error());
    Response response = make_response(ResponseStatus::Ok);
    response.content = Json{{resource.member_name, std::move(*selected)}};
    return response;
  }
  auto content = represent(core, snapshot.tree, instances, now, request, resource, rcn, onem2m::AccessOperation::Retrieve);
  if (!content) return tl::unexpected(content.error());
  return to_response(std::move(*content));
}

}  // namespace edgecse::cse
