// SPDX-License-Identifier: Apache-2.0
#include "cse/semantics/semantic_query.hpp"

#include <algorithm>

#include "cse/discovery/search.hpp"
#include "cse/semantics/semantic_descriptor.hpp"

namespace edgecse::cse {

using onem2m::AccessOperation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;

namespace {

constexpr int kDescriptor = SemanticDescriptorProcedure::kType, kAnnouncedDescriptor = 10'000 + kDescriptor;
constexpr std::size_t kBytesOfAStep = 4;    // of a descriptor that is read anew
constexpr std::uint64_t kStepsOfALink = 16;  // an address resolved, access judged

bool is_descriptor(const Resource& resource) {
  return (resource.type == kDescriptor || resource.type == kAnnouncedDescriptor) && resource.has("dsp") && resource.has("dcrp");
}

tl::unexpected<onem2m::Error> refuse_query(const semantics::Error& error) {
  const bool left_out = error.kind == semantics::Error::Kind::NotSupported;
  return refuse(left_out ? ResponseStatus::NotImplemented : ResponseStatus::InvalidSparqlQuery, "smf: " + error.detail);
}
tl::unexpected<onem2m::Error> refuse_run(const semantics::Error& error) {
  return refuse(ResponseStatus::DiscoveryLimitExceeded, "smf: " + error.detail);
}

// One request's look at descriptors.
class Descriptors {
 public:
  Descriptors(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now, Request request,
              AccessOperation privilege, const LinkedElsewhere& elsewhere = {})
      : core_(core), tree_(tree), request_(std::move(request)), elsewhere_(elsewhere), search_(core, tree, instances, now, request_, privilege) {}

  /// At the resources and below, each once.
  Result<std::vector<ResourcePtr>> find(const Tops& tops, std::uint64_t depth) {
    std::vector<ResourcePtr> found;
    std::set<std::string> known;
    for (const ResourcePtr& top : tops) {
      if (is_descriptor(*top) && search_.matches(*top) && known.insert(top->id).second) found.push_back(top);
      auto page = search_.find_below(*top, depth);
      if (!page) return tl::unexpected(page.error());
      if (auto paid = spend(kStepsOfALink + page->hits.size()); !paid) return tl::unexpected(paid.error());
      if (page->next_offset) return refuse(ResponseStatus::DiscoveryLimitExceeded, "more descriptors than one request may look at");
      for (const Hit& hit : page->hits)
        if (hit.resource && is_descriptor(*hit.resource) && known.insert(hit.resource->id).second) found.push_back(hit.resource);
    }
    return found;
  }
  /// The descriptors that this one names.
  Result<std::vector<ResourcePtr>> linked(const Resource& descriptor) {
    std::vector<ResourcePtr> list;
    if (!descriptor.has("rels")) return list;
    for (const Json& address : descriptor.attributes["rels"]) {
      if (auto paid = spend(kStepsOfALink); !paid) return tl::unexpected(paid.error());
      const std::string& link = address.get_ref<const std::string&>();
      if (const ResourcePtr found = find_resource(core_, tree_, link)) {
        if (is_descriptor(*found) && search_.may_see(*found)) list.push_back(found);
      } else if (const ResourcePtr there = find_elsewhere(link)) {
        list.push_back(there);
      }
    }
    return list;
  }
  /// nullptr: it is not what it says (it came before the CSE could tell).
  Result<DescriptorGraphPtr> graph(const Resource& descriptor) {
    DescriptorGraphs& graphs = descriptor_graphs(core_);
    const std::uint64_t steps = graphs.knows(descriptor.attributes) ? 1 : 1 + descriptor.text("dsp").size() / kBytesOfAStep;
    if (auto paid = spend(steps); !paid) return tl::unexpected(paid.error());
    auto read = graphs.read(descriptor.attributes);
    return read ? *read : nullptr;
  }
  Result<semantics::Graph> together(const std::vector<ResourcePtr>& descriptors) {
    semantics::Graph all;
    for (const ResourcePtr& descriptor : descriptors) {
      auto one = graph(*descriptor);
      if (!one) return tl::unexpected(one.error());
      if (*one == nullptr) continue;
      if (auto paid = spend((*one)->graph.size()); !paid) return tl::unexpected(paid.error());
      if (auto added = all.add_all((*one)->graph); !added) return refuse_run(added.error());
    }
    return all;
  }
  /// It and all that can be reached from it, each once.
  Result<std::vector<ResourcePtr>> closure(const ResourcePtr& from) {
    std::vector<ResourcePtr> list{from};
    std::set<std::string> known{from->id};
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto next = linked(*list[i]);
      if (!next) return next;
      for (const ResourcePtr& more : *next)
        if (known.insert(more->id).second) list.push_back(more);
    }
    return list;
  }

  semantics::Limits left{};
  std::set<std::string> unknown;  // links to other CSEs

 private:
  ResourcePtr find_elsewhere(const std::string& link) {
    const auto address = onem2m::parse_address(link);
    if (!address || is_hosted(core_.options, *address)) return nullptr;
    const auto known = elsewhere_.find(link);
    if (known != elsewhere_.end()) return known->second;
    unknown.insert(link);
    return nullptr;
  }
  Result<> spend(std::uint64_t steps) {
    if (steps > left.steps) return refuse(ResponseStatus::DiscoveryLimitExceeded, "more descriptors than one request may look at");
    left.steps -= steps;
    return {};
  }
  const CseCore& core_;
  const Tree& tree_;
  const Request request_;
  const LinkedElsewhere elsewhere_;
  Search search_;
};

// The same request for descriptors: of the conditions, the query's text is none of theirs.
Request for_descriptors(const Request& request, bool with_conditions) {
  Request asked = request;
  if (!with_conditions) asked.filter_criteria = {};
  asked.filter_criteria.semantics_filters.clear();
  asked.filter_criteria.resource_types = {kDescriptor, kAnnouncedDescriptor};
  asked.filter_criteria.limit.reset();
  asked.filter_criteria.offset.reset();
  return asked;
}

Result<semantics::QueryPtr> query_of(const Request& request) {
  const auto& filters = request.filter_criteria.semantics_filters;
  if (filters.size() != 1) return refuse(ResponseStatus::BadRequest, "smf is one query, not " + std::to_string(filters.size()));
  auto query = semantics::parse_query(filters[0]);
  if (!query) return refuse_query(query.error());
  return *query;
}

// Which of the descriptors the query has a solution in.
class Candidates {
 public:
  Candidates(Descriptors& descriptors, const semantics::sparql::Query& query) : descriptors_(descriptors), query_(query) {}

  Result<> ask(const std::vector<ResourcePtr>& below) {
    for (const ResourcePtr& descriptor : below)
      if (auto done = ask_alone(descriptor); !done) return done;
    for (const ResourcePtr& descriptor : below) {
      const auto reachable = descriptors_.closure(descriptor);
      if (!reachable) return tl::unexpected(reachable.error());
      for (const ResourcePtr& one : *reachable)
        if (auto done = ask_alone(one); !done) return done;
      const bool some = std::any_of(reachable->begin(), reachable->end(), [&](const ResourcePtr& one) { return answers_[one->id]; });
      if (some || reachable->size() == 1) continue;
      auto all = descriptors_.together(*reachable);
      if (!all) return tl::unexpected(all.error());
      if (auto done = note(descriptor, *all, semantics::Index(*all)); !done) return done;
    }
    return {};
  }
  /// Their parents.
  [[nodiscard]] const std::set<std::string>& parents() const { return parents_; }

 private:
  Result<> ask_alone(const ResourcePtr& descriptor) {
    if (!answers_.try_emplace(descriptor->id, false).second) return {};
    auto one = descriptors_.graph(*descriptor);
    if (!one) return tl::unexpected(one.error());
    if (*one == nullptr) return {};
    return note(descriptor, (*one)->graph, (*one)->index);
  }
  Result<> note(const ResourcePtr& descriptor, const semantics::Graph& graph, const semantics::Index& index) {
    auto found = semantics::has_solution(query_, graph, index, descriptors_.left);
    if (!found) return refuse_run(found.error());
    answers_[descriptor->id] = *found;
    if (*found) parents_.insert(descriptor->parent);
    return {};
  }

  Descriptors& descriptors_;
  const semantics::sparql::Query& query_;
  std::map<std::string, bool> answers_;  // by descriptor
  std::set<std::string> parents_;
};

}  // namespace

bool is_semantic_discovery(const Request& request) {
  const auto& criteria = request.filter_criteria;
  if (request.operation != onem2m::Operation::Retrieve || criteria.semantics_filters.empty()) return false;
  return criteria.filter_usage ? criteria.filter_usage == 1 : request.semantic_query == false;
}

Result<> check_query(const Request& request) {
  auto query = query_of(request);
  if (!query) return tl::unexpected(query.error());
  return {};
}

Result<Json> query_semantics(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                             const Request& request, const Tops& tops, const std::vector<ResourcePtr>& elsewhere) {
  const auto query = query_of(request);
  if (!query) return tl::unexpected(query.error());
  Descriptors descriptors(core, tree, instances, now, for_descriptors(request, true), AccessOperation::Retrieve);
  auto found = descriptors.find(tops, request.filter_criteria.level.value_or(Search::kAllLevels));
  if (!found) return tl::unexpected(found.error());
  found->insert(found->end(), elsewhere.begin(), elsewhere.end());
  auto all = descriptors.together(*found);
  if (!all) return tl::unexpected(all.error());
  auto answer = semantics::run(**query, *all, descriptors.left);
  if (!answer) return refuse_run(answer.error());
  return Json{{"m2m:qres", semantics::to_json(*answer)}};
}

Result<Described> find_described(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                                 const Request& request, const Tops& tops, const LinkedElsewhere& known) {
  const auto query = query_of(request);
  if (!query) return tl::unexpected(query.error());
  Descriptors descriptors(core, tree, instances, now, for_descriptors(request, false), AccessOperation::Discovery, known);
  // The level is the described resource's.
  const std::uint64_t level = std::min(request.filter_criteria.level.value_or(Search::kAllLevels), Search::kAllLevels - 1);
  auto below = descriptors.find(tops, level + 1);
  if (!below) return tl::unexpected(below.error());
  Candidates candidates(descriptors, **query);
  if (auto done = candidates.ask(*below); !done) return tl::unexpected(done.error());
  Request conditions = request;
  conditions.filter_criteria.semantics_filters.clear();
  Search search(core, tree, instances, now, conditions, AccessOperation::Discovery);
  Described described;
  for (const std::string& id : candidates.parents()) {
    if (id.starts_with('/')) {
      described.elsewhere.insert(id);
    } else if (ResourcePtr resource = tree.find(id); resource && search.matches(*resource)) {
      described.here.push_back(std::move(resource));
    }
  }
  std::ranges::sort(described.here, [](const ResourcePtr& a, const ResourcePtr& b) {
    return std::tie(a->type, a->name, a->created, a->id) < std::tie(b->type, b->name, b->created, b->id);
  });
  described.unknown = std::move(descriptors.unknown);
  return described;
}

}  // namespace edgecse::cse
