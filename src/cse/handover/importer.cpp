// SPDX-License-Identifier: Apache-2.0
#include "cse/handover/importer.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "cse/handover/policy_copies.hpp"
#include "cse/handover/retry_table.hpp"
#include "cse/handover/unit_row.hpp"
#include "cse/rows.hpp"
#include "onem2m/address.hpp"
#include "onem2m/enumerations.hpp"

namespace edgecse::cse::handover {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
using store::Table;

constexpr std::size_t kRowsAtOnce = 500;

tl::unexpected<onem2m::Error> unacceptable(std::string sentence) {
  return refuse(ResponseStatus::ContentsUnacceptable, std::move(sentence));
}

std::optional<std::string> from_hex(const std::string& text) {
  if (text.size() % 2 != 0) return std::nullopt;
  const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; };
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

/// Stands for a container that is not in the tree: instances need its ri and its unit only.
Resource parent_of_instances(const std::string& id, const std::string& unit) {
  Resource parent;
  parent.id = id;
  parent.unit = unit;
  parent.next_sequence = 2;
  return parent;
}

class Stager {
 public:
  Stager(Transaction& transaction, const std::string& unit, base::Duration retry_life, std::vector<std::string>& ids)
      : transaction_(transaction), unit_(unit), retry_life_(retry_life), ids_(ids) {}

  Result<> row(const Json& row) {
    if (!row.is_array() || row.size() < 2 || !row[0].is_string() || !row[1].is_string())
      return unacceptable("a row of the batch is no list of a kind and a key");
    const std::string& kind = row[0].get_ref<const std::string&>();
    const std::string& id = row[1].get_ref<const std::string&>();
    const bool with_text = row.size() == 4 ? row[3].is_string() : row.size() == 3 && row[2].is_string();
    const bool with_number = row.size() >= 3 && row[2].is_number_unsigned();
    if (kind == "t" && with_text) return resource(id, row[2].get_ref<const std::string&>());
    if (kind == "T" && row.size() == 2) return no_resource(id);
    if (kind == "i" && with_text && with_number) return instance(id, row[2], row[3].get_ref<const std::string&>());
    if (kind == "I" && with_number) return no_instance(id, row[2]);
    if (kind == "A") return no_instances(id);
    if (kind == "r" && with_text && row[2].is_string()) return retry(id, row[2], row[3]);
    if (kind == "o" && with_text) return outbox(id, &row[2].get_ref<const std::string&>());
    if (kind == "O") return outbox(id, nullptr);
    if (kind == "n" && row.size() == 4 && row[2].is_string() && row[3].is_number_unsigned())
      return name(id, row[2], row[3].get<std::uint64_t>());
    if (kind == "N" && row.size() == 3 && row[2].is_string()) return name(id, row[2], std::nullopt);
    return unacceptable("the batch has a row of an unknown kind or form, " + kind);
  }

 private:
  /// A peer may bring what belongs to the unit, never replace what is this CSE's own.
  Result<> check_own(const std::string& id) const {
    const ResourcePtr here = transaction_.tree().find(id);
    if (!here || here->unit == unit_ || here->type == onem2m::type::kAccessControlPolicy) return {};
    return unacceptable("the batch brings " + id + ", which is a resource of this CSE");
  }

  Result<> resource(const std::string& id, const std::string& text) {
    auto decoded = rows::decode_resource(text);
    if (!decoded || decoded->id != id) return unacceptable("the row of the resource " + id + " is malformed");
    const bool policy = decoded->unit.empty() && decoded->type == onem2m::type::kAccessControlPolicy;
    if (decoded->unit != unit_ && !policy)
      return unacceptable("the resource " + id + " does not belong to the unit " + unit_);
    if (auto own = check_own(id); !own) return own;
    transaction_.put_row(Table::Meta, key::staged_resources(unit_) + id, text);
    ids_.push_back(id);
    return {};
  }
  Result<> no_resource(const std::string& id) {
    transaction_.erase_row(Table::Meta, key::staged_resources(unit_) + id);
    if (!transaction_.tree().find(id)) transaction_.erase_all_instances(parent_of_instances(id, unit_));
    return {};
  }
  Result<> instance(const std::string& container, std::uint64_t sequence, const std::string& text) {
    if (auto own = check_own(container); !own) return own;
    auto decoded = rows::decode_instance(rows::instance_key(container, sequence), text);
    if (!decoded)
      return unacceptable("the row of instance " + std::to_string(sequence) + " in " + container + " is malformed");
    transaction_.put_instance(parent_of_instances(container, unit_), *decoded);
    return {};
  }
  Result<> no_instance(const std::string& container, std::uint64_t sequence) {
    if (auto own = check_own(container); !own) return own;
    transaction_.erase_instance(parent_of_instances(container, unit_), sequence);
    return {};
  }
  Result<> no_instances(const std::string& container) {
    if (auto own = check_own(container); !own) return own;
    transaction_.erase_all_instances(parent_of_instances(container, unit_));
    return {};
  }
  Result<> retry(const std::string& hex_key, const std::string& hex_header, const std::string& answer) {
    const auto key = from_hex(hex_key), header = from_hex(hex_header);
    if (!key || !header || !key->starts_with(RetryTable::prefix(unit_)))
      return unacceptable("a row of the retry table is malformed or of another unit");
    const auto row = RetryTable::from_remaining(*header + answer, transaction_.now(), retry_life_);
    if (!row) return unacceptable("a row of the retry table is too short");
    transaction_.put_row(Table::Meta, *key, *row, unit_);
    return {};
  }
  Result<> outbox(const std::string& hex_key, const std::string* row) {
    if (hex_key.size() > 2'048 || !from_hex(hex_key)) return unacceptable("the key of an outbox row is malformed");
    std::string key = key::staged_outbox(unit_) + hex_key;
    if (row) {
      transaction_.put_row(Table::Meta, std::move(key), *row);
    } else {
      transaction_.erase_row(Table::Meta, std::move(key));
    }
    return {};
  }
  Result<> name(const std::string& container, const std::string& text, std::optional<std::uint64_t> sequence) {
    if (auto own = check_own(container); !own) return own;
    if (!onem2m::is_resource_name(text))
      return unacceptable("the name of an instance in " + container + " is malformed");
    std::string key = rows::meta::instance_name(container, text);
    if (sequence) {
      transaction_.put_row(Table::Meta, std::move(key), rows::big_endian(*sequence), unit_);
    } else {
      transaction_.erase_row(Table::Meta, std::move(key), unit_);
    }
    return {};
  }

  Transaction& transaction_;
  const std::string& unit_;
  const base::Duration retry_life_;
  std::vector<std::string>& ids_;
};

Result<> erase_prefix(Transaction& transaction, const std::string& prefix, std::string_view unit) {
  while (true) {
    auto found = transaction.rows(Table::Meta, prefix, key::end_of(prefix), kRowsAtOnce);
    if (!found) return tl::unexpected(found.error());
    for (const store::Row& row : *found) transaction.erase_row(Table::Meta, row.key, unit);
    if (found->size() < kRowsAtOnce) return {};
  }
}

Result<std::vector<store::Row>> all_rows(Transaction& transaction, const std::string& prefix) {
  return transaction.rows(Table::Meta, prefix, key::end_of(prefix), SIZE_MAX);
}

/// Identities as they read at the source, made to read right here. TS-0004 7.3.2.6.
class CarryOver {
 public:
  CarryOver(const Arrival& arrival, const std::string& own) : arrival_(arrival), own_(own) {}

  void resource(Resource& resource) const {
    id(resource.creator);
    identities(resource, [this](std::string& text) { id(text); });
  }
  void aliases_only(Resource& resource) const {
    identities(resource, [this](std::string& text) { alias(text); });
  }

 private:
  template <class Change>
  static void identities(Resource& resource, Change&& change) {
    for (const char* privileges : {"pv", "pvs"}) {
      if (resource.type != onem2m::type::kAccessControlPolicy || !resource.attributes.contains(privileges)) continue;
      Json& rules = resource.attributes[privileges]["acr"];
      if (!rules.is_array()) continue;
      for (Json& rule : rules)
        if (rule.is_object() && rule.contains("acor")) list(rule["acor"], change);
    }
    if (resource.type == onem2m::type::kSubscription && resource.attributes.contains("nu"))
      list(resource.attributes["nu"], change);
  }

  /// The AE itself, by what it was called elsewhere.
  bool alias(std::string& id) const {
    for (const std::string& alias : arrival_.aliases)
      if (id == alias || id.starts_with(alias + '/')) {
        id = arrival_.unit + id.substr(alias.size());
        return true;
      }
    return false;
  }
  void id(std::string& id) const {
    if (id == arrival_.unit || alias(id)) return;
    if (id.starts_with(own_ + '/') && onem2m::is_ae_id_stem(std::string_view(id).substr(own_.size() + 1))) {
      id.erase(0, own_.size() + 1);
    } else if (id.starts_with('C') && onem2m::is_ae_id_stem(id)) {  // only its registrar understands it so short
      id = arrival_.source + '/' + id;
    }
  }
  template <class Change>
  static void list(Json& list, Change&& change) {
    if (!list.is_array()) return;
    for (Json& entry : list)
      if (entry.is_string()) change(entry.get_ref<std::string&>());
  }

  const Arrival& arrival_;
  const std::string& own_;
};

}  // namespace

Result<> stage(Transaction& transaction, const std::string& unit, const Json& rows, base::Duration retry_life,
               std::vector<std::string>& ids) {
  if (!rows.is_array()) return unacceptable("the rows of the batch are no list");
  Stager stager(transaction, unit, retry_life, ids);
  for (const Json& row : rows)
    if (auto staged = stager.row(row); !staged) return staged;
  return {};
}

Result<> discard_staged(Transaction& transaction, const std::string& unit) {
  auto resources = all_rows(transaction, key::staged_resources(unit));
  if (!resources) return tl::unexpected(resources.error());
  for (const store::Row& row : *resources) {
    const std::string id = row.key.substr(key::staged_resources(unit).size());
    if (!transaction.tree().find(id)) transaction.erase_all_instances(parent_of_instances(id, unit));
    transaction.erase_row(Table::Meta, row.key);
  }
  if (auto erased = erase_prefix(transaction, key::staged_outbox(unit), {}); !erased) return erased;
  return erase_prefix(transaction, RetryTable::prefix(unit), unit);
}

Result<std::vector<std::string>> wipe(Transaction& transaction, const std::string& unit,
                                      const std::vector<std::string>& outbox_keys) {
  std::vector<std::string> ids;
  transaction.tree().for_each_below(unit, [&](const ResourcePtr& resource, std::size_t) {
    if (resource->unit == unit) ids.push_back(resource->id);
    return true;
  });
  std::for_each(ids.rbegin(), ids.rend(), [&](const std::string& id) { transaction.erase(id); });
  for (const std::string& key : outbox_keys) transaction.erase_row(Table::Outbox, key, unit);
  if (auto erased = erase_prefix(transaction, RetryTable::prefix(unit), unit); !erased)
    return tl::unexpected(erased.error());
  return ids;
}

Result<> install(Transaction& transaction, const Arrival& arrival, const std::string& own,
                 const std::function<void(const Resource&)>& imported) {
  const std::string& unit = arrival.unit;
  const CarryOver carry_over(arrival, own);
  auto rows = all_rows(transaction, key::staged_resources(unit));
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Resource> resources;
  for (const store::Row& row : *rows) {
    auto decoded = rows::decode_resource(row.value);
    if (!decoded) return tl::unexpected(decoded.error());
    resources.push_back(std::move(*decoded));
    transaction.erase_row(Table::Meta, row.key);
  }
  // Parents first: a child is always younger than its parent.
  std::sort(resources.begin(), resources.end(),
            [](const Resource& a, const Resource& b) { return a.created < b.created; });
  const std::string base = own.substr(1);
  for (Resource& resource : resources) {
    const ResourcePtr here = transaction.tree().find(resource.id);
    if (resource.unit.empty()) {  // a policy that the unit refers to: a copy, or our own that comes home
      if (here && !here->internal.contains(kCopyOf)) {
        Resource home = *here;  // names the AE as it was called while it was away
        carry_over.aliases_only(home);
        if (home.attributes != here->attributes) transaction.put(std::move(home));
        continue;
      }
      if (resource.internal.value(kCopyOf, "") == own) continue;  // it belongs here, but was deleted meanwhile
      if (!resource.internal.contains(kCopyOf)) resource.internal[kCopyOf] = arrival.source;
    }
    if (resource.unit.empty() || resource.id == unit) {
      resource.parent = base;
      resource.attributes["pi"] = base;
      const ResourcePtr other = transaction.tree().child(base, resource.name);
      if (other && other->id != resource.id) {
        base::log::warning("handover", "a name is taken here; the resource that arrives gets another one",
                           {{"name", resource.name}, {"ri", resource.id}});
        resource.name += "-" + resource.id;
        resource.attributes["rn"] = resource.name;
      }
    }
    if (here && here->parent != resource.parent) transaction.erase(here->id);  // a copy whose own unit comes
    carry_over.resource(resource);
    resource.created = here ? here->created : transaction.next_creation();
    auto newest = transaction.instances(resource.id, 0, resource.next_sequence, 1, true);
    if (!newest) return tl::unexpected(newest.error());
    if (!newest->empty()) resource.latest = newest->front();
    imported(resource);
    transaction.put(std::move(resource));
  }
  auto outbox = all_rows(transaction, key::staged_outbox(unit));
  if (!outbox) return tl::unexpected(outbox.error());
  for (const store::Row& row : *outbox) {
    if (const auto key = from_hex(row.key.substr(key::staged_outbox(unit).size())))
      transaction.put_row(Table::Outbox, *key, row.value, unit);
    transaction.erase_row(Table::Meta, row.key);
  }
  return {};
}

}  // namespace edgecse::cse::handover
