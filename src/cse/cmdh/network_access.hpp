// SPDX-License-Identifier: Apache-2.0
//
// What the objects that a <cmdhPolicy> links say of when messages may leave and how many may wait: <cmdhNetworkAccessRules>
// with their <cmdhNwAccessRule> and <schedule>, and <cmdhBuffer>. TS-0001 D.12.7 to D.12.9, TS-0004 annex H. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cse/cse_core.hpp"

namespace edgecse::cse::cmdh {

/// m2m:eventCat; 0 in rules stands for all categories that no other rule names.
inline constexpr int kAllOthers = 0, kImmediate = 2, kBestEffort = 3, kLatest = 4;

/// The resources with this member name that the mgmtLinks (cmlk) of another name.
[[nodiscard]] std::vector<ResourcePtr> linked(const CseCore& core, const Tree& tree, const Resource& from,
                                              std::string_view member_name);
/// Whether the list of categories names this one.
[[nodiscard]] bool names_category(const Resource& rule, const char* attribute, int category);

struct BackOff {
  base::Duration initial{}, additional{}, longest{}, random{};
  /// After so many failures in a row, at least one; draw: from 0 to random.
  [[nodiscard]] base::Duration after(unsigned failures, base::Duration draw) const;
};

/// One <cmdhNwAccessRule> that is for the network of this CSE.
struct AccessRule {
  std::string id;
  std::vector<ResourcePtr> schedules;     // allowed times; none: never
  std::int64_t minimum_volume = 0;        // bytes that must wait before any may leave
  base::Duration spreading{};             // up to so long is waited before the network is used
  std::optional<BackOff> back_off;

  /// The first time from now on at which a schedule covers, before the end.
  [[nodiscard]] std::optional<base::WallTime> next_opening(base::WallTime now, base::WallTime end) const;
};

/// Of the category, else of all others; nullopt: nothing is said about it, so it may leave at once. A rule with conditions
/// that are not known here (otherConditions) is for nobody.
[[nodiscard]] std::optional<std::vector<AccessRule>> access_rules(const CseCore& core, const Tree& tree, const Resource& policy,
                                                                  const std::string& network, int category);

struct Buffer {
  std::string name;
  std::int64_t maximum_size = 0;  // bytes that may wait when a message of the category comes
  int priority = 0;               // the lower goes first
};
[[nodiscard]] std::optional<Buffer> buffer_for(const CseCore& core, const Tree& tree, const Resource& policy, int category);

}  // namespace edgecse::cse::cmdh
