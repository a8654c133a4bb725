// SPDX-License-Identifier: Apache-2.0
#include "scenario/terminals.hpp"

namespace edgecse::sandbox {

bool Movement::changed_access_point() const {
  return access_point_before != (terminal->access_point ? terminal->access_point->name : "");
}

Terminals::Terminals(const Scenario& scenario) : scenario_(scenario) {
  for (const auto& host : scenario.hosts)
    for (const auto& zone : host.zones) host_of_zone_[zone] = host.name;
  for (const auto& plan : scenario.terminals) {
    Terminal terminal;
    terminal.plan = plan;
    terminal.position = plan.path.front();
    terminals_.push_back(std::move(terminal));
    routes_.emplace_back(plan.path, plan.at_end);
  }
}

std::vector<Movement> Terminals::step() {
  std::vector<Movement> movements;
  for (std::size_t i = 0; i < terminals_.size(); ++i) {
    auto& terminal = terminals_[i];
    if (terminal.held) continue;
    if (seconds_ > 0) terminal.travelled_m += terminal.plan.speed_mps;
    terminal.position = routes_[i].at(terminal.travelled_m);
    const auto movement = attach(terminal, select(terminal));
    if (movement.changed_access_point()) movements.push_back(movement);
  }
  ++seconds_;
  return movements;
}

std::optional<Movement> Terminals::place(const std::string& address, const std::string& access_point_or_zone) {
  for (auto& terminal : terminals_) {
    if (terminal.plan.address != address) continue;
    for (const auto& point : scenario_.access_points) {
      if (point.name != access_point_or_zone && point.zone != access_point_or_zone) continue;
      terminal.held = true;
      terminal.position = point.position;
      return attach(terminal, &point);
    }
  }
  return std::nullopt;
}

bool Terminals::release(const std::string& address) {
  for (auto& terminal : terminals_) {
    if (terminal.plan.address != address) continue;
    terminal.held = false;
    return true;
  }
  return false;
}

const Terminal* Terminals::find(const std::string& address) const {
  for (const auto& terminal : terminals_)
    if (terminal.plan.address == address) return &terminal;
  return nullptr;
}

const AccessPoint* Terminals::select(const Terminal& terminal) const {
  const auto& radios = terminal.plan.radios;
  const auto rank = [&](const AccessPoint& point) {
    return std::find(radios.begin(), radios.end(), point.type) - radios.begin();
  };
  const AccessPoint* best = nullptr;
  double best_distance = 0;
  bool still_heard = false;
  for (const auto& point : scenario_.access_points) {
    if (rank(point) == std::ssize(radios)) continue;
    const double distance = distance_m(terminal.position, point.position);
    if (distance > point.radius_m) continue;
    if (&point == terminal.access_point) still_heard = true;
    if (!best || rank(point) < rank(*best) || (rank(point) == rank(*best) && distance < best_distance)) {
      best = &point;
      best_distance = distance;
    }
  }
  if (still_heard && rank(*terminal.access_point) <= rank(*best)) return terminal.access_point;
  return best;
}

Movement Terminals::attach(Terminal& terminal, const AccessPoint* point) {
  Movement movement{&terminal, terminal.access_point ? terminal.access_point->name : "", terminal.zone(),
                    terminal.host};
  terminal.access_point = point;
  if (point) {
    if (const auto host = host_of_zone_.find(point->zone); host != host_of_zone_.end()) terminal.host = host->second;
  }
  return movement;
}

}  // namespace edgecse::sandbox
