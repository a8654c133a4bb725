// SPDX-License-Identifier: Apache-2.0
#include "cse/group/semantic_fan_out.hpp"

#include "cse/child_resources.hpp"
#include "cse/procedures.hpp"
#include "cse/semantics/semantic_query.hpp"

namespace edgecse::cse::group {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

/// Members that went are left out; those of other CSEs cannot be asked for their descriptors.
Result<Tops> members_here(const CseCore& core, const Tree& tree, const Resource& group) {
  Tops tops;
  for (const Json& entry : group.attributes.value("mid", Json::array())) {
    const std::string member = entry.get<std::string>();
    const auto address = onem2m::parse_address(member);
    ResourcePtr found = find_resource(core, tree, member);
    if (found && core.gate->serves(found->unit)) {
      tops.push_back(std::move(found));
    } else if (found || !address || !is_hosted(core.options, *address)) {
      return refuse(ResponseStatus::NotImplemented, "the member '" + member + "' is at another CSE: its descriptors are not asked for");
    }
  }
  return tops;
}

}  // namespace

Result<Response> ask_members(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request, const Resource& group) {
  if (request.operation != onem2m::Operation::Retrieve)
    return refuse(ResponseStatus::OperationNotAllowed, "a semanticFanOutPoint (sfop) is only retrieved");
  const bool queries = request.semantic_query.value_or(false);
  if (!queries && !is_semantic_discovery(request))
    return refuse(ResponseStatus::BadRequest, "a semanticFanOutPoint (sfop) is asked with smf: sqi, or fu 1");
  const auto tops = members_here(core, tree, group);
  if (!tops) return tl::unexpected(tops.error());
  const StoredInstances instances(core.loop->store());
  Response response = make_response(ResponseStatus::Ok);
  if (queries) {
    auto content = query_semantics(core, tree, instances, now, request, *tops);
    if (!content) return tl::unexpected(content.error());
    response.content = std::move(*content);
    return response;
  }
  auto page = discover_semantically(core, tree, instances, now, request, *tops);
  if (!page) return tl::unexpected(page.error());
  response.content = list_found(core, tree, instances, now, request, *page).content;
  if (page->next_offset) {
    response.content_status = 1;
    response.content_offset = page->next_offset;
  }
  return response;
}

}  // namespace edgecse::cse::group
