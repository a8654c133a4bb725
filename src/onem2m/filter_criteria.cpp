// SPDX-License-Identifier: Apache-2.0
#include "onem2m/filter_criteria.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "onem2m/geo_query.hpp"
#include "onem2m/label_query.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::onem2m {
namespace {

using nlohmann::json;

const json* member(const json& attributes, const char* short_name) {
  const auto found = attributes.find(short_name);
  return found == attributes.end() || found->is_null() ? nullptr : &*found;
}

/// Glob with '*' only: the greedy way with one point to return to, linear in practice and never exponential.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool value_matches(const json& value, std::string_view pattern) {
  switch (value.type()) {
    case json::value_t::string: return matches_wildcard(pattern, value.get_ref<const std::string&>());
    case json::value_t::boolean:
      return value.get<bool>() ? pattern == "true" || pattern == "1" : pattern == "false" || pattern == "0";
    case json::value_t::number_integer:
    case json::value_t::number_unsigned:
    case json::value_t::number_float: return matches_wildcard(pattern, value.dump());
    case json::value_t::array:
      return std::any_of(value.begin(), value.end(), [&](const json& item) { return value_matches(item, pattern); });
    default: return false;
  }
}

/// -1, 0, 1 as the resource's time is before, at or after the given one; nothing when it has none.
std::optional<int> compare_time(const json& attributes, const char* short_name, const std::string& given) {
  const json* value = member(attributes, short_name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_ref<const std::string&>();
  const auto left = parse_timestamp(text);
  const auto right = parse_timestamp(given);
  if (!left || !right) return std::nullopt;
  return *left < *right ? -1 : *left > *right ? 1 : 0;
}

std::optional<int> compare_number(const json& attributes, const char* short_name, std::int64_t given) {
  const json* value = member(attributes, short_name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  const auto number = value->get<std::int64_t>();
  return number < given ? -1 : number > given ? 1 : 0;
}

bool has_label(const json& attributes, const std::string& label) {
  const json* labels = member(attributes, "lbl");
  if (labels == nullptr || !labels->is_array()) return false;
  return std::any_of(labels->begin(), labels->end(), [&](const json& item) { return item.is_string() && item == label; });
}

bool has_any_label(const json& attributes, const std::vector<std::string>& labels) {
  return std::any_of(labels.begin(), labels.end(), [&](const std::string& label) { return has_label(attributes, label); });
}

bool has_content_type(const json& attributes, const std::string& given) {
  const json* info = member(attributes, "cnf");
  if (info == nullptr || !info->is_string()) return false;
  const std::string_view text = info->get_ref<const std::string&>();
  return text == given || text.substr(0, text.find(':')) == given;  // contentInfo is type/subtype:encoding[:security]
}

bool attribute_matches(const json& attributes, const FilterCriteria::AttributePair& pair) {
  const json* value = member(attributes, pair.first.c_str());
  return value != nullptr && value_matches(*value, pair.second);
}

template <typename T>
bool contains(const std::vector<T>& list, const T& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Counts the tags that were asked for and those that hold, until the answer is known. An attribute's name is its tag.
class Tally {
 public:
  void count(bool holds) {
    ++asked_;
    if (holds) ++held_;
  }

  template <typename Fits>
  void count_attributes(const std::vector<FilterCriteria::AttributePair>& pairs, const Fits& fits) {
    for (auto pair = pairs.begin(); pair != pairs.end(); ++pair) {
      const auto same_tag = [&](const auto& other) { return other.first == pair->first; };
      if (std::any_of(pairs.begin(), pair, same_tag)) continue;
      count(std::any_of(pair, pairs.end(), [&](const auto& other) { return same_tag(other) && fits(other); }));
    }
  }

  [[nodiscard]] bool answer(int filter_operation) const {
    if (asked_ == 0) return true;
    if (filter_operation == 2) return held_ > 0;
    if (filter_operation == 3) return held_ == 1;
    return held_ == asked_;
  }

 private:
  int asked_ = 0;
  int held_ = 0;
};

void count_times_and_sizes(const FilterCriteria& c, const json& attributes, Tally& tally) {
  const auto time = [&](const std::optional<std::string>& given, const char* name, auto holds) {
    if (!given) return;
    const auto order = compare_time(attributes, name, *given);
    tally.count(order && holds(*order));
  };
  const auto number = [&](const std::optional<std::int64_t>& given, const char* name, auto holds) {
    if (!given) return;
    const auto order = compare_number(attributes, name, *given);
    tally.count(order && holds(*order));
  };
  const auto below = [](int order) { return order < 0; };
  const auto from = [](int order) { return order >= 0; };
  time(c.created_before, "ct", below);
  time(c.created_after, "ct", from);
  time(c.unmodified_since, "lt", below);
  time(c.modified_since, "lt", from);
  time(c.expire_before, "et", below);
  time(c.expire_after, "et", from);
  number(c.state_tag_smaller, "st", below);
  number(c.state_tag_bigger, "st", from);
  number(c.size_below, "cs", below);
  number(c.size_above, "cs", from);
}

void count_own(const FilterCriteria& c, const FilterSubject& subject, Tally& tally) {
  const json& attributes = subject.attributes;
  if (!c.resource_types.empty()) tally.count(contains(c.resource_types, subject.resource_type));
  if (!c.labels.empty()) tally.count(has_any_label(attributes, c.labels));
  if (!c.label_queries.empty()) {
    const json* labels = member(attributes, "lbl");
    tally.count(std::any_of(c.label_queries.begin(), c.label_queries.end(), [&](const std::string& query) {
      return matches_label_query(query, labels == nullptr ? json::array() : *labels);
    }));
  }
  if (!c.content_types.empty()) {
    tally.count(std::any_of(c.content_types.begin(), c.content_types.end(),
                            [&](const std::string& type) { return has_content_type(attributes, type); }));
  }
  tally.count_attributes(c.attributes, [&](const auto& pair) { return attribute_matches(attributes, pair); });
}

void count_relatives(const FilterCriteria& c, const FilterSubject& subject, Tally& tally) {
  const auto any_child = [&](const auto& fits) {
    return std::any_of(subject.children.begin(), subject.children.end(), [&](const json* child) { return fits(*child); });
  };
  if (!c.parent_resource_types.empty()) {
    tally.count(subject.parent != nullptr && contains(c.parent_resource_types, subject.parent_type));
  }
  if (!c.parent_labels.empty()) tally.count(subject.parent != nullptr && has_any_label(*subject.parent, c.parent_labels));
  tally.count_attributes(c.parent_attributes, [&](const auto& pair) {
    return subject.parent != nullptr && attribute_matches(*subject.parent, pair);
  });
  if (!c.child_resource_types.empty()) {
    tally.count(any_child([&](const json& child) {
      const json* type = member(child, "ty");
      return type != nullptr && type->is_number_integer() && contains(c.child_resource_types, type->get<int>());
    }));
  }
  if (!c.child_labels.empty()) tally.count(any_child([&](const json& child) { return has_any_label(child, c.child_labels); }));
  tally.count_attributes(c.child_attributes, [&](const auto& pair) {
    return any_child([&](const json& child) { return attribute_matches(child, pair); });
  });
}

/// Conditions that need an engine this room has not: they hold for nothing, so that a filter never shows too much.
void count_unsupported(const FilterCriteria& c, Tally& tally) {
  if (!c.semantics_filters.empty()) tally.count(false);
  if (c.content_filter_query) tally.count(false);
}

void count_location(const FilterCriteria& c, const json& attributes, Tally& tally) {
  if (!c.geometry || !c.geometry_type || !c.geo_spatial_function) return;
  const json* location = member(attributes, "loc");
  tally.count(location != nullptr && location->is_object() &&
              matches_location(static_cast<GeoSpatialFunction>(*c.geo_spatial_function), *c.geometry_type, *c.geometry, *location));
}

}  // namespace

bool FilterCriteria::has_conditions() const {
  return created_before || created_after || modified_since || unmodified_since || state_tag_smaller || state_tag_bigger ||
         expire_before || expire_after || size_above || size_below || !labels.empty() || !child_labels.empty() ||
         !parent_labels.empty() || !label_queries.empty() || !resource_types.empty() || !child_resource_types.empty() ||
         !parent_resource_types.empty() || !content_types.empty() || !attributes.empty() || !child_attributes.empty() ||
         !parent_attributes.empty() || !semantics_filters.empty() || content_filter_query || geometry;
}

bool FilterCriteria::empty() const {
  return !has_conditions() && !content_filter_syntax && !limit && !level && !offset && !apply_relative_path &&
         !filter_usage && !filter_operation && !geometry_type && !geo_spatial_function && !operations;
}

bool matches(const FilterCriteria& criteria, const FilterSubject& subject) {
  Tally tally;
  count_times_and_sizes(criteria, subject.attributes, tally);
  count_own(criteria, subject, tally);
  count_relatives(criteria, subject, tally);
  count_location(criteria, subject.attributes, tally);
  count_unsupported(criteria, tally);
  return tally.answer(criteria.filter_operation.value_or(1));
}

}  // namespace edgecse::onem2m
