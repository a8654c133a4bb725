// SPDX-License-Identifier: Apache-2.0
//
// Coordinates of m2m:geoCoordinates: a GeoJSON coordinate array (RFC 7946 clause 3.1) that fits a geometry type.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace edgecse::onem2m {

/// m2m:geometryType.
enum class GeometryType : int { Point = 1, LineString = 2, Polygon = 3, MultiPoint = 4, MultiLineString = 5, MultiPolygon = 6 };

/// Two or three numbers per position, two positions or more per line, closed rings of four or more per polygon.
[[nodiscard]] bool fits_geometry(GeometryType type, const nlohmann::json& coordinates);

/// Coordinates of a GeoJSON geometry of that type, `{"type": "Polygon", "coordinates": [...]}` or the same as text. nullopt: it
/// is none, or does not fit.
[[nodiscard]] std::optional<nlohmann::json> read_geojson(const nlohmann::json& value, GeometryType type);

/// Whether a point lies in a polygon, both as coordinates that fit; holes are outside, edges are either.
[[nodiscard]] bool lies_within(const nlohmann::json& point, const nlohmann::json& polygon);

}  // namespace edgecse::onem2m
