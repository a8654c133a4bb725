// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/serving_table.hpp"

#include <nlohmann/json.hpp>

#include "cse/resource.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse::handover {

using store::Table;

namespace {
constexpr std::size_t kBytesOfAWrite = 1'000;  // of its rows, beside the content: attributes, repetition, notifications
}  // namespace

onem2m::Result<> ServingTable::load(const store::ResourceStore& store) {
  auto found = store.scan(Table::Meta, key::kUnits, key::kUnitsEnd, SIZE_MAX);
  if (!found) return tl::unexpected(to_onem2m(found.error()));
  for (const store::Row& row : *found) {
    auto decoded = decode_unit_row(row.value);
    if (!decoded) return tl::unexpected(decoded.error());
    const std::string unit = row.key.substr(key::kUnits.size());
    may_have_row_.insert(unit);
    publish(unit, *decoded);
  }
  auto forwards = store.scan(Table::Meta, key::kForward, key::kForwardEnd, SIZE_MAX);
  if (!forwards) return tl::unexpected(to_onem2m(forwards.error()));
  const std::lock_guard lock(mutex_);
  for (const store::Row& row : *forwards)
    for (const auto& id : Json::parse(row.value, nullptr, false))
      if (id.is_string()) unit_by_id_[id.get<std::string>()] = row.key.substr(key::kForward.size());
  return {};
}

onem2m::Result<std::optional<UnitRow>> ServingTable::read(const Transaction& transaction, const std::string& unit) {
  if (!may_have_row_.contains(unit)) return std::nullopt;
  auto text = transaction.row(Table::Meta, key::unit(unit));
  if (!text) return tl::unexpected(text.error());
  if (!*text) return std::nullopt;
  auto& [known, row] = parsed_[unit];
  if (known == **text) return row;
  auto decoded = decode_unit_row(**text);
  if (!decoded) return tl::unexpected(decoded.error());
  known = **text;
  row = *decoded;
  return std::move(*decoded);
}

onem2m::Result<UnitRow> ServingTable::read_or_first(const Transaction& transaction, const std::string& unit) {
  auto row = read(transaction, unit);
  if (!row) return tl::unexpected(row.error());
  if (*row) return **row;
  UnitRow first;
  const ResourcePtr entity = transaction.tree().find(unit);
  first.role = entity && entity->unit == unit ? Role::Owner : Role::None;
  if (entity) first.name = entity->name;
  return first;
}

void ServingTable::write(Transaction& transaction, const std::string& unit, UnitRow row) {
  may_have_row_.insert(unit);
  transaction.put_row(Table::Meta, key::unit(unit), encode(row));
  transaction.after_commit([this, unit, row = std::move(row)] { publish(unit, row); });
}

void ServingTable::erase(Transaction& transaction, const std::string& unit) {
  transaction.erase_row(Table::Meta, key::unit(unit));
  transaction.after_commit([this, unit] {
    const std::lock_guard lock(mutex_);
    published_.erase(unit);
    std::erase_if(unit_by_id_, [&unit](const auto& entry) { return entry.second == unit; });
    std::erase_if(unit_by_name_, [&unit](const auto& entry) { return entry.second == unit; });
    std::erase_if(unit_by_alias_, [&unit](const auto& entry) { return entry.second == unit; });
  });
}

void ServingTable::publish(const std::string& unit, const UnitRow& row) {
  const std::lock_guard lock(mutex_);
  if (!row.name.empty()) unit_by_name_[row.name] = unit;
  for (const std::string& alias : row.aliases) unit_by_alias_[alias] = unit;
  published_[unit] = row;
  if (row.role != Role::Owner) published_frozen_.erase(unit);
}

bool ServingTable::frozen_by(const ContextId& context) const {
  const auto found = frozen_.find(context.unit);
  return found != frozen_.end() && found->second == context;
}

void ServingTable::freeze(Transaction& transaction, const ContextId& context) {
  frozen_[context.unit] = context;
  transaction.after_commit([this, unit = context.unit] {
    const std::lock_guard lock(mutex_);
    published_frozen_.insert(unit);
  });
}

void ServingTable::unfreeze(const std::string& unit) {
  frozen_.erase(unit);
  const std::lock_guard lock(mutex_);
  published_frozen_.erase(unit);
}

void ServingTable::hush(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  hushed_.insert(unit);
}

void ServingTable::allow(const std::string& unit, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  std::int64_t& left = allowance_.try_emplace(unit, 0).first->second;
  left = std::min<std::int64_t>(left, 0) + static_cast<std::int64_t>(bytes);
  any_throttled_ = true;
}

bool ServingTable::spend(const std::string& unit, const onem2m::Request& request) {
  if (!any_throttled_) return true;
  const std::lock_guard lock(mutex_);
  const auto found = allowance_.find(unit);
  if (found == allowance_.end()) return true;
  if (found->second <= 0) return false;
  found->second -= static_cast<std::int64_t>(kBytesOfAWrite + onem2m::to_json_text(request.content).size());
  return true;
}

bool ServingTable::calm(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  const bool hushed = hushed_.erase(unit) != 0, throttled = allowance_.erase(unit) != 0;
  any_throttled_ = !allowance_.empty();
  return hushed || throttled;
}

void ServingTable::write_forward_ids(Transaction& transaction, const std::string& unit,
                                     const std::vector<std::string>& ids) {
  transaction.put_row(Table::Meta, key::forward(unit), Json(ids).dump());
  transaction.after_commit([this, unit, ids] {
    const std::lock_guard lock(mutex_);
    for (const std::string& id : ids) unit_by_id_[id] = unit;
  });
}

void ServingTable::add_arriving_id(Transaction& transaction, const std::string& unit, const std::string& id) {
  transaction.after_commit([this, unit, id] {
    const std::lock_guard lock(mutex_);
    unit_by_id_[id] = unit;
  });
}

std::optional<UnitRow> ServingTable::published(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  const auto found = published_.find(unit);
  return found == published_.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, UnitRow> ServingTable::all_published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

bool ServingTable::waiting(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  if (published_frozen_.contains(unit)) return true;
  if (const auto throttled = allowance_.find(unit); throttled != allowance_.end() && throttled->second <= 0) return true;
  const auto found = published_.find(unit);
  return found != published_.end() && found->second.target.has_value();
}

bool ServingTable::serves(const std::string& unit) const {
  const std::lock_guard lock(mutex_);
  if (published_frozen_.contains(unit) || hushed_.contains(unit)) return false;
  const auto found = published_.find(unit);
  return found == published_.end() || found->second.role == Role::Owner || found->second.role == Role::Ended;
}

std::optional<std::string> ServingTable::find_unit(const std::vector<std::string>& segments) const {
  if (segments.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (published_.contains(segments.front())) return segments.front();
  if (const auto found = unit_by_id_.find(segments.front()); found != unit_by_id_.end()) return found->second;
  const std::string container(split_instance_id(segments.front()).first);
  if (const auto found = unit_by_id_.find(container); found != unit_by_id_.end()) return found->second;
  if (segments.size() < 2) return std::nullopt;
  if (const auto found = unit_by_name_.find(segments[1]); found != unit_by_name_.end()) return found->second;
  return std::nullopt;
}

std::optional<std::string> ServingTable::find_alias(const std::string& sp_relative_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = unit_by_alias_.find(sp_relative_id);
  return found == unit_by_alias_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace edgecse::cse::handover
