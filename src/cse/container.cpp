// SPDX-License-Identifier: Apache-2.0
#include "cse/container.hpp"

#include "cse/procedures.hpp"

namespace edgecse::cse {

using onem2m::Result;

namespace {

// What a lowered limit leaves over goes step by step, in jobs of its own, each durable.
void trim_later(CseCore& core, Transaction& transaction, const std::string& id) {
  transaction.after_commit([&core, id] {
    core.loop->submit({[&core, id](Transaction& next) -> Result<> {
                         const ResourcePtr container = next.tree().find(id);
                         if (!container || (!container->unit.empty() && !core.gate->serves(next, container->unit))) return {};
                         Resource trimmed = *container;
                         const auto more = evict(next, trimmed, 0, 0);
                         if (!more) return tl::unexpected(more.error());
                         next.put(std::move(trimmed));
                         if (*more) trim_later(core, next, id);
                         return {};
                       },
                       nullptr});
  });
}

}  // namespace

Result<> trim(CseCore& core, Transaction& transaction, Resource& container) {
  const auto more = evict(transaction, container, 0, 0);
  if (!more) return tl::unexpected(more.error());
  if (*more) trim_later(core, transaction, container.id);
  return {};
}

Result<> ContainerProcedure::before_create(CreateContext& context) {
  context.resource.attributes["cni"] = 0;
  context.resource.attributes["cbs"] = 0;
  return {};
}

Result<> ContainerProcedure::before_update(UpdateContext& context) {
  Resource& after = context.after;
  if (context.before.attributes.value("disr", false) && !after.attributes.value("disr", false)) {
    context.transaction.erase_all_instances(after);
    after.first_sequence = after.next_sequence;
    after.latest = nullptr;
    after.attributes["cni"] = 0;
    after.attributes["cbs"] = 0;
    return {};
  }
  if (!context.requested.contains("mni") && !context.requested.contains("mbs")) return {};
  return trim(core_, context.transaction, after);
}

}  // namespace edgecse::cse
