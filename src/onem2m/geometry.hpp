// SPDX-License-Identifier: Apache-2.0
//
// Coordinates of m2m:geoCoordinates: a GeoJSON coordinate array (RFC 7946 clause 3.1) that fits a geometry type.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace edgecse::onem2m {

/// m2m:geometryType.
enum class GeometryType : int { Point = 1, LineString = 2, Polygon = 3, MultiPoint = 4, MultiLineString = 5, MultiPolygon = 6 };

/// Two or three numbers per position, two positions or more per line, closed rings of four or more per polygon.
[[nodiscard]] bool fits_geometry(GeometryType type, const nlohmann::json& coordinates);

}  // namespace edgecse::onem2m
