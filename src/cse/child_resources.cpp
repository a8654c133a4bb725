// SPDX-License-Identifier: Apache-2.0
#include "cse/child_resources.hpp"

#include <algorithm>
#include <limits>

#include "cse/procedures.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

using onem2m::AccessOperation;
using onem2m::FilterCriteria;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr std::uint64_t kMostResults = 10'000;             // in one answer; more: PARTIAL_CONTENT and an offset to go on
constexpr std::size_t kMostInstancesExamined = 200'000;    // by one request
constexpr std::size_t kInstancesAtOnce = 256;

struct Hit {
  ResourcePtr resource;   // nullptr: an instance
  InstancePtr instance;
  [[nodiscard]] int number() const { return resource ? resource->type : instance->type; }
  [[nodiscard]] const std::string& name() const { return resource ? resource->name : instance->name; }
};

bool needs_children(const FilterCriteria& criteria) {
  return !criteria.child_labels.empty() || !criteria.child_resource_types.empty() || !criteria.child_attributes.empty();
}

// One request's look at the resources below another: who matches and may be seen.
class Search {
 public:
  Search(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now, const Request& request,
         AccessOperation privilege)
      : core_(core), tree_(tree), instances_(instances), now_(now), request_(request), criteria_(request.filter_criteria),
        question_{tree, now, request, privilege} {
    const auto& types = criteria_.resource_types;
    with_instances_ = types.empty() || std::any_of(types.begin(), types.end(), is_instance_type);
  }

  [[nodiscard]] bool matches(const Resource& resource) const {
    const ResourcePtr parent = tree_.find(resource.parent);
    std::vector<ResourcePtr> children;
    onem2m::FilterSubject subject{resource.attributes, resource.type, parent ? &parent->attributes : nullptr,
                                  parent ? parent->type : 0, {}};
    if (needs_children(criteria_)) children = tree_.children(resource.id);
    for (const ResourcePtr& child : children) subject.children.push_back(&child->attributes);
    return onem2m::matches(criteria_, subject) && may_access(core_, question_, resource);
  }

  /// Visits matching instances of a container until visit says false. Access is the container's.
  template <class Visit>
  Result<> each_instance(const Resource& container, Visit&& visit) {
    if (!with_instances_ || !holds_instances(container.type) || !container.latest) return {};
    if (!may_access(core_, question_, container)) return {};
    std::uint64_t from = container.first_sequence;
    while (from < container.next_sequence && examined_ < kMostInstancesExamined) {
      auto some = instances_.instances(container.id, from, container.next_sequence, kInstancesAtOnce);
      if (!some) return tl::unexpected(some.error());
      for (const InstancePtr& instance : *some) {
        ++examined_;
        if (instance->expires != 0 && instance->expires <= now_.time_since_epoch().count()) continue;
        if (criteria_.has_conditions()) {
          const Json attributes = instance->attributes();
          if (!onem2m::matches(criteria_, {attributes, instance->type, &container.attributes, container.type, {}})) continue;
        }
        if (!visit(instance)) return {};
      }
      if (some->size() < kInstancesAtOnce) return {};
      from = some->back()->sequence + 1;
    }
    return {};
  }
  [[nodiscard]] bool exhausted() const { return examined_ >= kMostInstancesExamined; }

  [[nodiscard]] std::uint64_t limit() const { return std::min(criteria_.limit.value_or(kMostResults), kMostResults); }
  /// Counting from 1: the first result to give.
  [[nodiscard]] std::uint64_t first() const { return std::max<std::uint64_t>(criteria_.offset.value_or(1), 1); }
  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const CseCore& core() const { return core_; }
  [[nodiscard]] const InstanceSource& instances() const { return instances_; }
  [[nodiscard]] base::WallTime now() const { return now_; }

 private:
  const CseCore& core_;
  const Tree& tree_;
  const InstanceSource& instances_;
  const base::WallTime now_;
  const Request& request_;
  const FilterCriteria& criteria_;
  const AccessQuestion question_;
  bool with_instances_ = true;
  std::size_t examined_ = 0;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return c < 'A' || c > 'Z' ? c : c + 32; });
  return text;
}

void collect_below(const Search& search, const Resource& top, std::uint64_t depth_left, std::vector<ResourcePtr>& matching,
                   std::vector<ResourcePtr>& containers) {
  std::vector<std::pair<ResourcePtr, std::uint64_t>> open;
  const auto push_children = [&](const Resource& parent, std::uint64_t left) {
    if (left == 0) return;
    if (holds_instances(parent.type)) containers.push_back(search.tree().find(parent.id));
    for (ResourcePtr& child : search.tree().children(parent.id)) open.emplace_back(std::move(child), left - 1);
  };
  push_children(top, depth_left);
  while (!open.empty()) {
    const auto [resource, left] = std::move(open.back());
    open.pop_back();
    if (resource->type == type::kAe && resource->number("regs", 1) == 2) continue;  // INACTIVE: not to be found
    if (search.matches(*resource)) matching.push_back(resource);
    push_children(*resource, left);
  }
  const auto by_type_and_name = [](const ResourcePtr& a, const ResourcePtr& b) {
    return std::tuple(a->type, lower(a->name), a->created) < std::tuple(b->type, lower(b->name), b->created);
  };
  std::sort(matching.begin(), matching.end(), by_type_and_name);
  std::sort(containers.begin(), containers.end(), [](const auto& a, const auto& b) { return a->created < b->created; });
}

// The results from first() on, at most limit(); resources before instances.
struct Page {
  std::vector<Hit> hits;
  std::optional<std::uint64_t> next_offset;
};

Result<Page> find_below(Search& search, const Resource& top, std::uint64_t depth) {
  std::vector<ResourcePtr> matching;
  std::vector<ResourcePtr> containers;
  collect_below(search, top, depth, matching, containers);
  Page page;
  std::uint64_t number = 0;
  const auto take = [&](Hit hit) {
    if (++number < search.first()) return true;
    if (page.hits.size() == search.limit()) {
      page.next_offset = number;
      return false;
    }
    page.hits.push_back(std::move(hit));
    return true;
  };
  bool more = true;
  for (ResourcePtr& resource : matching)
    if (more) more = take({std::move(resource), nullptr});
  for (const ResourcePtr& container : containers) {
    if (!more) break;
    auto done = search.each_instance(*container, [&](const InstancePtr& instance) { return more = take({nullptr, instance}); });
    if (!done) return tl::unexpected(done.error());
  }
  if (!page.next_offset && search.exhausted()) page.next_offset = number + 1;
  return page;
}

std::string address_of(const Search& search, const Hit& hit) {
  if (search.request().desired_identifier_type == 2)
    return hit.resource ? hit.resource->id : instance_id(hit.instance->container, hit.instance->sequence);
  if (hit.resource) return search.tree().structured_address(hit.resource->id);
  return search.tree().structured_address(hit.instance->container) + '/' + hit.instance->name;
}

Json reference(const Search& search, const Hit& hit) {
  Json made{{"nm", hit.name()}, {"typ", hit.number()}, {"val", address_of(search, hit)}};
  if (hit.resource && hit.resource->has("cnd")) made["spty"] = hit.resource->attributes["cnd"];
  return made;
}

// arp: the same path below each hit, where it exists. TS-0004 7.3.3.17.
std::optional<std::string> apply_path(const Search& search, const Hit& hit) {
  std::string address = address_of(search, hit);
  const auto& path = search.request().filter_criteria.apply_relative_path;
  if (!path || path->empty()) return address;
  if (!hit.resource) return std::nullopt;
  address += '/' + *path;
  const auto parsed = onem2m::parse_address(address);
  if (!parsed) return std::nullopt;
  const auto target = resolve(search.core(), search.tree(), *parsed);
  if (!target) return std::nullopt;
  if (target->is_instance() && !find_instance(*target, search.instances(), search.now())) return std::nullopt;
  return address;
}

// Nested representations: children as arrays under their member names.
class Nesting {
 public:
  explicit Nesting(Search& search) : search_(search), left_(search.limit()), skip_(search.first() - 1) {}

  Result<> add_children(const Resource& parent, std::uint64_t depth, Json& into) {
    if (depth == 0) return {};
    for (const ResourcePtr& child : search_.tree().children(parent.id)) {
      if (!search_.matches(*child)) continue;
      if (skipped()) continue;
      if (!room()) return {};
      Json nested = shown_attributes(search_.core(), search_.tree(), search_.now(), *child);
      if (auto done = add_children(*child, depth - 1, nested); !done) return done;
      into[child->member_name].push_back(std::move(nested));
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
  const auto level = request.filter_criteria.level;
  if (rcn == 4 || rcn == 8) {
    Nesting nesting(search);
    const std::uint64_t depth = level.value_or(std::numeric_limits<std::uint64_t>::max());
    if (auto done = nesting.add_children(resource, depth, attributes); !done) return tl::unexpected(done.error());
    return ResultContent{Json{{resource.member_name, std::move(attributes)}}, nesting.next_offset()};
  }
  auto page = find_below(search, resource, level.value_or(1));
  if (!page) return tl::unexpected(page.error());
  Json references = Json::array();
  for (const Hit& hit : page->hits) references.push_back(reference(search, hit));
  if (rcn == 6) return ResultContent{Json{{"m2m:rrl", {{"rrf", std::move(references)}}}}, page->next_offset};
  attributes["ch"] = std::move(references);
  return ResultContent{Json{{resource.member_name, std::move(attributes)}}, page->next_offset};
}

Result<ResultContent> discover(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
                               const Request& request, const Resource& resource) {
  if (!request.filter_criteria.semantics_filters.empty())
    return refuse(ResponseStatus::NotImplemented, "semantic discovery is not implemented");
  Search search(core, tree, instances, now, request, AccessOperation::Discovery);
  const std::uint64_t depth = request.filter_criteria.level.value_or(std::numeric_limits<std::uint64_t>::max());
  auto page = find_below(search, resource, depth);
  if (!page) return tl::unexpected(page.error());
  Json list = Json::array();
  const bool references = request.result_content == 6;
  for (const Hit& hit : page->hits) {
    const auto address = apply_path(search, hit);
    if (!address) continue;
    Json entry = references ? reference(search, hit) : Json(*address);
    if (references) entry["val"] = *address;
    list.push_back(std::move(entry));
  }
  if (references) return ResultContent{Json{{"m2m:rrl", {{"rrf", std::move(list)}}}}, page->next_offset};
  return ResultContent{Json{{"m2m:uril", std::move(list)}}, page->next_offset};
}

}  // namespace edgecse::cse
