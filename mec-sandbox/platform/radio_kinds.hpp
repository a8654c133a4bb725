// SPDX-License-Identifier: Apache-2.0
//
// The nine kinds of MEC 012 subscriptions (2.2.1, clause 6.3): what their bodies look like and which events they cover.
// Values only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/shape.hpp"

namespace edgecse::sandbox {

constexpr int kHandoverCompleted = 3;  // hoStatus

enum class RadioEventType {
  CellChange,
  RabEstablished,
  RabModified,
  RabReleased,
  MeasurementReport,
  NewRadioMeasurementReport,
  TimingAdvance,
  CarrierAggregation,
  S1Bearer
};

struct RadioKind {
  RadioEventType event;
  std::string name;      // + "Subscription" and "Notification": the types in the messages
  std::string filter;    // value of the query subscription_type
  std::string criteria;  // the member that holds the filter criteria
  std::string codes;     // the member that lists the wanted codes of the event; empty: it has none
  Shape shape;
};

[[nodiscard]] const std::vector<RadioKind>& radio_kinds();
[[nodiscard]] const RadioKind& radio_kind(RadioEventType event);
/// By subscriptionType; the body must have the shape.
[[nodiscard]] const RadioKind& radio_kind(const nlohmann::json& subscription);
/// One of them, told apart by subscriptionType.
[[nodiscard]] Shape radio_subscription_shape();

struct RadioEvent {
  RadioEventType type;
  std::string user;                // its IPv4 address
  std::vector<std::string> cells;  // that it touches
  int code = 0;                    // hoStatus, trigger, triggerNr or s1Event
  nlohmann::json body;             // of the notification, without type, time and links
};

/// Whether the subscription, which has the shape, covers the event.
[[nodiscard]] bool covers(const nlohmann::json& subscription, const RadioEvent& event);

}  // namespace edgecse::sandbox
