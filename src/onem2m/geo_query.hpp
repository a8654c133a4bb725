// SPDX-License-Identifier: Apache-2.0
//
// The geo-query condition (gmty, geom, gsf): how two geometries lie to each other, in the plane of longitude and latitude.
// TS-0001 8.1.2 of Release 4; release4 10.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace edgecse::onem2m {

/// m2m:geoSpatialFunctionType.
enum class GeoSpatialFunction : int { Within = 1, Contains = 2, Intersects = 3 };

inline constexpr std::size_t kMostPositions = 1000;  // of a geometry that is compared: the work grows with the product

/// Whether the text is the coordinate array of such a geometry, of kMostPositions at most.
[[nodiscard]] bool is_geometry_text(int geometry_type, std::string_view text);

/// Whether the query's geometry lies within, contains or intersects that of a location (m2m:geoCoordinates). False when either
/// is damaged or too large.
[[nodiscard]] bool matches_location(GeoSpatialFunction function, int geometry_type, std::string_view query,
                                    const nlohmann::json& location);

}  // namespace edgecse::onem2m
