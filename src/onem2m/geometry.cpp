// SPDX-License-Identifier: Apache-2.0
#include "onem2m/geometry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

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

}  // namespace

bool fits_geometry(GeometryType type, const json& coordinates) {
  switch (type) {
    case GeometryType::Point: return is_position(coordinates);
    case GeometryType::LineString: return is_line(coordinates);
    case GeometryType::Polygon: return is_polygon(coordinates);
    case GeometryType::MultiPoint: return is_list_of(coordinates, 1, is_position);
    case GeometryType::MultiLineString: return is_list_of(coordinates, 1, is_line);
    case GeometryType::MultiPolygon: return is_list_of(coordinates, 1, is_polygon);
  }
  return false;
}

}  // namespace edgecse::onem2m
