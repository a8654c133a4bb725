// SPDX-License-Identifier: Apache-2.0
#include "edge/device_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

#include "base/guarded_json.hpp"
#include "onem2m/geo_query.hpp"
#include "onem2m/geometry.hpp"

namespace edgecse::edge {
namespace {

constexpr std::size_t kMostExpressions = 32;
constexpr double kEarthRadius = 6'371'000;  // metres

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

/// The same, but not inside single quotes, which stay.
std::vector<std::string> split_outside_quotes(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    quoted ^= c == '\'';
    if (c == at && !quoted) parts.emplace_back();
    else parts.back() += c;
  }
  return parts;
}

/// What stands in the quotes; nullopt when they do not match.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.find('\'') == std::string_view::npos) return std::string{text};
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && (++i == text.size() || text[i] != '\'')) return std::nullopt;
    plain += text[i];
  }
  return plain;
}

std::optional<double> to_double(std::string_view text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_structured() ? std::string{} : base::print_json(value);
}

/// Below, at or above: as numbers when both are, else as texts.
int compare(const std::string& left, const std::string& right) {
  const auto a = to_double(left), b = to_double(right);
  if (a && b) return *a < *b ? -1 : *a > *b ? 1 : 0;
  return left < right ? -1 : left > right ? 1 : 0;
}

bool holds(const std::string& operation, const std::string& value, const std::vector<std::string>& given) {
  const auto any = [&](auto&& test) { return std::any_of(given.begin(), given.end(), test); };
  const auto equal = [&](const std::string& wanted) { return compare(value, wanted) == 0; };
  const auto part = [&](const std::string& wanted) { return value.find(wanted) != std::string::npos; };
  if (operation == "eq" || operation == "in") return any(equal);
  if (operation == "neq" || operation == "nin") return !any(equal);
  if (operation == "cont") return any(part);
  if (operation == "ncont") return !any(part);
  const int order = compare(value, given.front());
  if (operation == "gt") return order > 0;
  if (operation == "gte") return order >= 0;
  return operation == "lt" ? order < 0 : order <= 0;
}

bool is_negative(const std::string& operation) { return operation == "neq" || operation == "nin" || operation == "ncont"; }

double distance(double latitude_1, double longitude_1, double latitude_2, double longitude_2) {
  const auto radians = [](double degrees) { return degrees * std::numbers::pi / 180; };
  const double across = std::sin(radians(latitude_2 - latitude_1) / 2), along = std::sin(radians(longitude_2 - longitude_1) / 2);
  const double chord = across * across + std::cos(radians(latitude_1)) * std::cos(radians(latitude_2)) * along * along;
  return 2 * kEarthRadius * std::asin(std::min(1.0, std::sqrt(chord)));
}

/// Whether a position somewhere in the nested coordinates passes.
template <typename Test>
bool any_position(const Json& coordinates, const Test& test, int depth = 0) {
  if (!coordinates.is_array() || coordinates.empty() || depth > 4) return false;
  if (coordinates.size() >= 2 && coordinates[0].is_number() && coordinates[1].is_number())
    return test(coordinates[1].get<double>(), coordinates[0].get<double>());
  return std::any_of(coordinates.begin(), coordinates.end(), [&](const Json& inner) { return any_position(inner, test, depth + 1); });
}

}  // namespace

base::Result<AttributeFilter, std::string> AttributeFilter::parse(std::string_view text, const std::vector<std::string>& known) {
  static const std::vector<std::string> operations = {"eq", "neq", "in", "nin", "gt", "gte", "lt", "lte", "cont", "ncont"};
  const auto wrong = [](const std::string& part, std::string_view why) {
    return tl::unexpected(fmt::format("filter: '{}' {}", part, why));
  };
  AttributeFilter filter;
  for (const auto& part : split_outside_quotes(text, ';')) {
    if (part.size() < 2 || part.front() != '(' || part.back() != ')') return wrong(part, "is no (operator,attribute,value)");
    const auto fields = split_outside_quotes(std::string_view{part}.substr(1, part.size() - 2), ',');
    if (fields.size() < 3) return wrong(part, "is no (operator,attribute,value)");
    Expression expression{fields[0], split(fields[1], '/'), {}};
    for (std::size_t i = 2; i < fields.size(); ++i) {
      auto value = unquoted(fields[i]);
      if (!value) return wrong(fields[i], "has a single quote that is not doubled, or not in quotes");
      expression.values.push_back(std::move(*value));
    }
    if (std::find(operations.begin(), operations.end(), expression.operation) == operations.end())
      return wrong(expression.operation, "is no operator; there are eq neq in nin gt gte lt lte cont ncont");
    if (std::find(known.begin(), known.end(), expression.path.front()) == known.end())
      return wrong(expression.path.front(), "is no attribute");
    const bool takes_many = expression.operation.ends_with("in") || expression.operation.ends_with("cont");
    if (!takes_many && expression.values.size() > 1) return wrong(part, "has more than one value");
    filter.expressions_.push_back(std::move(expression));
    if (filter.expressions_.size() > kMostExpressions) return wrong(part, "is one expression too many");
  }
  return filter;
}

bool AttributeFilter::matches(const Json& document) const {
  return std::all_of(expressions_.begin(), expressions_.end(), [&](const Expression& expression) {
    const Json* value = &document;
    for (const auto& member : expression.path) {
      const auto found = value->is_object() ? value->find(member) : value->end();
      if (!value->is_object() || found == value->end()) return is_negative(expression.operation);
      value = &*found;
    }
    const auto one = [&](const Json& entry) { return holds(expression.operation, as_text(entry), expression.values); };
    if (!value->is_array()) return one(*value);
    return is_negative(expression.operation) ? std::all_of(value->begin(), value->end(), one)
                                             : std::any_of(value->begin(), value->end(), one);
  });
}

base::Result<AttributeSelection, std::string> AttributeSelection::parse(const std::optional<std::string>& fields,
                                                                       const std::optional<std::string>& excluded,
                                                                       const std::vector<std::string>& known,
                                                                       std::vector<std::string> mandatory) {
  AttributeSelection selection;
  selection.mandatory_ = std::move(mandatory);
  if (!fields && !excluded) return selection;
  if (fields && excluded) return tl::unexpected(std::string("fields and exclude_fields exclude each other"));
  selection.kind_ = fields ? Kind::Named : Kind::Others;
  selection.names_ = split(fields ? *fields : *excluded, ',');
  for (const auto& name : selection.names_) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return tl::unexpected(fmt::format("{}: '{}' is no attribute", fields ? "fields" : "exclude_fields", name));
  }
  return selection;
}

void AttributeSelection::apply(Json& document) const {
  if (kind_ == Kind::All) return;
  const auto has = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (auto member = document.begin(); member != document.end();) {
    const bool stays = has(mandatory_, member.key()) || has(names_, member.key()) == (kind_ == Kind::Named);
    member = stays ? std::next(member) : document.erase(member);
  }
}

base::Result<Area, std::string> Area::parse(std::string_view text) {
  const auto wrong = [&](std::string_view why) { return tl::unexpected(fmt::format("area: '{}' {}", text, why)); };
  const auto open = text.find('(');
  if (open == std::string_view::npos || !text.ends_with(')')) return wrong("is neither circle(...) nor polygon(...)");
  std::vector<double> numbers;
  for (const auto& part : split(text.substr(open + 1, text.size() - open - 2), ',')) {
    const auto number = to_double(part);
    if (!number) return wrong("holds something that is no number");
    numbers.push_back(*number);
  }
  const std::string_view shape = text.substr(0, open);
  const std::size_t positions = shape == "circle" ? 2 : numbers.size();
  for (std::size_t i = 0; i < std::min(positions, numbers.size()); ++i) {
    if (std::abs(numbers[i]) > (i % 2 == 0 ? 90 : 180)) return wrong("has a latitude or longitude outside the Earth");
  }
  Area area;
  if (shape == "circle") {
    if (numbers.size() != 3 || numbers[2] < 0) return wrong("is no circle(latitude,longitude,radius in metres)");
    area.latitude_ = numbers[0];
    area.longitude_ = numbers[1];
    area.radius_ = numbers[2];
    return area;
  }
  if (shape != "polygon" || numbers.size() < 6 || numbers.size() % 2 != 0 || numbers.size() / 2 >= onem2m::kMostPositions)
    return wrong("is neither circle(...) nor a polygon of three positions or more");
  Json ring = Json::array();
  for (std::size_t i = 0; i < numbers.size(); i += 2) ring.push_back({numbers[i + 1], numbers[i]});
  if (ring.front() != ring.back()) ring.push_back(ring.front());
  if (ring.size() < 4) return wrong("is no polygon of three positions or more");
  area.polygon_ = base::print_json(Json::array({ring}));
  return area;
}

bool Area::contains(const Json& location) const {
  if (!polygon_.empty())
    return onem2m::matches_location(onem2m::GeoSpatialFunction::Intersects, static_cast<int>(onem2m::GeometryType::Polygon),
                                    polygon_, location);
  const Json shown = to_geojson(location);
  return shown.is_object() && any_position(shown["coordinates"], [&](double latitude, double longitude) {
    return distance(latitude_, longitude_, latitude, longitude) <= radius_;
  });
}

Json to_geojson(const Json& location) {
  static const std::vector<const char*> names = {"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"};
  const int type = location.is_object() && location.contains("typ") && location["typ"].is_number_integer() ? location["typ"].get<int>() : 0;
  if (type < 1 || type > 6 || !location.contains("crd")) return {};
  Json coordinates = location["crd"];
  if (coordinates.is_string()) {
    auto parsed = base::parse_guarded_json(coordinates.get<std::string>());
    if (!parsed) return {};
    coordinates = std::move(*parsed);
  }
  if (!onem2m::fits_geometry(static_cast<onem2m::GeometryType>(type), coordinates)) return {};
  return {{"type", names[static_cast<std::size_t>(type)]}, {"coordinates", std::move(coordinates)}};
}

}  // namespace edgecse::edge
