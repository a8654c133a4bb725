// SPDX-License-Identifier: Apache-2.0
#include "cse/tree.hpp"

#include <algorithm>
#include <array>

namespace edgecse::cse {

std::string Tree::name_key(std::string_view parent, std::string_view name) {
  std::string key;
  key.reserve(parent.size() + 1 + name.size());
  key.append(parent).push_back('/');
  return key.append(name);
}

ResourcePtr Tree::child(std::string_view parent, std::string_view name) const {
  // Asked for every segment of every address: the key is made without the heap.
  std::array<char, 256> small;
  const std::size_t size = parent.size() + 1 + name.size();
  std::shared_ptr<const std::string> id;
  if (size <= small.size()) {
    char* end = std::copy(parent.begin(), parent.end(), small.begin());
    *end = '/';
    std::copy(name.begin(), name.end(), end + 1);
    id = names_.find(std::string_view(small.data(), size));
  } else {
    id = names_.find(name_key(parent, name));
  }
  return id ? resources_.find(*id) : nullptr;
}

std::vector<ResourcePtr> Tree::children(std::string_view parent) const {
  std::vector<ResourcePtr> list;
  const auto ids = children_.find(parent);
  if (!ids) return list;
  list.reserve(ids->size());
  ids->for_each([&](const std::string& id, const auto&) { list.push_back(resources_.find(id)); });
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a->created < b->created; });
  return list;
}

std::size_t Tree::child_count(std::string_view parent) const {
  const auto ids = children_.find(parent);
  return ids ? ids->size() : 0;
}

void Tree::for_each_below(std::string_view id,
                          const std::function<bool(const ResourcePtr&, std::size_t depth)>& visit) const {
  std::vector<std::pair<ResourcePtr, std::size_t>> open;
  if (auto top = find(id)) open.emplace_back(std::move(top), 0);
  while (!open.empty()) {
    auto [resource, depth] = std::move(open.back());
    open.pop_back();
    if (!visit(resource, depth)) return;
    auto below = children(resource->id);
    for (auto child = below.rbegin(); child != below.rend(); ++child) open.emplace_back(std::move(*child), depth + 1);
  }
}

std::string Tree::structured_address(std::string_view id) const {
  std::string address;
  for (auto resource = find(id); resource; resource = find(resource->parent)) {
    address = address.empty() ? resource->name : resource->name + '/' + address;
    if (resource->parent.empty()) break;
  }
  return address;
}

void Tree::put(ResourcePtr resource) {
  if (!resources_.find(resource->id)) {
    names_.set(name_key(resource->parent, resource->name), std::make_shared<const std::string>(resource->id));
    if (!resource->parent.empty()) {
      const auto siblings = children_.find(resource->parent);
      Children changed = siblings ? *siblings : Children{};
      changed.set(resource->id, std::make_shared<const char>('\0'));
      children_.set(resource->parent, std::make_shared<const Children>(std::move(changed)));
    }
  }
  std::string id = resource->id;
  resources_.set(std::move(id), std::move(resource));
}

void Tree::erase(std::string_view id) {
  const auto resource = resources_.find(id);
  if (!resource) return;
  resources_.erase(id);
  names_.erase(name_key(resource->parent, resource->name));
  children_.erase(id);
  const auto siblings = children_.find(resource->parent);
  if (!siblings) return;
  Children changed = *siblings;
  changed.erase(id);
  if (changed.empty()) {
    children_.erase(resource->parent);
  } else {
    children_.set(resource->parent, std::make_shared<const Children>(std::move(changed)));
  }
}

}  // namespace edgecse::cse
