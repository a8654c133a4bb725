// SPDX-License-Identifier: Apache-2.0
#include "onem2m/geo_query.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "onem2m/geometry.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

struct Position {
  double x, y;
  bool operator==(const Position&) const = default;
};
using Line = std::vector<Position>;
using Polygon = std::vector<Line>;  // closed rings: the outer one, holes

struct Segment {
  Position from, to;
};

// Parts of one kind: points, lines or areas.
struct Geometry {
  std::vector<Position> points;
  std::vector<Line> lines;
  std::vector<Polygon> areas;
};

Position to_position(const json& pair) { return {pair[0].get<double>(), pair[1].get<double>()}; }

Line to_line(const json& list) {
  Line line;
  for (const json& pair : list) line.push_back(to_position(pair));
  return line;
}

Polygon to_polygon(const json& list) {
  if (list[0][0].is_number()) return {to_line(list)};  // an outer ring alone
  Polygon polygon;
  for (const json& ring : list) polygon.push_back(to_line(ring));
  return polygon;
}

std::size_t count_positions(const json& coordinates) {
  if (!coordinates.is_array()) return 0;
  if (!coordinates.empty() && coordinates[0].is_number()) return 1;
  std::size_t sum = 0;
  for (const json& inner : coordinates) sum += count_positions(inner);
  return sum;
}

std::optional<Geometry> read_geometry(int type, std::string_view text) {
  if (type < 1 || type > 6) return std::nullopt;
  const auto parsed = parse_json(text);
  if (!parsed || !fits_geometry(static_cast<GeometryType>(type), *parsed) || count_positions(*parsed) > kMostPositions)
    return std::nullopt;
  Geometry made;
  switch (static_cast<GeometryType>(type)) {
    case GeometryType::Point: made.points.push_back(to_position(*parsed)); break;
    case GeometryType::MultiPoint: made.points = to_line(*parsed); break;
    case GeometryType::LineString: made.lines.push_back(to_line(*parsed)); break;
    case GeometryType::MultiLineString: made.lines = to_polygon(*parsed); break;
    case GeometryType::Polygon: made.areas.push_back(to_polygon(*parsed)); break;
    case GeometryType::MultiPolygon:
      for (const json& area : *parsed) made.areas.push_back(to_polygon(area));
      break;
  }
  return made;
}

template <class Visit>
void for_each_segment(const Geometry& geometry, Visit&& visit) {
  const auto of_line = [&](const Line& line) {
    for (std::size_t i = 1; i < line.size(); ++i) visit(Segment{line[i - 1], line[i]});
  };
  for (const Line& line : geometry.lines) of_line(line);
  for (const Polygon& area : geometry.areas)
    for (const Line& ring : area) of_line(ring);
}

std::vector<Segment> segments_of(const Geometry& geometry) {
  std::vector<Segment> list;
  for_each_segment(geometry, [&](const Segment& segment) { list.push_back(segment); });
  return list;
}

double cross(const Position& a, const Position& b, const Position& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool is_between(double value, double a, double b) { return std::min(a, b) <= value && value <= std::max(a, b); }

bool lies_on(const Position& p, const Segment& s) {
  return cross(s.from, s.to, p) == 0 && is_between(p.x, s.from.x, s.to.x) && is_between(p.y, s.from.y, s.to.y);
}

bool cross_or_touch(const Segment& a, const Segment& b) {
  const auto sign = [](double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; };
  const int a1 = sign(cross(a.from, a.to, b.from)), a2 = sign(cross(a.from, a.to, b.to));
  const int b1 = sign(cross(b.from, b.to, a.from)), b2 = sign(cross(b.from, b.to, a.to));
  if (a1 * a2 < 0 && b1 * b2 < 0) return true;
  return lies_on(b.from, a) || lies_on(b.to, a) || lies_on(a.from, b) || lies_on(a.to, b);
}

enum class Place { Outside, Border, Inside };

Place place_in(const Position& p, const Polygon& area) {
  bool inside = false;
  for (const Line& ring : area) {
    for (std::size_t i = 1; i < ring.size(); ++i) {
      const Position &a = ring[i - 1], &b = ring[i];
      if (lies_on(p, {a, b})) return Place::Border;
      if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) inside = !inside;
    }
  }
  return inside ? Place::Inside : Place::Outside;
}

// Of lines and points: Border stands for "on it".
Place place_in(const Position& p, const Geometry& geometry) {
  Place best = Place::Outside;
  for (const Polygon& area : geometry.areas) best = std::max(best, place_in(p, area));
  if (best != Place::Outside || !geometry.areas.empty()) return best;
  if (std::ranges::find(geometry.points, p) != geometry.points.end()) return Place::Border;
  for_each_segment(geometry, [&](const Segment& segment) { best = lies_on(p, segment) ? Place::Border : best; });
  return best;
}

std::vector<Position> positions_of(const Geometry& geometry) {
  std::vector<Position> list = geometry.points;
  for_each_segment(geometry, [&](const Segment& segment) { list.push_back(segment.from), list.push_back(segment.to); });
  return list;
}

bool intersects(const Geometry& a, const Geometry& b) {
  const auto touches = [](const Geometry& one, const Geometry& other) {
    return std::ranges::any_of(positions_of(one), [&](const Position& p) { return place_in(p, other) != Place::Outside; });
  };
  if (touches(a, b) || touches(b, a)) return true;
  const auto others = segments_of(b);
  return std::ranges::any_of(segments_of(a), [&](const Segment& s) {
    return std::ranges::any_of(others, [&](const Segment& other) { return cross_or_touch(s, other); });
  });
}

// Where the segment meets others, as parts of its length; 0 and 1 included.
std::vector<double> cuts_of(const Segment& s, const std::vector<Segment>& others) {
  std::vector<double> cuts{0, 1};
  const Position along{s.to.x - s.from.x, s.to.y - s.from.y};
  const double length = along.x * along.x + along.y * along.y;
  if (length == 0) return cuts;
  const auto add = [&](double part) {
    if (part > 0 && part < 1) cuts.push_back(part);
  };
  for (const Segment& other : others) {
    const Position across{other.to.x - other.from.x, other.to.y - other.from.y};
    const double area = along.x * across.y - along.y * across.x;
    if (area != 0) {
      add(((other.from.x - s.from.x) * across.y - (other.from.y - s.from.y) * across.x) / area);
    } else {
      for (const Position& end : {other.from, other.to})
        add(((end.x - s.from.x) * along.x + (end.y - s.from.y) * along.y) / length);
    }
  }
  std::ranges::sort(cuts);
  return cuts;
}

// A computed position on a line misses it by rounding.
bool is_near_any(const Position& p, const std::vector<Segment>& segments) {
  constexpr double kTolerance = 1e-9;
  return std::ranges::any_of(segments, [&](const Segment& s) {
    const double reach = std::abs(s.to.x - s.from.x) + std::abs(s.to.y - s.from.y);
    const auto near_between = [](double value, double a, double b) {
      return is_between(value, std::min(a, b) - kTolerance, std::max(a, b) + kTolerance);
    };
    return std::abs(cross(s.from, s.to, p)) <= kTolerance * reach && near_between(p.x, s.from.x, s.to.x) &&
           near_between(p.y, s.from.y, s.to.y);
  });
}

// Lines and points cover no areas, and a segment only where one of theirs covers all of it.
bool lines_contain(const Geometry& a, const Geometry& b) {
  if (!b.areas.empty()) return false;
  if (!std::ranges::all_of(b.points, [&](const Position& p) { return place_in(p, a) != Place::Outside; })) return false;
  const auto own = segments_of(a);
  return std::ranges::all_of(segments_of(b), [&](const Segment& s) {
    return std::ranges::any_of(own, [&](const Segment& segment) { return lies_on(s.from, segment) && lies_on(s.to, segment); });
  });
}

// Nothing of b is outside a, and something of it is not on the border only.
bool contains(const Geometry& a, const Geometry& b) {
  if (a.areas.empty()) return lines_contain(a, b);
  bool inside = !b.areas.empty();
  const auto covered = [&](const Position& p) {
    const Place place = place_in(p, a);
    inside = inside || place == Place::Inside;
    return place != Place::Outside;
  };
  if (!std::ranges::all_of(positions_of(b), covered)) return false;
  const auto borders = segments_of(a);
  for (const Segment& s : segments_of(b)) {
    const auto cuts = cuts_of(s, borders);
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const double part = (cuts[i - 1] + cuts[i]) / 2;
      const Position middle{s.from.x + part * (s.to.x - s.from.x), s.from.y + part * (s.to.y - s.from.y)};
      if (!covered(middle) && !is_near_any(middle, borders)) return false;
    }
  }
  // A hole of a, or a gap between its areas, inside of b.
  return inside && std::ranges::none_of(positions_of(a), [&](const Position& p) { return place_in(p, b) == Place::Inside; });
}

}  // namespace

bool is_geometry_text(int geometry_type, std::string_view text) { return read_geometry(geometry_type, text).has_value(); }

bool matches_location(GeoSpatialFunction function, int geometry_type, std::string_view query, const json& location) {
  const auto type = location.find("typ"), coordinates = location.find("crd");
  if (type == location.end() || !type->is_number_integer() || coordinates == location.end() || !coordinates->is_string())
    return false;
  const auto asked = read_geometry(geometry_type, query);
  const auto there = read_geometry(type->get<int>(), coordinates->get_ref<const std::string&>());
  if (!asked || !there) return false;
  switch (function) {
    case GeoSpatialFunction::Within: return contains(*there, *asked);
    case GeoSpatialFunction::Contains: return contains(*asked, *there);
    case GeoSpatialFunction::Intersects: return intersects(*asked, *there);
  }
  return false;
}

}  // namespace edgecse::onem2m
