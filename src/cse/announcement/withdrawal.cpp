// SPDX-License-Identifier: Apache-2.0
#include "cse/announcement/withdrawal.hpp"

#include "onem2m/address.hpp"

namespace edgecse::cse::announcement {
namespace {

constexpr std::chrono::hours kWithdrawalLife{24 * 7};

/// The CSE-ID of the tree.
std::string host_of(const Tree& tree, std::string_view below) {
  ResourcePtr resource = tree.find(below);
  while (resource && resource->type != onem2m::type::kCseBase) resource = tree.find(resource->parent);
  return resource ? resource->text("csi") : std::string{};
}

}  // namespace

OutboxEntry make_withdrawal(Transaction& transaction, const std::string& address, const std::string& from) {
  return make_outbox_entry(transaction, kWithdrawals + address, onem2m::Operation::Delete, address, from, kWithdrawalLife, "annc");
}

void withdraw_evicted(Transaction& transaction, const Resource& container, const Instance& instance) {
  const Json attributes = instance.attributes();
  const auto targets = attributes.find("at");
  if (targets == attributes.end() || !targets->is_array()) return;
  for (const Json& target : *targets) {
    if (!target.is_string()) continue;
    const auto address = onem2m::parse_address(target.get_ref<const std::string&>());
    if (!address || address->segments.empty()) continue;  // on its way: its answer finds the original gone
    enqueue(transaction, make_withdrawal(transaction, target.get<std::string>(), host_of(transaction.tree(), container.id)));
  }
}

}  // namespace edgecse::cse::announcement
