// SPDX-License-Identifier: Apache-2.0
//
// Everything of a CSE that goes out: outbox and its sender, router, subscriptions and their notifications, the registration
// at the registrar and those of others here.
#pragma once

#include <memory>

#include "cse/cse_core.hpp"

namespace edgecse::cse {

/// Plugs into the core: forwarder, notify_handler, outbox_sender, internal_aes, listeners, type procedures; observes the
/// loop. The gate that counts is the one set when start() is called.
[[nodiscard]] std::unique_ptr<CsePart> make_exchange(CseCore& core);

}  // namespace edgecse::cse
