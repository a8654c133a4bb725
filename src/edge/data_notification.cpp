// SPDX-License-Identifier: Apache-2.0
#include "edge/data_notification.hpp"

namespace edgecse::edge {

namespace {

bool is_true(const Json& object, const char* member) { return object.contains(member) && object[member] == true; }

}  // namespace

std::optional<DataNotification> read_notification(const onem2m::Request& request) {
  const Json none;
  const Json& notification = request.content.is_object() && request.content.contains("m2m:sgn") ? request.content["m2m:sgn"] : none;
  if (!notification.is_object() || is_true(notification, "sud")) return std::nullopt;
  if (!notification.contains("nev") || !notification["nev"].is_object() || !notification["nev"].contains("rep")) return std::nullopt;
  const Json& representation = notification["nev"]["rep"];
  if (!representation.is_object() || representation.size() != 1) return std::nullopt;
  const std::string& member = representation.begin().key();
  const Json& instance = representation.begin().value();
  const bool has_instances = member == "m2m:cin" || member == "m2m:tsi";
  // Other children of a container are no values.
  if (!instance.is_object() || (!has_instances && !(instance.contains("ty") && instance["ty"] == onem2m::type::kFlexContainer))) return std::nullopt;
  const DataKind kind = has_instances ? DataKind::Container : DataKind::FlexContainer;
  return DataNotification{text_of(notification, "sur"), text_of(instance, has_instances ? "pi" : "ri"), sequence_of(kind, instance),
                          value_of(kind, instance)};
}

onem2m::NotificationEventType new_value_event(DataKind kind) {
  return kind == DataKind::FlexContainer ? onem2m::NotificationEventType::UpdateOfResource
                                         : onem2m::NotificationEventType::CreateOfDirectChild;
}

onem2m::Response answer_to(const onem2m::Request& request, onem2m::ResponseStatus status) {
  onem2m::Response response;
  response.status = status;
  response.request_identifier = request.request_identifier;
  response.release_version = request.release_version;
  return response;
}

}  // namespace edgecse::edge
