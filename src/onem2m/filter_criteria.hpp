// SPDX-License-Identifier: Apache-2.0
//
// Filter criteria as values, and whether a resource matches them. TS-0004 7.3.3.17, TS-0001 8.1.2.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgecse::onem2m {

struct FilterCriteria {
  using AttributePair = std::pair<std::string, std::string>;  // short name, value with optional * wildcards

  std::optional<std::string> created_before, created_after;            // crb, cra
  std::optional<std::string> modified_since, unmodified_since;         // ms, us
  std::optional<std::int64_t> state_tag_smaller, state_tag_bigger;     // sts, stb
  std::optional<std::string> expire_before, expire_after;              // exb, exa
  std::vector<std::string> labels, child_labels, parent_labels;        // lbl, clbl, palb
  std::vector<std::string> label_queries;                              // lbq
  std::vector<int> resource_types, child_resource_types, parent_resource_types;  // ty, chty, pty
  std::optional<std::int64_t> size_above, size_below;                  // sza, szb
  std::vector<std::string> content_types;                              // cty
  std::vector<AttributePair> attributes, child_attributes, parent_attributes;    // atr, catr, patr
  std::vector<std::string> semantics_filters;                          // smf
  std::optional<std::string> content_filter_syntax, content_filter_query;  // cfs, cfq
  std::optional<std::uint64_t> limit, level, offset;                   // lim, lvl, ofst
  std::optional<std::string> apply_relative_path;                      // arp
  std::optional<int> filter_usage;                                     // fu
  std::optional<int> filter_operation;                                 // fo
  std::optional<int> geometry_type, geo_spatial_function;              // gmty, gsf
  std::optional<std::string> geometry;                                 // geom
  std::optional<int> operations;                                       // ops

  /// Whether any matching condition is given (filterUsage, limits and the like are none).
  [[nodiscard]] bool has_conditions() const;
  /// Whether anything at all is given.
  [[nodiscard]] bool empty() const;
};

/// A resource seen by its attributes, with the relatives that conditions may look at.
struct FilterSubject {
  const nlohmann::json& attributes;              // short name -> value, without the m2m: member around them
  int resource_type = 0;
  const nlohmann::json* parent = nullptr;        // the parent's attributes
  int parent_type = 0;
  std::vector<const nlohmann::json*> children;   // only needed when a child condition is given
};

/// Same tag: any value suffices. Different tags: all (fo 1 or absent), any (fo 2), exactly one (fo 3). Without conditions: true.
[[nodiscard]] bool matches(const FilterCriteria& criteria, const FilterSubject& subject);

}  // namespace edgecse::onem2m
