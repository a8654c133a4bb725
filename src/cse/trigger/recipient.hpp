// SPDX-License-Identifier: Apache-2.0
//
// Whom a triggerRequest is for, whether it may be triggered, and what it is told. TS-0001 8.3.3, TS-0004 7.4.57, 9.2.
#pragma once

#include <optional>
#include <string>

#include "cse/cse_core.hpp"

namespace edgecse::cse::trigger {

inline constexpr int kTriggerRequest = 47;

enum class Purpose : int {
  EstablishConnection = 1,
  RegistrationRequest = 2,
  ExecuteCrud = 3,
  EnrolmentRequest = 4,
  ReRegistration = 5,  // ours: register at another CSE although registered. docs/handover.md
};
enum class Status : int {
  Processing = 1,
  NseNotFound = 2,
  Triggered = 3,
  Delivered = 4,
  Expired = 5,
  Failed = 6,
  Replaced = 7,
  Unconfirmed = 8,
  Terminated = 9,
};

/// The <AE> or <remoteCSE> here with that M2M-Ext-ID or Trigger-Recipient-ID, or whose AE-ID or CSE-ID the latter is.
[[nodiscard]] ResourcePtr find_recipient(const CseCore& core, const Tree& tree, const Json& attributes);

/// 4122, 5218, 4000. attributes: those of the triggerRequest as they will be.
[[nodiscard]] onem2m::Result<> check_trigger(const CseCore& core, const Tree& tree, const Json& attributes);

/// m2m:tgp.
[[nodiscard]] Json make_payload(const CseCore& core, const Tree& tree, const Json& attributes);

/// URL that the Trigger-Recipient-ID is.
[[nodiscard]] std::optional<std::string> recipient_url(const Json& attributes);

}  // namespace edgecse::cse::trigger
