// SPDX-License-Identifier: Apache-2.0
#include "cse/discovery/search.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace edgecse::cse {

using onem2m::AccessOperation;
using onem2m::FilterCriteria;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

bool asks_for_parents(const FilterCriteria& criteria) {
  return !criteria.parent_labels.empty() || !criteria.parent_resource_types.empty() || !criteria.parent_attributes.empty();
}
bool asks_for_children(const FilterCriteria& criteria) {
  return !criteria.child_labels.empty() || !criteria.child_resource_types.empty() || !criteria.child_attributes.empty();
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

// Of the instances that a type's resources hold.
int instance_type_of(int container) {
  if (container == type::kTimeSeries) return type::kTimeSeriesInstance;
  return container == type::kFlexContainer ? type::kFlexContainerInstance : type::kContentInstance;
}

bool is_inactive(const Resource& resource) { return resource.type == type::kAe && resource.number("regs", 1) == 2; }

bool contains(const std::vector<int>& list, int value) { return std::find(list.begin(), list.end(), value) != list.end(); }

}  // namespace

// What a resource is sorted by; names are made comparable once.
struct Search::Found {
  ResourcePtr resource;
  std::string name;
  explicit Found(ResourcePtr of) : resource(std::move(of)), name(lower(resource->name)) {}
  bool operator<(const Found& other) const {
    return std::tie(resource->type, name, resource->created) < std::tie(other.resource->type, other.name, other.resource->created);
  }
};

struct Search::Below {
  std::vector<Found> resources;
  std::vector<ResourcePtr> containers;  // whose instances may match

  void sort(std::uint64_t needed) {
    if (resources.size() > needed) {
      const auto last = resources.begin() + static_cast<std::ptrdiff_t>(needed);
      std::partial_sort(resources.begin(), last, resources.end());
    } else {
      std::sort(resources.begin(), resources.end());
    }
    std::sort(containers.begin(), containers.end(), [](const ResourcePtr& a, const ResourcePtr& b) {
      return std::pair(instance_type_of(a->type), a->created) < std::pair(instance_type_of(b->type), b->created);
    });
  }
};

Search::Search(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
               const onem2m::Request& request, AccessOperation privilege)
    : core_(core), tree_(tree), instances_(instances), now_(now), request_(request), criteria_(request.filter_criteria),
      privilege_(privilege), has_conditions_(criteria_.has_conditions()), needs_parent_(asks_for_parents(criteria_)),
      needs_children_(asks_for_children(criteria_)), all_needed_(criteria_.filter_operation.value_or(1) == 1) {}

std::uint64_t Search::limit() const { return std::min(criteria_.limit.value_or(kMostResults), kMostResults); }
std::uint64_t Search::first() const { return std::max<std::uint64_t>(criteria_.offset.value_or(1), 1); }

bool Search::may(const Resource& resource, AccessOperation operation) {
  const AccessQuestion question{tree_, now_, request_, operation, 0, nullptr, &memories_[static_cast<int>(operation)]};
  return may_access(core_, question, resource);
}

// ops: only what the originator may do all of that with.
bool Search::may_see(const Resource& resource) {
  if (!may(resource, privilege_)) return false;
  const int operations = criteria_.operations.value_or(0);
  for (int bit = 1; bit <= static_cast<int>(AccessOperation::Discovery); bit <<= 1)
    if ((operations & bit) != 0 && !may(resource, static_cast<AccessOperation>(bit))) return false;
  return true;
}

bool Search::matches(const Resource& resource) {
  if (!has_conditions_) return may_see(resource);
  const auto& types = criteria_.resource_types;
  if (all_needed_ && !types.empty() && !contains(types, resource.type)) return false;
  const ResourcePtr parent = needs_parent_ ? tree_.find(resource.parent) : nullptr;
  onem2m::FilterSubject subject{resource.attributes, resource.type, parent ? &parent->attributes : nullptr,
                                parent ? parent->type : 0, {}};
  if (needs_children_)
    tree_.for_each_child(resource.id, [&](const ResourcePtr& child) { subject.children.push_back(&child->attributes); });
  return onem2m::matches(criteria_, subject) && may_see(resource);
}

bool Search::looks_into(const Resource& container) const {
  if (!holds_instances(container.type) || !container.latest || container.attributes.value("disr", false)) return false;
  const auto& types = criteria_.resource_types;
  return !all_needed_ || types.empty() || contains(types, instance_type_of(container.type));
}

bool Search::fits(const Resource& container, const Instance& instance) const {
  if (instance.expires != 0 && instance.expires <= now_.time_since_epoch().count()) return false;
  if (!has_conditions_) return true;
  const Json attributes = instance.attributes();
  return onem2m::matches(criteria_, {attributes, instance.type, &container.attributes, container.type, {}});
}

std::vector<ResourcePtr> Search::sorted_children(const Resource& parent) const {
  std::vector<Found> found;
  tree_.for_each_child(parent.id, [&](const ResourcePtr& child) { found.emplace_back(child); });
  std::sort(found.begin(), found.end());
  std::vector<ResourcePtr> list;
  list.reserve(found.size());
  for (Found& child : found) list.push_back(std::move(child.resource));
  return list;
}

void Search::collect(const Resource& top, std::uint64_t depth, Below& below) {
  std::vector<std::pair<ResourcePtr, std::uint64_t>> open;
  const auto push_children = [&](const Resource& parent, std::uint64_t left) {
    if (left == 0) return;
    if (looks_into(parent)) below.containers.push_back(tree_.find(parent.id));
    tree_.for_each_child(parent.id, [&](const ResourcePtr& child) { open.emplace_back(child, left - 1); });
  };
  push_children(top, depth);
  while (!open.empty()) {
    const auto [resource, left] = std::move(open.back());
    open.pop_back();
    if (is_inactive(*resource)) continue;
    if (matches(*resource)) below.resources.emplace_back(resource);
    push_children(*resource, left);
  }
}

Result<Page> Search::find_below(const Resource& top, std::uint64_t depth) {
  Below below;
  collect(top, depth, below);
  below.sort(first() + limit());
  Page page;
  std::uint64_t number = 0;
  const auto take = [&](Hit hit) {
    if (++number < first()) return true;
    if (page.hits.size() == limit()) {
      page.next_offset = number;
      return false;
    }
    page.hits.push_back(std::move(hit));
    return true;
  };
  bool more = true;
  auto resource = below.resources.begin();
  const auto take_resources_before = [&](int number_of_type) {
    for (; more && resource != below.resources.end() && resource->resource->type < number_of_type; ++resource)
      more = take({resource->resource, nullptr});
  };
  for (const ResourcePtr& container : below.containers) {
    take_resources_before(instance_type_of(container->type));
    if (!more) break;
    auto done = each_instance(*container, [&](const InstancePtr& instance) { return more = take({nullptr, instance}); });
    if (!done) return tl::unexpected(done.error());
  }
  take_resources_before(std::numeric_limits<int>::max());
  if (!page.next_offset && exhausted()) page.next_offset = number + 1;
  return page;
}

const std::string& Search::address_of(const Resource& resource) {
  const auto [known, is_new] = addresses_.try_emplace(resource.id);
  if (!is_new) return known->second;
  const ResourcePtr parent = resource.parent.empty() ? nullptr : tree_.find(resource.parent);
  std::string address = parent ? address_of(*parent) + '/' + resource.name : resource.name;
  return addresses_[resource.id] = std::move(address);
}

std::string Search::address_of(const Hit& hit) {
  if (!hit.resource) {
    const ResourcePtr container = tree_.find(hit.instance->container);
    return (container ? address_of(*container) + '/' : std::string{}) + hit.instance->name;
  }
  const ResourcePtr parent = tree_.find(hit.resource->parent);
  return parent ? address_of(*parent) + '/' + hit.resource->name : hit.resource->name;
}

std::string Search::id_of(const Hit& hit) {
  return hit.resource ? hit.resource->id : instance_id(hit.instance->container, hit.instance->sequence);
}

}  // namespace edgecse::cse
