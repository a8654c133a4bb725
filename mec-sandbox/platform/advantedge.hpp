// SPDX-License-Identifier: Apache-2.0
//
// Plays AdvantEDGE 1.9.2, the engine under the ETSI MEC Sandbox, where it differs from the standard: what it lacks,
// what it refuses, which members it leaves out or null. All hosts then play edition 2.2.1. A crash of its server (the
// connection breaks off) is played as 500 without a body. README.md has the list.
#pragma once

#include <functional>

#include "platform/exchange.hpp"

namespace edgecse::sandbox {

enum class Quirks { None, AdvantEdge };

namespace advantedge {

/// It sends a notification once.
inline constexpr int kAttempts = 1;
inline constexpr std::chrono::seconds kGrace{10};

using Serve = std::function<Reply(const Request&)>;

/// The answer to a request below an API ("amsi/v1"); serve: what the standard answers. category_watched: somebody
/// subscribed to services by category.
[[nodiscard]] Reply answer(const std::string& api, Request request, const Serve& serve, bool category_watched);

/// Puts a notification into its words; false: it does not send this one.
[[nodiscard]] bool adapt_notification(nlohmann::json& body);

}  // namespace advantedge
}  // namespace edgecse::sandbox
