// SPDX-License-Identifier: Apache-2.0
//
// What an announced resource shows of its original. TS-0001 9.6.26, TS-0004 7.3.3.10. Pure.
#pragma once

#include <string>
#include <vector>

#include "cse/cse_core.hpp"
#include "onem2m/resource_types.hpp"

namespace edgecse::cse::announcement {

/// How identifiers of this CSE read where the announced resource is.
struct Scope {
  const CseOptions& options;
  bool other_service_provider = false;  // absolute instead of SP-relative
  [[nodiscard]] std::string link_to(const std::string& id) const;
};
/// Of a CSE-ID or address in announceTo.
[[nodiscard]] Scope scope_of(const CseOptions& options, const std::string& target);

/// Member name of the announced form of a type; empty: it has none.
[[nodiscard]] std::string announced_member(int type, const std::string& member_name);
/// Whether the attribute appears in the announced resource: always (MA), or when `aa` names it (OA).
[[nodiscard]] bool is_announced(const onem2m::ResourceTypeRule& rule, const Json& attributes, const std::string& name);
/// The value as others read it: identifiers of resources here get this CSE's.
[[nodiscard]] Json as_announced(const Scope& scope, const onem2m::AttributeRule& rule, const Json& value);

/// Content of the CREATE: et, lnk and what is announced.
[[nodiscard]] Json make_announced(const Scope& scope, const onem2m::ResourceTypeRule& rule, const Json& attributes);
/// Content of an UPDATE that brings the named attributes up to date: null for what is not announced (any more).
[[nodiscard]] Json make_change(const Scope& scope, const onem2m::ResourceTypeRule& rule, const Json& attributes,
                               const std::vector<std::string>& names);

/// `aa` of a CREATE or UPDATE names attributes of the type, `at` holds addresses: else 4000.
[[nodiscard]] onem2m::Result<> check_announcement(const onem2m::ResourceTypeRule& rule, const Json& attributes);
/// Takes out of `aa` what cannot be announced or is not there; true when it changed.
bool clean_announced_attributes(const onem2m::ResourceTypeRule& rule, Json& attributes);

}  // namespace edgecse::cse::announcement
