// SPDX-License-Identifier: Apache-2.0
//
// The handover's messages as primitives, and the <handoverContext> resource that both sides keep. docs/handover.md
// "Forms".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cse/handover/shared.hpp"
#include "cse/handover/unit_row.hpp"

namespace edgecse::cse::handover {

inline constexpr const char* kContextMember = "edg:handoverContext";
inline constexpr const char* kContextDefinition = "org.edgecse.handoverContext";
inline constexpr const char* kContainerName = "mobility";
inline constexpr int kFormat = 1;  // of the batches' rows

/// A primitive from this CSE to the container `mobility` of another one. path: below `mobility`, empty or beginning
/// with '/'.
[[nodiscard]] onem2m::Request make_message(const Shared& shared, onem2m::Operation operation, const std::string& cse_id,
                                           const std::string& path, const std::string& identifier);
/// UPDATE of the context at the other CSE.
[[nodiscard]] onem2m::Request make_update(const Shared& shared, const std::string& cse_id, const ContextId& context,
                                          const Json& attributes, const std::string& identifier);

/// The attributes under kContextMember; null when the content has another form.
[[nodiscard]] Json context_attributes(const Json& content);
[[nodiscard]] onem2m::Response make_answer(const onem2m::Request& request, onem2m::ResponseStatus status,
                                           const Json& attributes = {});

/// Creates the container `mobility` (at the IN-CSE also `directory`) where it is missing. In a job.
void make_container(Shared& shared, Transaction& transaction, const std::string& name);
/// Creates or changes the local <handoverContext>. In a job.
void put_context(Shared& shared, Transaction& transaction, const ContextId& context, const Json& changes);
[[nodiscard]] ResourcePtr find_context(const Shared& shared, const Tree& tree, const ContextId& context);
/// A common start of a system resource under a parent that is there: ri, rn, ct, lt, et and so on. In a job.
[[nodiscard]] Resource make_resource(const Shared& shared, Transaction& transaction, const std::string& parent,
                                     const std::string& name, int type, const std::string& member_name);

/// What follows the first label `Credential-ID:`; empty: the AE has none.
[[nodiscard]] std::string credential_of(const Json& ae_attributes);

}  // namespace edgecse::cse::handover
