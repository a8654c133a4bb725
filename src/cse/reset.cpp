// SPDX-License-Identifier: Apache-2.0
#include "cse/reset.hpp"

#include "cse/internal_aes.hpp"

namespace edgecse::cse {
namespace {

using onem2m::Result;

constexpr std::size_t kRowsAtOnce = 1'000;

bool stays(const CseCore& core, const Resource& resource) {
  // Made by the CSE, but for a request: a <request>, the container of a locationPolicy.
  if (resource.type == onem2m::type::kRequest || resource.type == onem2m::type::kContainer) return false;
  if (resource.creator == core.options.id) return true;
  // The mirror of the registrar, where this CSE stays registered.
  if (resource.type == onem2m::type::kRemoteCse && core.options.registrar) return resource.text("csi") == core.options.registrar->id;
  return resource.type == onem2m::type::kAe && core.internal_aes != nullptr && core.internal_aes->find(resource.id);
}

Result<> erase_outbox(Transaction& transaction) {
  const std::string end(8, '\xff');  // ordering keys are text
  for (;;) {
    const auto rows = transaction.rows(store::Table::Outbox, {}, end, kRowsAtOnce);
    if (!rows) return tl::unexpected(rows.error());
    for (const store::Row& row : *rows) transaction.erase_row(store::Table::Outbox, row.key);
    if (rows->size() < kRowsAtOnce) return {};
  }
}

}  // namespace

void reset(CseCore& core, std::function<void(const Result<>&)> done) {
  core.loop->submit({[&core](Transaction& transaction) -> Result<> {
                       for (const ResourcePtr& child : transaction.tree().children(core.base_id()))
                         if (!stays(core, *child))
                           if (auto gone = delete_resource(core, transaction, child->id, nullptr, true); !gone) return gone;
                       return erase_outbox(transaction);
                     },
                     std::move(done)});
}

}  // namespace edgecse::cse
