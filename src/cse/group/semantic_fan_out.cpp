// SPDX-License-Identifier: Apache-2.0
#include "cse/group/semantic_fan_out.hpp"

#include <set>

#include "cse/message_check.hpp"
#include "cse/procedures.hpp"
#include "cse/semantics/ask_elsewhere.hpp"
#include "cse/semantics/semantic_descriptor.hpp"
#include "cse/semantics/semantic_discovery.hpp"

namespace edgecse::cse::group {

using onem2m::refuse;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kDescriptor = SemanticDescriptorProcedure::kType, kAnnouncedDescriptor = 10'000 + kDescriptor;
constexpr int kChildResources = 8;  // resultContent
constexpr std::size_t kMostElsewhere = 1'000;

using Done = std::function<void(Result<Response>)>;

/// Members that went are left out.
DiscoveryPlaces members_of(const CseCore& core, const Tree& tree, const Resource& group) {
  DiscoveryPlaces places;
  for (const Json& entry : group.attributes.value("mid", Json::array())) {
    const std::string member = entry.get<std::string>();
    const auto address = onem2m::parse_address(member);
    ResourcePtr found = find_resource(core, tree, member);
    if (found && core.gate->serves(found->unit)) {
      places.tops.push_back(std::move(found));
    } else if (found || !address || !is_hosted(core.options, *address)) {
      places.elsewhere.push_back(member);
    }
  }
  return places;
}

/// The member, where it may be a descriptor itself, and what is below it.
void add_requests(const Request& request, const Resource& group, const std::string& member, std::vector<Request>& requests) {
  const std::int64_t type = group.number("mt");
  Request asked = retrieve_for(request, member);
  asked.filter_criteria = request.filter_criteria;
  asked.filter_criteria.semantics_filters.clear();
  asked.filter_criteria.resource_types = {kDescriptor, kAnnouncedDescriptor};
  asked.filter_criteria.limit.reset();
  asked.filter_criteria.offset.reset();
  if (type == onem2m::type::kMixed || type == kDescriptor || type == kAnnouncedDescriptor) requests.push_back(asked);
  if (type == kDescriptor || type == kAnnouncedDescriptor) return;
  asked.result_content = kChildResources;
  requests.push_back(std::move(asked));
}

struct Query {
  CseCore& core;
  SnapshotPtr snapshot;
  Request request;
  Tops tops;
  std::vector<std::string> asked;  // address of each request
  Done done;

  void answer(const AnswersElsewhere& answers) const {
    if (tops.empty() && !asked.empty() && !answers.any())
      return done(refuse(ResponseStatus::GroupMembersNotResponded, "no member was reached"));
    bool too_much = answers.too_much;
    std::vector<ResourcePtr> elsewhere;
    std::set<std::string> known;
    for (std::size_t i = 0; i < answers.answers.size(); ++i) {
      if (!answers.answers[i]) continue;
      too_much = too_much || (onem2m::is_success(answers.answers[i]->status) && answers.answers[i]->content_status == 1);
      for (ResourcePtr& one : descriptors_in(*answers.answers[i], cse_of(core.options, asked[i])))
        if (known.insert(one->id).second) elsewhere.push_back(std::move(one));
    }
    if (too_much) return done(refuse(ResponseStatus::DiscoveryLimitExceeded, "more descriptors of members than one request may look at"));
    const StoredInstances instances(core.loop->store());
    auto content = query_semantics(core, snapshot->tree, instances, core.environment.clock.wall_now(), request, tops, elsewhere);
    if (!content) return done(tl::unexpected(content.error()));
    Response response = make_response(ResponseStatus::Ok);
    response.content = std::move(*content);
    done(std::move(response));
  }
};

}  // namespace

void ask_members(CseCore& core, std::weak_ptr<char> alive, const SnapshotPtr& snapshot, Request request, const Resource& group, Done done) {
  if (request.operation != onem2m::Operation::Retrieve)
    return done(refuse(ResponseStatus::OperationNotAllowed, "a semanticFanOutPoint (sfop) is only retrieved"));
  const bool queries = request.semantic_query.value_or(false);
  if (!queries && !is_semantic_discovery(request))
    return done(refuse(ResponseStatus::BadRequest, "a semanticFanOutPoint (sfop) is asked with smf: sqi, or fu 1"));
  if (auto valid = check_query(request); !valid) return done(tl::unexpected(valid.error()));
  DiscoveryPlaces places = members_of(core, snapshot->tree, group);
  if (places.elsewhere.size() > kMostElsewhere)
    return done(refuse(ResponseStatus::DiscoveryLimitExceeded, "more members at other CSEs than one request may ask"));
  if (!queries) return discover_semantically(core, std::move(alive), snapshot, std::move(request), std::move(places), std::move(done));
  const base::WallTime until = deadline_of(core, request, core.environment.clock.wall_now());
  std::vector<Request> requests;
  for (const std::string& member : places.elsewhere) add_requests(request, group, member, requests);
  std::vector<std::string> asked;
  for (const Request& one : requests) asked.push_back(one.to);
  const auto query = std::make_shared<const Query>(
      Query{core, snapshot, std::move(request), std::move(places.tops), std::move(asked), std::move(done)});
  ask_elsewhere(core, std::move(alive), std::move(requests), until, [query](const AnswersElsewhere& answers) { query->answer(answers); });
}

}  // namespace edgecse::cse::group
