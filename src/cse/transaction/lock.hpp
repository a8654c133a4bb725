// SPDX-License-Identifier: Apache-2.0
//
// A resource that a <transaction> below it has locked: who else asks for it is told to come again. TS-0001 9.6.48.
#pragma once

#include "cse/target.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::cse::transactions {

inline constexpr int kTransactionMgmt = 50, kTransaction = 51;

/// Member of Resource::internal: {"by": ri of the <transaction>, "type": transactionLockType}.
inline constexpr const char* kLock = "lock";
inline constexpr int kBlockAll = 1;  // 2 ALLOW_RETRIEVES

/// 5222 while the target is locked against the operation.
[[nodiscard]] inline onem2m::Result<> check_lock(const Target& target, onem2m::Operation operation) {
  const Json& internal = target.resource->internal;
  const auto lock = internal.find(kLock);
  if (lock == internal.end()) return {};
  if (operation == onem2m::Operation::Retrieve && lock->value("type", kBlockAll) != kBlockAll) return {};
  return onem2m::refuse(
      onem2m::ResponseStatus::TransactionProcessingIsIncomplete,
      "'" + target.resource->name + "' is locked by the transaction " + lock->value("by", std::string{}));
}

}  // namespace edgecse::cse::transactions
