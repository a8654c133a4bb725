// SPDX-License-Identifier: Apache-2.0
#include "cse/child_resources.hpp"

#include "cse/discovery/search.hpp"
#include "cse/procedures.hpp"
#include "cse/semantics/semantic_discovery.hpp"

namespace edgecse::cse {

using onem2m::AccessOperation;
using onem2m::Request;
using onem2m::Result;

namespace {

constexpr int kUnstructured = 2;  // m2m:desIdResType

// drt. A list of addresses names resources as this CSE does, references as its service provider does. release4 19.
std::string listed_address(Search& search, const Hit& hit) {
  if (search.request().desired_identifier_type == kUnstructured) return search.core().options.id + '/' + Search::id_of(hit);
  return search.address_of(hit);
}
std::string referenced_address(Search& search, const Hit& hit) {
  const std::string address =
      search.request().desired_identifier_type == kUnstructured ? Search::id_of(hit) : search.address_of(hit);
  return search.core().options.id + '/' + address;
}

// m2m:childResourceRef. TS-0004 6.3.5.29.
Json reference(Search& search, const Hit& hit) {
  Json made{{"nm", hit.name()}, {"typ", hit.number()}, {"val", referenced_address(search, hit)}};
  if (!hit.resource) return made;
  if (hit.resource->has("cnd")) made["spty"] = hit.resource->attributes["cnd"];
  if (hit.resource->has("mgd")) made["spty"] = hit.resource->attributes["mgd"];
  return made;
}

// arp: whether the same path leads somewhere below a hit that the originator may discover. TS-0004 7.3.3.17.
bool leads_somewhere(Search& search, const Hit& hit, const std::string& path) {
  if (!hit.resource) return false;
  const auto parsed = onem2m::parse_address(hit.resource->id + '/' + path);
  if (!parsed) return false;
  const auto target = resolve(search.core(), search.tree(), *parsed);
  if (!target || !search.may_see(*target->resource)) return false;
  return !target->is_instance() || find_instance(*target, search.instances(), search.now()).has_value();
}

// Nested representations: children as arrays under their member names.
class Nesting {
 public:
  /// flat: children of resources that do not match take their place.
  Nesting(Search& search, bool flat) : search_(search), flat_(flat), left_(search.limit()), skip_(search.first() - 1) {}

  Result<> add_children(const Resource& parent, std::uint64_t depth, Json& into) {
    if (depth == 0 || cut_) return {};
    for (const ResourcePtr& child : search_.sorted_children(parent)) {
      const bool matching = search_.matches(*child);
      if (!matching && !flat_) continue;
      Json nested = matching ? shown_attributes(search_.core(), search_.tree(), search_.now(), *child) : Json{};
      if (matching && skipped()) continue;
      if (matching && !room()) return {};
      if (auto done = add_children(*child, depth - 1, matching ? nested : into); !done) return done;
      if (matching) into[child->member_name].push_back(std::move(nested));
    }
    return search_.each_instance(parent, [&](const InstancePtr& instance) {
      if (skipped()) return true;
      if (!room()) return false;
      Json whole = Json::parse(instance->representation);
      into[whole.begin().key()].push_back(std::move(whole.begin().value()));
      return true;
    });
  }
  [[nodiscard]] std::optional<std::uint64_t> next_offset() const {
    if (!cut_ && !search_.exhausted()) return std::nullopt;
    return search_.first() + search_.limit() - left_;
  }

 private:
  bool skipped() { return skip_ > 0 && skip_-- > 0; }
  bool room() {
    if (left_ == 0) {
      cut_ = true;
      return false;
    }
    --left_;
    return true;
  }
  Search& search_;
  const bool flat_;
  std::uint64_t left_;
  std::uint64_t skip_;
  bool cut_ = false;
};

}  // namespace

Json shown_attributes(const CseCore& core, const Tree& tree, base::WallTime now, const Resource& resource) {
  Json attributes = resource.attributes;
  core.procedures.find(resource.type).complete(tree, resource, now, attributes);
  return attributes;
}

Result<ResultContent> represent(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                                const Request& request, const Resource& resource, int rcn, AccessOperation privilege) {
  if (rcn == 1) return ResultContent{Json{{resource.member_name, shown_attributes(core, tree, now, resource)}}, {}};
  Search search(core, tree, instances, now, request, privilege);
  Json attributes = rcn == 4 || rcn == 5 ? shown_attributes(core, tree, now, resource) : Json::object();
  const std::uint64_t depth = request.filter_criteria.level.value_or(Search::kAllLevels);
  if (rcn == 4 || rcn == 8) {
    Nesting nesting(search, rcn == 8);
    if (auto done = nesting.add_children(resource, depth, attributes); !done) return tl::unexpected(done.error());
    return ResultContent{Json{{resource.member_name, std::move(attributes)}}, nesting.next_offset()};
  }
  auto page = search.find_below(resource, depth);
  if (!page) return tl::unexpected(page.error());
  Json references = Json::array();
  for (const Hit& hit : page->hits) references.push_back(reference(search, hit));
  if (rcn == 6) return ResultContent{Json{{"m2m:rrl", {{"rrf", std::move(references)}}}}, page->next_offset};
  attributes["ch"] = std::move(references);
  return ResultContent{Json{{resource.member_name, std::move(attributes)}}, page->next_offset};
}

ResultContent list_found(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                         const Request& request, const Page& page) {
  Search search(core, tree, instances, now, request, AccessOperation::Discovery);
  Json list = Json::array();
  const bool references = request.result_content == 6;
  const std::string path = request.filter_criteria.apply_relative_path.value_or("");
  const std::string suffix = path.empty() ? "" : '/' + path;
  for (const Hit& hit : page.hits) {
    if (!path.empty() && !leads_somewhere(search, hit, path)) continue;
    Json entry = references ? reference(search, hit) : Json(listed_address(search, hit) + suffix);
    if (references) entry["val"] = entry["val"].get<std::string>() + suffix;
    list.push_back(std::move(entry));
  }
  if (references) return {Json{{"m2m:rrl", {{"rrf", std::move(list)}}}}, page.next_offset};
  return {Json{{"m2m:uril", std::move(list)}}, page.next_offset};
}

Result<ResultContent> discover(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                               const Request& request, const Resource& resource) {
  if (is_semantic_discovery(request)) return discover_here(core, tree, instances, now, request, {tree.find(resource.id)});
  Search search(core, tree, instances, now, request, AccessOperation::Discovery);
  auto page = search.find_below(resource, request.filter_criteria.level.value_or(Search::kAllLevels));
  if (!page) return tl::unexpected(page.error());
  return list_found(core, tree, instances, now, request, *page);
}

}  // namespace edgecse::cse
