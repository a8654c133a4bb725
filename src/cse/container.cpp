// SPDX-License-Identifier: Apache-2.0
#include "cse/container.hpp"

#include "cse/procedures.hpp"

namespace edgecse::cse {

using onem2m::Result;

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
  return evict(context.transaction, after, 0, 0);
}

}  // namespace edgecse::cse
