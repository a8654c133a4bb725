// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/exporter.hpp"

#include "base/hex.hpp"
#include "cse/handover/policy_copies.hpp"
#include "cse/handover/retry_table.hpp"
#include "cse/handover/unit_row.hpp"
#include "cse/rows.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::handover {
namespace {

using store::Table;
constexpr std::size_t kInstancesAtOnce = 100, kRowsAtOnce = 200;

/// acpi names a policy by ri or by address.
ResourcePtr find_policy(const Tree& tree, const std::string& reference) {
  if (auto found = tree.find(reference)) return found;
  const auto address = onem2m::parse_address(reference);
  if (!address || address->segments.empty()) return nullptr;
  if (address->segments.size() == 1) return tree.find(address->segments.front());
  ResourcePtr at;
  tree.for_each([&](const ResourcePtr& resource) {
    if (resource->parent.empty() && resource->type == onem2m::type::kCseBase) at = resource;
  });
  for (std::size_t i = 1; at && i < address->segments.size(); ++i) at = tree.child(at->id, address->segments[i]);
  return at;
}

}  // namespace

Exporter::Exporter(const CommitLoop& loop, Journal& journal, std::string unit, base::Duration retry_life,
                   ExportFaults faults)
    : loop_(loop), journal_(journal), unit_(std::move(unit)), retry_life_(retry_life), faults_(faults) {
  plan();
}

void Exporter::plan() {
  const SnapshotPtr snapshot = loop_.snapshot();
  std::vector<ResourcePtr> parents;
  snapshot->tree.for_each_below(unit_, [&](const ResourcePtr& resource, std::size_t) {
    plan_policies(snapshot->tree, *resource);
    waiting_.push_back({Item::Kind::Resource, resource->id});
    if (resource->next_sequence > resource->first_sequence) parents.push_back(resource);
    return true;
  });
  for (const ResourcePtr& parent : parents) {
    waiting_.push_back({Item::Kind::Instances, parent->id, parent->first_sequence, parent->next_sequence});
    waiting_.push_back({Item::Kind::Names, rows::meta::instance_name(parent->id, "")});
  }
  waiting_.push_back({Item::Kind::Retries, RetryTable::prefix(unit_)});
  for (const std::string& key : journal_.outbox_keys(unit_)) waiting_.push_back({Item::Kind::Outbox, key});
}

void Exporter::plan_policies(const Tree& tree, const Resource& resource) {
  const auto list = resource.attributes.find("acpi");
  if (list == resource.attributes.end() || !list->is_array()) return;
  for (const Json& reference : *list) {
    if (!reference.is_string()) continue;
    const ResourcePtr policy = find_policy(tree, reference.get<std::string>());
    if (!policy || policy->type != onem2m::type::kAccessControlPolicy || policy->unit == unit_) continue;
    if (!policies_.insert(policy->id).second) continue;
    journal_.follow_resource(unit_, policy->id);
    waiting_.push_back({Item::Kind::Resource, policy->id});
  }
}

void Exporter::add(Json row, bool instance) {
  ready_.push_back({onem2m::to_json_text(row), instance});
  ready_bytes_ += ready_.back().text.size() + 1;
}

void Exporter::write_resource(const std::string& id) {
  const SnapshotPtr snapshot = loop_.snapshot();
  const ResourcePtr resource = snapshot->tree.find(id);
  if (!resource) {
    add({"T", id});
    return;
  }
  plan_policies(snapshot->tree, *resource);
  if (resource->unit == unit_) return add({"t", id, rows::encode(*resource)});
  Resource copy = *resource;  // a policy that stays
  copy.unit.clear();
  copy.internal.erase(kHeldBy);
  add({"t", id, rows::encode(copy)});
}

void Exporter::write_retry(const store::Row& row, base::WallTime now) {
  if (faults_.no_retries) return;
  const auto remaining = RetryTable::to_remaining(row.value, now, retry_life_);
  if (remaining) add({"r", base::to_hex(row.key), base::to_hex(remaining->substr(0, 24)), remaining->substr(24)});
}

void Exporter::write_name(const std::string& key, const std::optional<std::string>& row) {
  const std::size_t slash = key.find('/', 5);
  if (slash == std::string::npos) return;
  const std::string container = key.substr(5, slash - 5), name = key.substr(slash + 1);
  if (row) {
    add({"n", container, name, rows::from_big_endian(*row)});
  } else {
    add({"N", container, name});
  }
}

onem2m::Result<> Exporter::write_instances(const Item& item, std::size_t limit) {
  std::uint64_t last = item.last;
  while (last > item.first) {
    auto found = loop_.store().scan(Table::Instances, rows::instance_key(item.id, item.first),
                                    rows::instance_key(item.id, last), kInstancesAtOnce, true);
    if (!found) return tl::unexpected(to_onem2m(found.error()));
    if (found->empty()) return {};
    for (const store::Row& row : *found) {
      last = rows::from_big_endian(std::string_view(row.key).substr(row.key.size() - 8));
      add({"i", item.id, last, row.value}, true);
    }
    if (ready_bytes_ >= limit) {
      waiting_.push_front({Item::Kind::Instances, item.id, item.first, last});
      return {};
    }
  }
  return {};
}

onem2m::Result<> Exporter::write_rows(const Item& item, std::size_t limit, base::WallTime now) {
  std::string from = item.id;
  const bool names = item.kind == Item::Kind::Names;
  const std::string end =
      names ? item.id.substr(0, item.id.find('/', 5)) + '0' : key::end_of(RetryTable::prefix(unit_));
  while (true) {
    auto found = loop_.store().scan(Table::Meta, from, end, kRowsAtOnce);
    if (!found) return tl::unexpected(to_onem2m(found.error()));
    for (const store::Row& row : *found) {
      if (names) {
        write_name(row.key, row.value);
      } else {
        write_retry(row, now);
      }
    }
    if (found->size() < kRowsAtOnce) return {};
    from = found->back().key + '\0';
    if (ready_bytes_ >= limit) {
      waiting_.push_front({item.kind, from});
      return {};
    }
  }
}

onem2m::Result<> Exporter::write(const Item& item, std::size_t limit, base::WallTime now) {
  switch (item.kind) {
    case Item::Kind::Resource:
      write_resource(item.id);
      return {};
    case Item::Kind::Instances:
      return write_instances(item, limit);
    case Item::Kind::AllInstancesGone:
      add({"A", item.id});
      return {};
    case Item::Kind::Names:
    case Item::Kind::Retries:
      return write_rows(item, limit, now);
    case Item::Kind::Instance:
    case Item::Kind::Outbox:
    case Item::Kind::Name:
    case Item::Kind::Retry:
      break;
  }
  const bool instance = item.kind == Item::Kind::Instance;
  const Table table = instance ? Table::Instances : item.kind == Item::Kind::Outbox ? Table::Outbox : Table::Meta;
  const std::string key = instance ? rows::instance_key(item.id, item.first) : item.id;
  auto row = loop_.store().get(table, key);
  if (!row) return tl::unexpected(to_onem2m(row.error()));
  if (item.kind == Item::Kind::Name) write_name(key, *row);
  if (item.kind == Item::Kind::Retry && *row) write_retry({key, **row}, now);
  if (item.kind == Item::Kind::Outbox && !faults_.no_outbox)
    add(*row ? Json{"o", base::to_hex(key), **row} : Json{"O", base::to_hex(key)});
  if (instance) add(*row ? Json{"i", item.id, item.first, **row} : Json{"I", item.id, item.first}, row->has_value());
  return {};
}

onem2m::Result<> Exporter::fill(std::size_t limit, base::WallTime now) {
  while (ready_bytes_ < limit) {
    if (waiting_.empty())
      for (Item& item : journal_.take(unit_)) waiting_.push_back(std::move(item));
    if (waiting_.empty()) return {};
    const Item item = std::move(waiting_.front());
    waiting_.pop_front();
    if (auto written = write(item, limit, now); !written) {
      waiting_.push_front(item);
      return written;
    }
  }
  return {};
}

onem2m::Result<Batch> Exporter::next(std::size_t limit, base::WallTime now) {
  if (auto filled = fill(limit, now); !filled) return tl::unexpected(filled.error());
  Batch batch;
  batch.number = ++number_;
  batch.rows = "[";
  while (!ready_.empty() && (batch.rows.size() < limit || batch.rows.size() == 1)) {
    if (batch.rows.size() > 1) batch.rows += ',';
    batch.rows += ready_.front().text;
    if (ready_.front().instance) ++batch.instances;
    ready_bytes_ -= ready_.front().text.size() + 1;
    ready_.pop_front();
  }
  batch.rows += ']';
  return batch;
}

onem2m::Result<std::uint64_t> Exporter::rest(std::size_t limit, base::WallTime now) {
  if (auto filled = fill(limit, now); !filled) return tl::unexpected(filled.error());
  if (waiting_.empty()) return ready_bytes_;
  // At least the limit is ready and more is to come; instances count with what one of them takes here.
  const std::uint64_t each = ready_.empty() ? 1 : ready_bytes_ / ready_.size();
  std::uint64_t bytes = ready_bytes_;
  for (const Item& item : waiting_)
    bytes += item.kind == Item::Kind::Instances ? each * (item.last - item.first) : each;
  return std::max<std::uint64_t>(bytes, limit + 1);
}

}  // namespace edgecse::cse::handover
