// SPDX-License-Identifier: Apache-2.0
//
// <transactionMgmt>: several requests that happen all or not at all. For each one a <transaction> is made below its
// target, here or at another CSE, in the creator's name; all are locked, then executed, then committed, or all aborted
// when one fails. TS-0001 9.6.47, 10.2.18 (R3).
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Registers the procedures of transactionMgmt and transaction, and keeps their times.
[[nodiscard]] std::unique_ptr<CsePart> make_transactions(CseCore& core);

}  // namespace edgecse::cse
