// SPDX-License-Identifier: Apache-2.0
#include "cse/plain_types.hpp"

#include <algorithm>
#include <array>

#include "onem2m/resource_types.hpp"

namespace edgecse::cse {

namespace type = onem2m::type;

namespace {

// A type whose virtual children or instances carry its meaning is no plain data: without its procedure it is refused with
// 5001. A type made by the CSE alone is refused by its row of the table.
constexpr std::array kNeedOwnProcedure{type::kGroup, type::kPollingChannel, type::kRequest};

}  // namespace

void add_plain_types(CseCore& core) {
  const auto plain = std::make_shared<TypeProcedure>();
  for (const onem2m::ResourceTypeRule& rule : onem2m::all_resource_types()) {
    if (rule.only_at_in_cse && core.options.type != CseType::In) continue;
    if (std::find(kNeedOwnProcedure.begin(), kNeedOwnProcedure.end(), rule.number) == kNeedOwnProcedure.end())
      core.procedures.add(rule.number, plain);
  }
}

}  // namespace edgecse::cse
