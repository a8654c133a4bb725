// SPDX-License-Identifier: Apache-2.0
#include "onem2m/filter_criteria_json.hpp"

#include <algorithm>

#include "onem2m/geo_query.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/json_member.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::onem2m {
namespace {

template <typename Visit>
void visit_plain(auto& c, Visit&& visit) {
  visit("crb", c.created_before);
  visit("cra", c.created_after);
  visit("ms", c.modified_since);
  visit("us", c.unmodified_since);
  visit("sts", c.state_tag_smaller);
  visit("stb", c.state_tag_bigger);
  visit("exb", c.expire_before);
  visit("exa", c.expire_after);
  visit("lbl", c.labels);
  visit("clbl", c.child_labels);
  visit("palb", c.parent_labels);
  visit("lbq", c.label_queries);
  visit("ty", c.resource_types);
  visit("chty", c.child_resource_types);
  visit("pty", c.parent_resource_types);
  visit("sza", c.size_above);
  visit("szb", c.size_below);
  visit("cty", c.content_types);
  visit("smf", c.semantics_filters);
  visit("cfs", c.content_filter_syntax);
  visit("cfq", c.content_filter_query);
  visit("lim", c.limit);
  visit("lvl", c.level);
  visit("ofst", c.offset);
  visit("arp", c.apply_relative_path);
  visit("fu", c.filter_usage);
  visit("fo", c.filter_operation);
  visit("gmty", c.geometry_type);
  visit("gsf", c.geo_spatial_function);
  visit("geom", c.geometry);
  visit("ops", c.operations);
}

template <typename Visit>
void visit_attributes(auto& c, Visit&& visit) {
  visit("atr", c.attributes);
  visit("catr", c.child_attributes);
  visit("patr", c.parent_attributes);
}

/// [{nm, val}], val of any simple type.
Result<> read_pairs(std::string_view name, const Json& value, std::vector<FilterCriteria::AttributePair>& into) {
  if (!value.is_array()) return wrong_member(name, "a list");
  for (const Json& item : value) {
    const bool is_pair = item.is_object() && item.size() == 2 && item.contains("nm") && item["nm"].is_string() &&
                         item.contains("val") && item["val"].is_primitive();
    if (!is_pair) return wrong_member(name, "a list of objects with nm and val");
    const Json& given = item["val"];
    into.emplace_back(item["nm"].get<std::string>(), given.is_string() ? given.get<std::string>() : to_json_text(given));
  }
  return {};
}

Json pairs_to_json(const std::vector<FilterCriteria::AttributePair>& pairs) {
  Json list = Json::array();
  for (const auto& [name, value] : pairs) list.push_back({{"nm", name}, {"val", value}});
  return list;
}

Result<> read_criterion(std::string_view name, const Json& value, FilterCriteria& criteria) {
  Result<> result = refuse(ResponseStatus::BadRequest, fmt::format("the filter criteria have an unknown member {}", name));
  if (name == "lbq" && value.is_string()) {  // one or several of them (TS-0004 says one, TS-0001 n)
    criteria.label_queries.push_back(value.get<std::string>());
    return {};
  }
  visit_plain(criteria, [&](std::string_view row, auto& field) {
    if (row == name) result = read_member(name, value, field);
  });
  visit_attributes(criteria, [&](std::string_view row, auto& pairs) {
    if (row == name) result = read_pairs(name, value, pairs);
  });
  return result;
}

// Comparing a pattern costs its length times that of the text.
constexpr std::size_t kLongestPattern = 1024;
constexpr std::ptrdiff_t kMostWildcards = 16;

Result<> check_patterns(const FilterCriteria& c) {
  for (const auto* pairs : {&c.attributes, &c.child_attributes, &c.parent_attributes}) {
    for (const auto& [name, pattern] : *pairs) {
      if (pattern.size() > kLongestPattern || std::ranges::count(pattern, '*') > kMostWildcards)
        return wrong_member(name, fmt::format("a pattern of {} bytes with {} wildcards at most", kLongestPattern, kMostWildcards));
    }
  }
  for (const std::string& query : c.label_queries)
    if (query.size() > kLongestPattern) return wrong_member("lbq", fmt::format("of {} bytes at most", kLongestPattern));
  return {};
}

}  // namespace

Json filter_criteria_to_json(const FilterCriteria& criteria) {
  Json value = Json::object();
  visit_plain(criteria, [&](const char* name, const auto& field) { write_member(value, name, field); });
  visit_attributes(criteria, [&](const char* name, const auto& pairs) {
    if (!pairs.empty()) value[name] = pairs_to_json(pairs);
  });
  return value;
}

Result<FilterCriteria> filter_criteria_from_json(const Json& value) {
  if (!value.is_object()) return refuse(ResponseStatus::BadRequest, "the parameter fc is no object");
  FilterCriteria criteria;
  for (const auto& [name, member] : value.items()) {
    if (auto read = read_criterion(name, member, criteria); !read) return tl::unexpected{std::move(read.error())};
  }
  if (auto checked = check_filter_criteria(criteria); !checked) return tl::unexpected{std::move(checked.error())};
  return criteria;
}

Result<> check_filter_criteria(const FilterCriteria& c) {
  if (auto fits = check_patterns(c); !fits) return fits;
  const std::pair<const char*, const std::optional<std::string>&> times[] = {
      {"crb", c.created_before}, {"cra", c.created_after}, {"ms", c.modified_since},
      {"us", c.unmodified_since}, {"exb", c.expire_before}, {"exa", c.expire_after}};
  for (const auto& [name, time] : times) {
    if (time && !parse_timestamp(*time)) return wrong_member(name, "a timestamp such as 20261121T134500");
  }
  const std::pair<const char*, const std::optional<std::int64_t>&> counts[] = {
      {"sts", c.state_tag_smaller}, {"stb", c.state_tag_bigger}, {"sza", c.size_above}, {"szb", c.size_below}};
  for (const auto& [name, count] : counts) {
    if (count && *count < 0) return wrong_member(name, "zero or more");
  }
  for (const std::vector<int>* types : {&c.resource_types, &c.child_resource_types, &c.parent_resource_types}) {
    for (const int number : *types)
      if (find_resource_type(number) == nullptr)
        return refuse(ResponseStatus::BadRequest, fmt::format("the filter criteria name {}, which is no resource type", number));
  }
  const auto within = [](const std::optional<int>& value, int last) { return !value || (*value >= 1 && *value <= last); };
  if (!within(c.filter_usage, 3)) return wrong_member("fu", "1 to 3");
  if (!within(c.filter_operation, 3)) return wrong_member("fo", "1 to 3");
  if (!within(c.geometry_type, 6)) return wrong_member("gmty", "1 to 6");
  if (!within(c.geo_spatial_function, 3)) return wrong_member("gsf", "1 to 3");
  if (c.level && *c.level == 0) return wrong_member("lvl", "one or more");
  if (c.offset && *c.offset == 0) return wrong_member("ofst", "one or more");
  if (c.geometry.has_value() != c.geometry_type.has_value() || c.geometry.has_value() != c.geo_spatial_function.has_value()) {
    return refuse(ResponseStatus::BadRequest, "the parameters gmty, geom and gsf belong together");
  }
  if (c.geometry && !is_geometry_text(*c.geometry_type, *c.geometry)) {
    return wrong_member("geom", fmt::format("the GeoJSON coordinates of geometry type {}, of {} positions at most",
                                            *c.geometry_type, kMostPositions));
  }
  if (c.operations && (*c.operations < 1 || *c.operations > 63)) return wrong_member("ops", "a sum of operations, 1 to 63");
  return {};
}

}  // namespace edgecse::onem2m
