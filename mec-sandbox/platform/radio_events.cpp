// SPDX-License-Identifier: Apache-2.0
// What users do in the radio network, as the subscribers of RadioNetwork are told it.
#include <cmath>

#include "platform/radio_network.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

constexpr int kPeriodicTrigger = 1;                            // of a measurement report, E-UTRA and NR
constexpr int kEstablished = 1, kModified = 2, kReleased = 3;  // s1Event

/// A reported value of TS 36.133 or TS 38.133 that falls from its highest as the cell is heard less.
int reported(const Terminal& user, const AccessPoint& cell, int highest) {
  return static_cast<int>(std::lround(highest * hearing(user.position, cell)));
}

json new_radio_quantities(const Terminal& user, const AccessPoint& cell) {
  return {
      {"rsrp", reported(user, cell, 127)}, {"rsrq", reported(user, cell, 127)}, {"sinr", reported(user, cell, 127)}};
}

json user_ids(const Terminal& user) { return json::array({associate_id(user.plan.address)}); }

}  // namespace

void RadioNetwork::moved(const Movement& movement) {
  if (!movement.changed_access_point()) return;
  const auto& user = *movement.terminal;
  const auto* source = cells_.find(movement.access_point_before);
  const auto* target = user.access_point ? cells_.find(user.access_point->name) : nullptr;
  const bool was_here = source && cells_.serves(*source), is_here = target && cells_.serves(*target);
  if (source && target && (was_here || is_here))
    tell({RadioEventType::CellChange,
          user.plan.address,
          {source->name, target->name},
          kHandoverCompleted,
          {{"associateId", user_ids(user)},
           {"srcEcgi", ecgi(source->name)},
           {"trgEcgi", json::array({ecgi(target->name)})},
           {"hoStatus", kHandoverCompleted}}});
  if (was_here && is_here) {
    if (bearer_quality(*source) != bearer_quality(*target)) tell_of_bearer(RadioEventType::RabModified, user, *target);
    tell_of_s1_bearer(kModified, user, *target);
  } else if (is_here) {
    tell_of_bearer(RadioEventType::RabEstablished, user, *target);
    tell_of_s1_bearer(kEstablished, user, *target);
  } else if (was_here) {
    tell_of_bearer(RadioEventType::RabReleased, user, *source);
    tell_of_s1_bearer(kReleased, user, *source);
    second_carrier_.erase(user.plan.address);
  }
}

void RadioNetwork::tell_of_bearer(RadioEventType type, const Terminal& user, const AccessPoint& cell) {
  json body{{"ecgi", ecgi(cell.name)}, {"associateId", user_ids(user)}};
  if (type == RadioEventType::RabReleased) {
    body["erabReleaseInfo"] = {{"erabId", kDefaultBearer}};
  } else {
    body["erabId"] = kDefaultBearer;
    body["erabQosParameters"] = bearer_quality(cell);
  }
  if (type == RadioEventType::RabEstablished) body["tempUeId"] = temporary_id(user.plan.address);
  tell({type, user.plan.address, {cell.name}, 0, std::move(body)});
}

void RadioNetwork::tell_of_s1_bearer(int event, const Terminal& user, const AccessPoint& cell) {
  tell({RadioEventType::S1Bearer,
        user.plan.address,
        {cell.name},
        event,
        {{"s1Event", event},
         {"s1UeInfo",
          {{"tempUeId", temporary_id(user.plan.address)},
           {"associateId", user_ids(user)},
           {"ecgi", json::array({ecgi(cell.name)})},
           {"s1BearerInfo", json::array({cells_.s1_bearer(user, cell)})}}}}});
}

void RadioNetwork::report_measurements() {
  for (const auto* user : cells_.users()) {
    if (user->access_point->type == "5g") {
      report_of_new_radio_cell(*user);
    } else {
      report_of_cell(*user);
    }
    tell_of_carriers(*user);
  }
}

void RadioNetwork::report_of_cell(const Terminal& user) {
  const auto& cell = *user.access_point;
  json body{{"ecgi", ecgi(cell.name)},
            {"associateId", user_ids(user)},
            {"rsrp", reported(user, cell, 97)},
            {"rsrq", reported(user, cell, 34)},
            {"trigger", kPeriodicTrigger}};
  for (const auto* other : cells_.neighbours(user))
    body["eutranNeighbourCellMeasInfo"].push_back(
        {{"ecgi", ecgi(other->name)}, {"rsrp", reported(user, *other, 97)}, {"rsrq", reported(user, *other, 34)}});
  tell({RadioEventType::MeasurementReport, user.plan.address, {cell.name}, kPeriodicTrigger, std::move(body)});
  tell({RadioEventType::TimingAdvance,
        user.plan.address,
        {cell.name},
        0,
        {{"ecgi", ecgi(cell.name)},
         {"associateId", user_ids(user)},
         {"timingAdvance", timing_advance(user.position, cell)}}});
}

void RadioNetwork::report_of_new_radio_cell(const Terminal& user) {
  const auto& cell = *user.access_point;
  const json serving{{"nrcgi", nrcgi(cell.name)},
                     {"sCell", {{"measQuantityResultsSsbCell", new_radio_quantities(user, cell)}}}};
  json body{
      {"associateId", user_ids(user)}, {"triggerNr", kPeriodicTrigger}, {"servCellMeasInfo", json::array({serving})}};
  for (const auto* other : cells_.neighbours(user))
    body["nrNeighCellMeasInfo"].push_back(
        {{"nrcgi", nrcgi(other->name)}, {"measQuantityResultsSsbCell", new_radio_quantities(user, *other)}});
  tell({RadioEventType::NewRadioMeasurementReport, user.plan.address, {cell.name}, kPeriodicTrigger, std::move(body)});
}

/// A user of LTE gets the nearest other cell of this host that it hears as a second carrier.
void RadioNetwork::tell_of_carriers(const Terminal& user) {
  std::string now;
  if (user.access_point->type == "4g") {
    const auto others = cells_.neighbours(user);
    const auto found =
        std::find_if(others.begin(), others.end(), [&](const AccessPoint* one) { return cells_.serves(*one); });
    if (found != others.end()) now = (*found)->name;
  }
  auto& before = second_carrier_[user.plan.address];
  if (before == now) return;
  json body{{"ecgi", ecgi(user.access_point->name)}, {"associateId", user_ids(user)}};
  if (!now.empty()) body["secondaryCellAdd"].push_back({{"ecgi", ecgi(now)}});
  if (!before.empty()) body["secondaryCellRemove"].push_back({{"ecgi", ecgi(before)}});
  before = now;
  tell({RadioEventType::CarrierAggregation, user.plan.address, {user.access_point->name}, 0, std::move(body)});
}

}  // namespace edgecse::sandbox
