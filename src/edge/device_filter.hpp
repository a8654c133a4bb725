// SPDX-License-Identifier: Apache-2.0
//
// Which devices a query wants: the attribute filter of MEC 009 (`(eq,name,meter);(cont,labels,water)`) and an area of the
// service's own form (`circle(52.52,13.40,500)`, `polygon(52.5,13.3,52.6,13.3,52.6,13.5)`; latitude, longitude, metres). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "edge/requester.hpp"

namespace edgecse::edge {

/// All expressions must hold; of a list one entry must. A value with a comma, parenthesis, semicolon or quote in it stands in
/// single quotes, its own doubled.
class AttributeFilter {
 public:
  /// known: attributes that may be named. The error is a sentence for whoever asked.
  [[nodiscard]] static base::Result<AttributeFilter, std::string> parse(std::string_view text,
                                                                        const std::vector<std::string>& known);
  [[nodiscard]] bool matches(const Json& document) const;

 private:
  struct Expression {
    std::string operation;
    std::vector<std::string> path;    // attribute, then members of it
    std::vector<std::string> values;
  };
  std::vector<Expression> expressions_;
};

/// Which attributes of each entry of a list are wanted: fields or exclude_fields of MEC 009 6.18, names with commas between.
class AttributeSelection {
 public:
  /// Those that every entry has stay whatever is asked. The error is a sentence for whoever asked.
  [[nodiscard]] static base::Result<AttributeSelection, std::string> parse(const std::optional<std::string>& fields,
                                                                           const std::optional<std::string>& excluded,
                                                                           const std::vector<std::string>& known,
                                                                           std::vector<std::string> mandatory);
  void apply(Json& document) const;

 private:
  enum class Kind { All, Named, Others } kind_ = Kind::All;
  std::vector<std::string> names_, mandatory_;
};

class Area {
 public:
  [[nodiscard]] static base::Result<Area, std::string> parse(std::string_view text);
  /// location: m2m:geoCoordinates. A circle takes in what has a position in it, a polygon what it meets.
  [[nodiscard]] bool contains(const Json& location) const;

 private:
  double latitude_ = 0, longitude_ = 0, radius_ = 0;  // of a circle
  std::string polygon_;                               // GeoJSON coordinates; empty: it is a circle
};

/// GeoJSON of m2m:geoCoordinates; null when it is damaged.
[[nodiscard]] Json to_geojson(const Json& location);

}  // namespace edgecse::edge
