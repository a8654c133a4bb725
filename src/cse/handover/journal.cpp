// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/journal.hpp"

#include "cse/handover/retry_table.hpp"
#include "cse/outbox.hpp"
#include "cse/rows.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse::handover {

using Kind = Change::Kind;
using store::Table;

onem2m::Result<> Journal::load(const store::ResourceStore& store) {
  const std::lock_guard lock(mutex_);
  auto done = store.for_each(Table::Outbox, [this](std::string_view key, std::string_view row) {
    if (const auto entry = decode_outbox_entry(row); entry && !entry->unit.empty()) {
      outbox_unit_.emplace(key, entry->unit);
      outbox_[entry->unit].emplace(key);
    }
    return true;
  });
  if (!done) return tl::unexpected(to_onem2m(done.error()));
  return {};
}

void Journal::index_outbox(const Change& change) {
  if (change.kind == Kind::PutRow && !change.unit.empty()) {
    outbox_unit_[change.key] = change.unit;
    outbox_[change.unit].insert(change.key);
  } else if (change.kind == Kind::EraseRow) {
    const auto found = outbox_unit_.find(change.key);
    if (found == outbox_unit_.end()) return;
    outbox_[found->second].erase(change.key);
    if (outbox_[found->second].empty()) outbox_.erase(found->second);
    outbox_unit_.erase(found);
  }
}

void Journal::note(const Change& change, const std::string& unit, Followed& followed) {
  switch (change.kind) {
    case Kind::PutResource:
    case Kind::EraseResource:
      followed.items.insert({Item::Kind::Resource, change.key});
      return;
    case Kind::PutInstance:
    case Kind::EraseInstance: {
      const std::string container = change.key.substr(0, change.key.size() - 9);
      followed.items.insert({Item::Kind::Instance, container,
                             rows::from_big_endian(std::string_view(change.key).substr(change.key.size() - 8))});
      return;
    }
    case Kind::EraseAllInstances:
      // Instances written after it are noted after it; those before are gone.
      followed.items.insert({Item::Kind::AllInstancesGone, change.key});
      return;
    case Kind::PutRow:
    case Kind::EraseRow:
      if (change.table == Table::Outbox) followed.items.insert({Item::Kind::Outbox, change.key});
      if (change.table == Table::Meta && change.kind == Kind::PutRow &&
          change.key.starts_with(RetryTable::prefix(unit)))
        followed.items.insert({Item::Kind::Retry, change.key});
      if (change.table == Table::Meta && change.key.starts_with("name/"))
        followed.items.insert({Item::Kind::Name, change.key});
      return;
  }
}

void Journal::committed(const Snapshot& snapshot, std::span<const Change> changes) {
  std::vector<std::pair<std::string, bool>> entities;
  {
    const std::lock_guard lock(mutex_);
    for (const Change& change : changes) {
      std::string unit = change.unit;
      if (change.table == Table::Outbox) {
        if (const auto known = outbox_unit_.find(change.key); unit.empty() && known != outbox_unit_.end())
          unit = known->second;
        index_outbox(change);
      }
      if (change.table == Table::Tree && change.type == onem2m::type::kAe && change.key == change.unit)
        entities.emplace_back(change.key, snapshot.tree.find(change.key) != nullptr);
      if (followed_.empty()) continue;
      if (const auto found = followed_.find(unit); found != followed_.end()) note(change, unit, found->second);
      if (unit.empty() && change.table == Table::Tree)
        for (auto& [followed_unit, followed] : followed_)
          if (followed.resources.contains(change.key)) followed.items.insert({Item::Kind::Resource, change.key});
    }
  }
  for (const auto& [unit, exists] : entities) listener_.entity_changed(unit, exists);
}

void Journal::follow(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  followed_[unit] = {};
}

void Journal::unfollow(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  followed_.erase(unit);
}

void Journal::follow_resource(const std::string& unit, const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = followed_.find(unit); found != followed_.end()) found->second.resources.insert(id);
}

std::vector<Item> Journal::take(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  const auto found = followed_.find(unit);
  if (found == followed_.end()) return {};
  const std::set<Item> items = std::exchange(found->second.items, {});
  std::vector<Item> list(items.begin(), items.end());
  std::stable_partition(list.begin(), list.end(),
                        [](const Item& item) { return item.kind == Item::Kind::AllInstancesGone; });
  return list;
}

bool Journal::empty(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = followed_.find(unit);
  return found == followed_.end() || found->second.items.empty();
}

std::vector<std::string> Journal::outbox_keys(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = outbox_.find(unit);
  if (found == outbox_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace edgecse::cse::handover
