// SPDX-License-Identifier: Apache-2.0
#include "cse/ae_references.hpp"

#include <algorithm>

#include "cse/outbox.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse {
namespace {

namespace type = onem2m::type;

bool replace(Json& value, const std::string& before, const std::string& after) {
  if (!value.is_string()) return false;
  auto& text = value.get_ref<std::string&>();
  if (text != before && !text.starts_with(before + '/')) return false;
  text = after + text.substr(before.size());
  return true;
}

bool replace_in(Json& value, const std::string& before, const std::string& after) {
  if (!value.is_array()) return replace(value, before, after);
  bool changed = false;
  for (Json& entry : value) changed |= replace(entry, before, after);
  return changed;
}

bool replace_in_rules(Json& privileges, const std::string& before, const std::string& after) {
  if (!privileges.is_object() || !privileges.contains("acr") || !privileges["acr"].is_array()) return false;
  bool changed = false;
  for (Json& rule : privileges["acr"])
    if (rule.is_object() && rule.contains("acor")) changed |= replace_in(rule["acor"], before, after);
  return changed;
}

const char* reference_attribute(int resource_type) {
  if (resource_type == type::kSubscription) return "nu";
  if (resource_type == type::kGroup) return "mid";
  return resource_type > type::kAnnounced ? "lnk" : nullptr;
}

bool rewrite_form(Resource& resource, const std::string& before, const std::string& after) {
  bool changed = false;
  if (resource.type == type::kAccessControlPolicy)
    for (const char* name : {"pv", "pvs"})
      if (resource.has(name)) changed |= replace_in_rules(resource.attributes[name], before, after);
  const char* const name = reference_attribute(resource.type);
  if (name != nullptr && resource.has(name)) changed |= replace_in(resource.attributes[name], before, after);
  return changed;
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

bool may_refer_to_aes(int resource_type) {
  return resource_type == type::kAccessControlPolicy || reference_attribute(resource_type) != nullptr;
}

bool rewrite_references(Resource& resource, const AeReference& reference, const std::string& own_id) {
  bool changed = rewrite_form(resource, reference.before, reference.after);
  // Here the AE may be named as the registree it was.
  if (reference.before.starts_with(own_id + '/'))
    changed |= rewrite_form(resource, reference.before.substr(own_id.size() + 1), reference.after);
  return changed;
}

bool replace_ae_references(CseCore& core, Transaction& transaction, const AeReference& reference) {
  std::vector<Resource> changed;
  bool complete = true;
  transaction.tree().for_each([&](const ResourcePtr& resource) {
    if (!may_refer_to_aes(resource->type)) return;
    Resource copy = *resource;
    if (!rewrite_references(copy, reference, core.options.id)) return;
    if (resource->unit.empty() || core.gate->serves(transaction, resource->unit)) {
      changed.push_back(std::move(copy));
    } else {
      complete = false;
    }
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
