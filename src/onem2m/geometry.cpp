// SPDX-License-Identifier: Apache-2.0
#include "onem2m/geometry.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "onem2m/json_codec.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

/// A list of at least `least` items that all fit.
template <typename Fits>
bool is_list_of(const json& value, std::size_t least, const Fits& fits) {
  return value.is_array() && value.size() >= least && std::all_of(value.begin(), value.end(), fits);
}

bool is_position(const json& value) {
  return is_list_of(value, 2, [](const json& number) { return number.is_number(); }) && value.size() <= 3;
}

bool is_line(const json& value) { return is_list_of(value, 2, is_position); }

bool is_ring(const json& value) { return is_list_of(value, 4, is_position) && value.front() == value.back(); }

bool is_polygon(const json& value) { return is_list_of(value, 1, is_ring); }

/// Also an outer ring that is not wrapped in a list of rings: so other CSEs write polygons without holes.
bool is_polygon_or_ring(const json& value) { return is_polygon(value) || is_ring(value); }

constexpr std::array kGeoJsonNames{"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"};

/// Even-odd rule: how many edges a ray to the east crosses.
bool is_in_ring(double x, double y, const json& ring) {
  bool inside = false;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    const double x1 = ring[i][0].get<double>(), y1 = ring[i][1].get<double>();
    const double x2 = ring[i + 1][0].get<double>(), y2 = ring[i + 1][1].get<double>();
    if ((y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}

}  // namespace

bool fits_geometry(GeometryType type, const json& coordinates) {
  switch (type) {
    case GeometryType::Point: return is_position(coordinates);
    case GeometryType::LineString: return is_line(coordinates);
    case GeometryType::Polygon: return is_polygon_or_ring(coordinates);
    case GeometryType::MultiPoint: return is_list_of(coordinates, 1, is_position);
    case GeometryType::MultiLineString: return is_list_of(coordinates, 1, is_line);
    case GeometryType::MultiPolygon: return is_list_of(coordinates, 1, is_polygon_or_ring);
  }
  return false;
}

std::optional<json> read_geojson(const json& value, GeometryType type) {
  if (value.is_string()) {
    const auto parsed = parse_json(value.get_ref<const std::string&>(), {.maximum_depth = 8, .maximum_values = 20'000});
    return parsed && parsed->is_object() ? read_geojson(*parsed, type) : std::nullopt;
  }
  if (!value.is_object()) return std::nullopt;
  const auto name = value.find("type");
  const auto coordinates = value.find("coordinates");
  if (name == value.end() || coordinates == value.end() || *name != kGeoJsonNames[static_cast<std::size_t>(type)])
    return std::nullopt;
  if (!fits_geometry(type, *coordinates)) return std::nullopt;
  return type == GeometryType::Polygon && is_ring(*coordinates) ? json::array({*coordinates}) : *coordinates;
}

bool lies_within(const json& point, const json& polygon) {
  const double x = point[0].get<double>(), y = point[1].get<double>();
  if (!is_in_ring(x, y, polygon.front())) return false;
  return std::none_of(polygon.begin() + 1, polygon.end(), [&](const json& hole) { return is_in_ring(x, y, hole); });
}

}  // namespace edgecse::onem2m
