// SPDX-License-Identifier: Apache-2.0
#include "cse/group/group_request_memory.hpp"

#include "cse/message_check.hpp"
#include "cse/target.hpp"

namespace edgecse::cse::group {
namespace {

constexpr std::size_t kMost = 200'000;

/// One name for a resource, whatever address it was given; the text of what is addressed through it.
std::string name_of_target(const CseCore& core, const std::vector<std::string>& segments) {
  const SnapshotPtr snapshot = core.loop->snapshot();
  onem2m::Address address;
  std::string name;
  for (std::size_t count = segments.size(); count > 0; --count) {
    address.segments.assign(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(count));
    const auto target = resolve(core, snapshot->tree, address);
    if (!target || target->kind != Target::Kind::Resource) continue;
    name = target->resource->id;
    for (std::size_t i = count; i < segments.size(); ++i) name += '/' + segments[i];
    return name;
  }
  for (const std::string& segment : segments) name += '/' + segment;
  return name;
}

}  // namespace

bool GroupRequestMemory::is_repeated(const onem2m::Request& request, const std::vector<std::string>& segments) {
  const base::MonotonicTime now = core_.environment.clock.monotonic_now();
  const base::WallTime wall = core_.environment.clock.wall_now();
  const base::Duration life = deadline_of(core_, request, wall) - wall;
  std::string key = request.group_request_identifier + ' ' + name_of_target(core_, segments);
  std::lock_guard lock(mutex_);
  forget_expired(now);
  const auto [entry, is_new] = seen_.try_emplace(std::move(key), request.request_identifier);
  if (!is_new) return entry->second != request.request_identifier;
  expirations_.emplace_back(now + life, entry->first);
  return false;
}

void GroupRequestMemory::forget_expired(base::MonotonicTime now) {
  while (!expirations_.empty() && (expirations_.front().first <= now || expirations_.size() >= kMost)) {
    seen_.erase(expirations_.front().second);
    expirations_.pop_front();
  }
}

}  // namespace edgecse::cse::group
