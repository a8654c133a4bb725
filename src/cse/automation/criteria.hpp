// SPDX-License-Identifier: Apache-2.0
//
// evalCriteria of actions, dependencies, processes and states: which resource they look at, whether they fit it,
// whether they hold now. TS-0004 6.3.4.2.86, 6.3.5 (Release 4).
#pragma once

#include <optional>
#include <string>

#include "cse/cse_core.hpp"
#include "cse/target.hpp"

namespace edgecse::cse::automation {

inline constexpr int kProcessManagement = 63, kState = 64, kAction = 65, kDependency = 66;  // m2m:resourceType

/// Who asks for what, as checks need it.
struct Asker {
  const CseCore& core;
  const Tree& tree;
  base::WallTime now;
  const onem2m::Request& request;
};

/// What an ID names here: a resource, or la or ol of one that holds instances. nullopt: nothing here.
[[nodiscard]] std::optional<Target> find_subject(const CseCore& core, const Tree& tree, std::string_view id);

/// As find_subject; fails when it is not here (NOT_FOUND) or the asker may not do the operation on it (4103).
[[nodiscard]] onem2m::Result<Target> accessible(const Asker& asker, const std::string& id,
                                                onem2m::AccessOperation operation, std::optional<int> child_type = {});

/// BAD_REQUEST when the subject's type has no such attribute, the threshold is no value of it, or the operator does not
/// fit.
[[nodiscard]] onem2m::Result<> check_criteria(const Json& criteria, const Target& subject);

/// Whether they hold now. In a job: la and ol are looked up in it. Without the attribute they do not.
[[nodiscard]] bool holds(const Transaction& transaction, const Json& criteria, const Target& subject);

/// The same status for whatever cause.
[[nodiscard]] tl::unexpected<onem2m::Error> as(onem2m::ResponseStatus status, const std::string& what,
                                               const onem2m::Error& cause);

}  // namespace edgecse::cse::automation
