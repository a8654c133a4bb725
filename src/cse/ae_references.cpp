// SPDX-License-Identifier: Apache-2.0
#include "cse/ae_references.hpp"

#include <algorithm>

#include "cse/outbox.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

namespace type = onem2m::type;

bool replace_address(Json& value, const std::string& before, const std::string& after) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  if (!text.starts_with(before) || (text.size() > before.size() && text[before.size()] != '/')) return false;
  value = after + text.substr(before.size());
  return true;
}

bool replace_in_list(Json& attributes, const char* short_name, const std::string& before, const std::string& after) {
  const auto list = attributes.find(short_name);
  if (list == attributes.end() || !list->is_array()) return false;
  bool changed = false;
  for (Json& entry : *list) changed |= replace_address(entry, before, after);
  return changed;
}

bool replace_originators(Json& attributes, const char* short_name, const std::string& before, const std::string& after) {
  const auto privileges = attributes.find(short_name);
  if (privileges == attributes.end() || !privileges->is_object()) return false;
  const auto rules = privileges->find("acr");
  if (rules == privileges->end() || !rules->is_array()) return false;
  bool changed = false;
  for (Json& rule : *rules)
    if (rule.is_object()) changed |= replace_in_list(rule, "acor", before, after);
  return changed;
}

bool replace_in(Json& attributes, int resource_type, const std::string& before, const std::string& after) {
  switch (resource_type) {
    case type::kSubscription:
      return replace_in_list(attributes, "nu", before, after);
    case type::kGroup:
      return replace_in_list(attributes, "mid", before, after);
    case type::kAccessControlPolicy: {
      const bool granted = replace_originators(attributes, "pv", before, after);
      return replace_originators(attributes, "pvs", before, after) || granted;
    }
    default:
      break;
  }
  if (resource_type < type::kAnnounced) return false;
  const auto link = attributes.find("lnk");
  return link != attributes.end() && replace_address(*link, before, after);
}

std::string cse_id_of(const std::string& sp_relative) { return sp_relative.substr(0, sp_relative.find('/', 1)); }

}  // namespace

bool is_sp_relative_ae_id(std::string_view text) {
  const auto address = onem2m::parse_address(text);
  if (!address || !address->service_provider.empty() || address->cse_id.empty()) return false;
  return address->segments.size() == 1 && address->attribute.empty() && onem2m::is_ae_id_stem(address->segments[0]);
}

bool may_announce_ae_move(const CseCore& core, const Tree& tree, const std::string& originator, const std::string& before,
                          const std::string& after) {
  if (core.options.registrar && originator == core.options.registrar->id) return true;
  const auto& peers = core.options.mobility.peers;
  if (std::ranges::find(peers, originator) != peers.end()) return true;
  const ResourcePtr remote = originator.size() > 1 ? tree.find(std::string_view(originator).substr(1)) : nullptr;
  if (!remote || remote->type != type::kRemoteCse || remote->text("csi") != originator) return false;
  return originator == cse_id_of(before) || originator == cse_id_of(after);
}

bool replace_ae_references(CseCore& core, Transaction& transaction, const std::string& before, const std::string& after) {
  std::vector<Resource> changed;
  bool complete = true;
  transaction.tree().for_each([&](const ResourcePtr& resource) {
    if (resource->type != type::kSubscription && resource->type != type::kGroup &&
        resource->type != type::kAccessControlPolicy && resource->type < type::kAnnounced)
      return;
    Json attributes = resource->attributes;
    if (!replace_in(attributes, resource->type, before, after)) return;
    if (!resource->unit.empty() && !core.gate->serves(transaction, resource->unit)) {
      complete = false;
      return;
    }
    changed.push_back(*resource);
    changed.back().attributes = std::move(attributes);
  });
  for (Resource& resource : changed) transaction.put(std::move(resource));
  return complete;
}

void spread_ae_move(const CseCore& core, Transaction& transaction, const std::string& before, const std::string& after,
                    std::string_view told_by) {
  for (const ResourcePtr& remote : transaction.tree().children(core.base_id())) {
    const std::string receiver = remote->text("csi");
    if (remote->type != type::kRemoteCse || receiver == told_by) continue;
    OutboxEntry entry;
    entry.ordering_key = "aerp " + receiver + ' ' + before;
    entry.number = transaction.next_creation();
    entry.target = receiver;
    entry.request.operation = onem2m::Operation::Notify;
    entry.request.to = receiver;
    entry.request.from = core.options.id;
    entry.request.request_identifier = "aerp-" + std::to_string(entry.number);
    entry.request.release_version = "3";
    entry.request.content = {{"m2m:sgn", {{"aerp", true}, {"tid1", before}, {"tid2", after}}}};
    enqueue(transaction, entry);
  }
}

}  // namespace edgecse::cse
