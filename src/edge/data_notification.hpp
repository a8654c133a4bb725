// SPDX-License-Identifier: Apache-2.0
//
// What a NOTIFY to this service's AE says about data. Pure.
#pragma once

#include <optional>
#include <string>

#include "edge/data_value.hpp"
#include "onem2m/enumerations.hpp"
#include "onem2m/primitive.hpp"

namespace edgecse::edge {

struct DataNotification {
  std::string reference;   // of the <subscription>
  std::string data_id;
  std::uint64_t sequence = 0;
  Json value;              // as value_of() makes it
};

/// nullopt: the notification brings no new value (a deletion, another child, no notification at all).
[[nodiscard]] std::optional<DataNotification> read_notification(const onem2m::Request& request);
/// The event that brings a new value of such data.
[[nodiscard]] onem2m::NotificationEventType new_value_event(DataKind kind);
/// A response to a NOTIFY.
[[nodiscard]] onem2m::Response answer_to(const onem2m::Request& request, onem2m::ResponseStatus status);

}  // namespace edgecse::edge
