// SPDX-License-Identifier: Apache-2.0
//
// The end of an announced resource at another CSE: a durable request in the commit that takes its original. TS-0004 7.3.3.11.
#pragma once

#include <string>

#include "cse/outbox.hpp"
#include "cse/transaction.hpp"

namespace edgecse::cse::announcement {

inline constexpr const char* kWithdrawals = "annc-gone ";  // begin of the ordering keys

/// The DELETE of what address names. from: this CSE. Put it into the outbox.
[[nodiscard]] OutboxEntry make_withdrawal(Transaction& transaction, const std::string& address, const std::string& from);

/// An instance that its container evicts tells nobody, but what it was announced as goes with it. In the job.
void withdraw_evicted(Transaction& transaction, const Resource& container, const Instance& instance);

}  // namespace edgecse::cse::announcement
