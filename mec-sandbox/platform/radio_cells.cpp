// SPDX-License-Identifier: Apache-2.0
#include "platform/radio_cells.hpp"

#include <cmath>

#include "scenario/geography.hpp"

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

constexpr double kMetresOfAStep = 78.12;
constexpr const char* kGateway = "10.201.0.1";

bool is_new_radio(const AccessPoint& point) { return point.type == "5g"; }

bool is_cell(const AccessPoint& point) { return point.type == "4g" || is_new_radio(point); }

std::int64_t bits_down(const AccessPoint& cell) { return is_new_radio(cell) ? 1'000'000'000 : 100'000'000; }

std::string tunnel_id(std::size_t number) { return fmt::format("{:08x}", number); }

std::int64_t percent(std::size_t users, std::size_t of_each) {
  return static_cast<std::int64_t>(std::min<std::size_t>(100, users * of_each));
}

}  // namespace

json plmn() { return {{"mcc", "001"}, {"mnc", "01"}}; }

json ecgi(const std::string& cell) { return {{"plmn", plmn()}, {"cellId", cell}}; }

json nrcgi(const std::string& cell) { return {{"plmn", plmn()}, {"nrCellId", cell}}; }

json associate_id(const std::string& ipv4_address) { return {{"type", 1}, {"value", ipv4_address}}; }

json temporary_id(const std::string& ipv4_address) {
  std::uint32_t number = 0, part = 0;
  for (const char c : ipv4_address + ".") {
    if (c == '.') {
      number = (number << 8U) | (part & 0xffU);
      part = 0;
    } else {
      part = part * 10 + static_cast<std::uint32_t>(c - '0');
    }
  }
  return {{"mmec", "01"}, {"mtmsi", fmt::format("{:08x}", number)}};
}

json bearer_quality(const AccessPoint& cell) {
  const auto down = bits_down(cell);
  return {{"qci", kBestEffort},
          {"qosInformation", {{"erabMbrDl", down}, {"erabMbrUl", down / 2}, {"erabGbrDl", 0}, {"erabGbrUl", 0}}}};
}

double hearing(const Position& place, const AccessPoint& cell) {
  const double part = cell.radius_m > 0 ? std::min(1.0, distance_m(place, cell.position) / cell.radius_m) : 0.0;
  return 1.0 - 0.7 * part;
}

int timing_advance(const Position& place, const AccessPoint& cell) {
  return static_cast<int>(std::lround(distance_m(place, cell.position) / kMetresOfAStep));
}

json load_figures(std::size_t users) {
  const auto down = percent(users, 8), up = percent(users, 5);
  return {{"dl_gbr_prb_usage_cell", 0},
          {"ul_gbr_prb_usage_cell", 0},
          {"dl_nongbr_prb_usage_cell", down},
          {"ul_nongbr_prb_usage_cell", up},
          {"dl_total_prb_usage_cell", down},
          {"ul_total_prb_usage_cell", up},
          {"received_dedicated_preambles_cell", 0},
          {"received_randomly_selected_preambles_low_range_cell", percent(users, 2)},
          {"received_randomly_selected_preambles_high_range_cell", 0},
          {"number_of_active_ue_dl_gbr_cell", 0},
          {"number_of_active_ue_ul_gbr_cell", 0},
          {"number_of_active_ue_dl_nongbr_cell", users},
          {"number_of_active_ue_ul_nongbr_cell", users},
          {"dl_gbr_pdr_cell", 0},
          {"ul_gbr_pdr_cell", 0},
          {"dl_nongbr_pdr_cell", down / 50},
          {"ul_nongbr_pdr_cell", up / 50}};
}

json traffic_figures(std::size_t users, double kbits_alone) {
  const auto load = percent(users, 8);
  const auto down = std::llround(kbits_alone / static_cast<double>(std::max<std::size_t>(1, users)));
  json figures;
  for (const std::string way : {"dl", "ul"}) {
    for (const auto* figure : {"delay", "pdr", "throughput", "data_volume"})
      figures[fmt::format("{}_gbr_{}_ue", way, figure)] = 0;
    const auto part = way == "dl" ? down : down / 2;
    figures[way + "_nongbr_delay_ue"] = 10 + load / 5;
    figures[way + "_nongbr_pdr_ue"] = load / 50;
    figures[way + "_nongbr_throughput_ue"] = part;
    figures[way + "_nongbr_data_volume_ue"] = part;
  }
  return figures;
}

const AccessPoint* RadioCells::find(const std::string& name) const {
  for (const auto& point : scenario_.access_points)
    if (point.name == name) return is_cell(point) ? &point : nullptr;
  return nullptr;
}

bool RadioCells::serves(const AccessPoint& cell) const {
  return std::find(host_.zones.begin(), host_.zones.end(), cell.zone) != host_.zones.end();
}

std::vector<const AccessPoint*> RadioCells::all() const {
  std::vector<const AccessPoint*> result;
  for (const auto& point : scenario_.access_points)
    if (is_cell(point) && serves(point)) result.push_back(&point);
  return result;
}

std::vector<const Terminal*> RadioCells::users() const {
  std::vector<const Terminal*> result;
  for (const auto& terminal : terminals_.all()) {
    const auto* point = terminal.access_point;
    if (point && is_cell(*point) && serves(*point)) result.push_back(&terminal);
  }
  return result;
}

std::size_t RadioCells::users_in(const AccessPoint& cell) const {
  const auto& all = terminals_.all();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [&](const Terminal& one) { return one.access_point == &cell; }));
}

std::vector<const AccessPoint*> RadioCells::neighbours(const Terminal& user) const {
  std::vector<std::pair<double, const AccessPoint*>> heard;
  for (const auto& point : scenario_.access_points) {
    if (&point == user.access_point || point.type != user.access_point->type) continue;
    const double distance = distance_m(user.position, point.position);
    if (distance <= point.radius_m) heard.emplace_back(distance, &point);
  }
  std::sort(heard.begin(), heard.end());
  std::vector<const AccessPoint*> result;
  for (const auto& [distance, point] : heard) result.push_back(point);
  return result;
}

json RadioCells::s1_bearer(const Terminal& user, const AccessPoint& cell) const {
  const auto cell_number = static_cast<std::size_t>(&cell - scenario_.access_points.data()) + 1;
  const auto user_number = static_cast<std::size_t>(&user - terminals_.all().data()) + 1;
  return {{"erabId", kDefaultBearer},
          {"enbInfo",
           {{"ipAddress", fmt::format("10.200.{}.{}", cell_number / 256, cell_number % 256)},
            {"tunnelId", tunnel_id((cell_number << 16U) + user_number)}}},
          {"sGwInfo", {{"ipAddress", kGateway}, {"tunnelId", tunnel_id(0x01000000U + user_number)}}}};
}

json RadioCells::traffic_of(const Terminal& user) const {
  const auto& cell = *user.access_point;
  // A hundredth of what the cell can do is what a device of the scenario asks for.
  const double alone = static_cast<double>(bits_down(cell)) / 1000 / 100 * hearing(user.position, cell);
  return traffic_figures(users_in(cell), alone);
}

}  // namespace edgecse::sandbox
