// SPDX-License-Identifier: Apache-2.0
//
// Every resource but instances, with each container's newest instance, as an immutable value: a copy is a snapshot.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cse/persistent_map.hpp"
#include "cse/resource.hpp"

namespace edgecse::cse {

/// Copies are free. Concurrent reads are safe; changes come from the commit loop's working copy only.
class Tree {
 public:
  [[nodiscard]] ResourcePtr find(std::string_view id) const { return resources_.find(id); }
  [[nodiscard]] ResourcePtr child(std::string_view parent, std::string_view name) const;
  /// In order of creation.
  [[nodiscard]] std::vector<ResourcePtr> children(std::string_view parent) const;
  /// In no particular order.
  template <class Visit>
  void for_each_child(std::string_view parent, Visit&& visit) const {
    const auto ids = children_.find(parent);
    if (ids) ids->for_each([&](const std::string& id, const auto&) { visit(resources_.find(id)); });
  }
  [[nodiscard]] std::size_t child_count(std::string_view parent) const;
  /// The resource and everything below it, parents first, children in order of creation; stops when visit says false.
  void for_each_below(std::string_view id, const std::function<bool(const ResourcePtr&, std::size_t depth)>& visit) const;
  /// Every resource, in no particular order.
  template <class Visit>
  void for_each(Visit&& visit) const {
    resources_.for_each([&](const std::string&, const ResourcePtr& resource) { visit(resource); });
  }
  /// CSE-relative structured address, from the CSEBase's name down; empty when the resource is not there.
  [[nodiscard]] std::string structured_address(std::string_view id) const;
  [[nodiscard]] std::size_t size() const { return resources_.size(); }

  /// Inserts or replaces; parent and name of a resource that is there must not change.
  void put(ResourcePtr resource);
  /// The resource alone: its children must be gone or go too.
  void erase(std::string_view id);

 private:
  using Children = PersistentMap<char>;
  static std::string name_key(std::string_view parent, std::string_view name);

  PersistentMap<Resource> resources_;           // by ri
  PersistentMap<std::string> names_;            // (pi, rn) -> ri
  PersistentMap<Children> children_;            // pi -> set of ri
};

}  // namespace edgecse::cse
