// SPDX-License-Identifier: Apache-2.0
#include "cse/transaction.hpp"

#include "cse/commit_loop.hpp"
#include "cse/rows.hpp"

namespace edgecse::cse {
namespace {

constexpr std::uint64_t kIdentifierBlock = 10'000;

std::string to_base36(std::uint64_t number) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]);
    number /= 36;
  } while (number != 0);
  return digits;
}

}  // namespace

onem2m::Error to_onem2m(const store::Error& error) {
  const auto status = error.kind == store::ErrorKind::Full ? onem2m::ResponseStatus::NotAcceptable
                                                           : onem2m::ResponseStatus::InternalServerError;
  return {status, error.detail};
}

const Tree& Transaction::tree() const { return loop_.working_; }
base::WallTime Transaction::now() const { return loop_.batch_time_; }
std::uint64_t Transaction::commit_number() const { return loop_.commit_ + 1; }

std::uint64_t Transaction::next_creation() {
  if (loop_.next_id_ >= loop_.reserved_ids_) {
    loop_.reserved_ids_ = loop_.next_id_ + kIdentifierBlock;
    loop_.rows_.put(store::Table::Meta, std::string(rows::meta::kIdNext), rows::big_endian(loop_.reserved_ids_));
  }
  return loop_.next_id_++;
}

std::string Transaction::new_id() { return loop_.id_prefix_ + to_base36(next_creation()); }

void Transaction::put(Resource resource) {
  changes_.push_back({Change::Kind::PutResource, store::Table::Tree, resource.id, resource.unit, resource.type});
  before_.emplace_back(resource.id, tree().find(resource.id));
  loop_.working_.put(std::make_shared<const Resource>(std::move(resource)));
}

void Transaction::erase(std::string_view id) {
  const ResourcePtr resource = tree().find(id);
  if (!resource) return;
  if (resource->next_sequence != 1) erase_all_instances(*resource);
  changes_.push_back({Change::Kind::EraseResource, store::Table::Tree, resource->id, resource->unit, resource->type});
  before_.emplace_back(resource->id, resource);
  loop_.working_.erase(resource->id);
}

void Transaction::undo() {
  for (auto change = before_.rbegin(); change != before_.rend(); ++change) {
    if (change->second) {
      loop_.working_.put(std::move(change->second));
    } else {
      loop_.working_.erase(change->first);
    }
  }
}

onem2m::Result<InstancePtr> Transaction::instance(std::string_view container, std::uint64_t sequence) const {
  const std::string key = rows::instance_key(container, sequence);
  auto row = loop_.rows_.get(store::Table::Instances, key);
  if (!row) return tl::unexpected(to_onem2m(row.error()));
  if (!*row) return InstancePtr{};
  auto decoded = rows::decode_instance(key, **row);
  if (!decoded) return tl::unexpected(decoded.error());
  return std::make_shared<const Instance>(std::move(*decoded));
}

onem2m::Result<std::vector<InstancePtr>> Transaction::instances(std::string_view container, std::uint64_t first,
                                                                std::uint64_t last, std::size_t limit,
                                                                bool reverse) const {
  auto found = loop_.rows_.scan(store::Table::Instances, rows::instance_key(container, first),
                                rows::instance_key(container, last), limit, reverse);
  if (!found) return tl::unexpected(to_onem2m(found.error()));
  std::vector<InstancePtr> list;
  for (const store::Row& row : *found) {
    auto decoded = rows::decode_instance(row.key, row.value);
    if (!decoded) return tl::unexpected(decoded.error());
    list.push_back(std::make_shared<const Instance>(std::move(*decoded)));
  }
  return list;
}

void Transaction::put_instance(const Resource& container, const Instance& instance) {
  if (instance.expires != 0)
    put_row(store::Table::Meta, rows::meta::instance_end(instance.expires, container.id, instance.sequence), "", container.unit);
  std::string key = rows::instance_key(container.id, instance.sequence);
  changes_.push_back({Change::Kind::PutInstance, store::Table::Instances, key, container.unit, instance.type});
  loop_.rows_.put(store::Table::Instances, std::move(key), rows::encode(instance));
}

void Transaction::erase_instance(const Resource& container, std::uint64_t sequence) {
  std::string key = rows::instance_key(container.id, sequence);
  changes_.push_back({Change::Kind::EraseInstance, store::Table::Instances, key, container.unit, 0});
  loop_.rows_.erase(store::Table::Instances, std::move(key));
}

void Transaction::erase_all_instances(const Resource& container) {
  changes_.push_back({Change::Kind::EraseAllInstances, store::Table::Instances, container.id, container.unit, 0});
  loop_.rows_.erase_range(store::Table::Instances, rows::instance_key(container.id, 0), rows::instances_end(container.id));
  loop_.rows_.erase_range(store::Table::Meta, rows::meta::instance_name(container.id, ""),
                          rows::meta::instance_name(container.id, "\x7f"));
}

onem2m::Result<std::optional<std::string>> Transaction::row(store::Table table, std::string_view key) const {
  auto found = loop_.rows_.get(table, key);
  if (!found) return tl::unexpected(to_onem2m(found.error()));
  return std::move(*found);
}

onem2m::Result<std::vector<store::Row>> Transaction::rows(store::Table table, std::string_view first,
                                                          std::string_view last, std::size_t limit) const {
  auto found = loop_.rows_.scan(table, first, last, limit);
  if (!found) return tl::unexpected(to_onem2m(found.error()));
  return std::move(*found);
}

void Transaction::put_row(store::Table table, std::string key, std::string value, std::string_view unit) {
  changes_.push_back({Change::Kind::PutRow, table, key, std::string(unit), 0});
  loop_.rows_.put(table, std::move(key), std::move(value));
}

void Transaction::erase_row(store::Table table, std::string key, std::string_view unit) {
  changes_.push_back({Change::Kind::EraseRow, table, key, std::string(unit), 0});
  loop_.rows_.erase(table, std::move(key));
}

void Transaction::after_commit(std::function<void()> task) { after_commit_.push_back(std::move(task)); }

}  // namespace edgecse::cse
