// SPDX-License-Identifier: Apache-2.0
//
// One request's look at what is below a resource: who matches the filter criteria and may be seen. TS-0004 7.3.3.14,
// 7.3.3.17; the order: release4 19.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cse/access/access_memory.hpp"
#include "cse/cse_core.hpp"
#include "cse/target.hpp"

namespace edgecse::cse {

/// A resource or an instance that was found.
struct Hit {
  ResourcePtr resource;   // nullptr: an instance
  InstancePtr instance;
  [[nodiscard]] int number() const { return resource ? resource->type : instance->type; }
  [[nodiscard]] const std::string& name() const { return resource ? resource->name : instance->name; }
};

/// The results from first() on, at most limit().
struct Page {
  std::vector<Hit> hits;
  std::optional<std::uint64_t> next_offset;  // there are more
};

/// Single-threaded; as long as the tree, the request and the instance source live.
class Search {
 public:
  static constexpr std::uint64_t kAllLevels = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::uint64_t kMostResults = 10'000;           // in one answer
  static constexpr std::size_t kMostInstancesExamined = 200'000;  // by one request

  Search(const CseCore& core, const Tree& tree, const InstanceSource& instances, base::WallTime now,
         const onem2m::Request& request, onem2m::AccessOperation privilege);

  /// The resource fits the criteria, and the originator may see it.
  [[nodiscard]] bool matches(const Resource& resource);
  [[nodiscard]] bool may_see(const Resource& resource);
  /// By type, then name without regard to case, instances by creation. An <AE> that is INACTIVE is passed over with
  /// everything below it. Fails when the store does.
  [[nodiscard]] onem2m::Result<Page> find_below(const Resource& top, std::uint64_t depth);
  /// In that order, too.
  [[nodiscard]] std::vector<ResourcePtr> sorted_children(const Resource& parent) const;

  /// Visits matching instances of a container until visit says false. Access is the container's.
  template <class Visit>
  onem2m::Result<> each_instance(const Resource& container, Visit&& visit) {
    if (!looks_into(container) || !may_see(container)) return {};
    std::uint64_t from = container.first_sequence;
    while (from < container.next_sequence && examined_ < kMostInstancesExamined) {
      auto some = instances_.instances(container.id, from, container.next_sequence, kInstancesAtOnce);
      if (!some) return tl::unexpected(some.error());
      for (const InstancePtr& instance : *some) {
        ++examined_;
        if (fits(container, *instance) && !visit(instance)) return {};
      }
      if (some->size() < kInstancesAtOnce) return {};
      from = some->back()->sequence + 1;
    }
    return {};
  }
  /// Too many instances were looked at: what follows is not known.
  [[nodiscard]] bool exhausted() const { return examined_ >= kMostInstancesExamined; }

  [[nodiscard]] std::uint64_t limit() const;
  /// Counting from 1: the first result to give.
  [[nodiscard]] std::uint64_t first() const;
  /// CSE-relative structured address.
  [[nodiscard]] const std::string& address_of(const Resource& resource);
  [[nodiscard]] std::string address_of(const Hit& hit);
  [[nodiscard]] static std::string id_of(const Hit& hit);

  [[nodiscard]] const onem2m::Request& request() const { return request_; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const CseCore& core() const { return core_; }
  [[nodiscard]] const InstanceSource& instances() const { return instances_; }
  [[nodiscard]] base::WallTime now() const { return now_; }

 private:
  static constexpr std::size_t kInstancesAtOnce = 256;
  struct Found;
  struct Below;

  [[nodiscard]] bool looks_into(const Resource& container) const;
  [[nodiscard]] bool fits(const Resource& container, const Instance& instance) const;
  [[nodiscard]] bool may(const Resource& resource, onem2m::AccessOperation operation);
  void collect(const Resource& top, std::uint64_t depth, Below& below);

  const CseCore& core_;
  const Tree& tree_;
  const InstanceSource& instances_;
  const base::WallTime now_;
  const onem2m::Request& request_;
  const onem2m::FilterCriteria& criteria_;
  const onem2m::AccessOperation privilege_;
  const bool has_conditions_, needs_parent_, needs_children_, all_needed_;
  std::unordered_map<int, AccessMemory> memories_;  // by operation
  std::unordered_map<std::string, std::string> addresses_;
  std::size_t examined_ = 0;
};

}  // namespace edgecse::cse
