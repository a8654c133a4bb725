// SPDX-License-Identifier: Apache-2.0
#include "cse/message_check.hpp"

#include <algorithm>
#include <array>

#include "cse/registrees.hpp"
#include "cse/semantics/semantic_query.hpp"
#include "onem2m/address.hpp"
#include "onem2m/lexical.hpp"
#include "onem2m/resource_types.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

Result<> bad_time(const char* name, const std::string& text) {
  return refuse(ResponseStatus::BadRequest, std::string(name) + " is no time: '" + text + "'");
}

Result<> check_expirations(const Request& request, base::WallTime now) {
  std::optional<base::WallTime> expires;
  for (const auto& [name, text] : {std::pair{"rqet", &request.request_expiration}, std::pair{"rset", &request.result_expiration}}) {
    if (text->empty()) continue;
    const auto time = onem2m::parse_absolute_or_relative(*text, now);
    if (!time) return bad_time(name, *text);
    if (*time <= now) return refuse(ResponseStatus::RequestTimeout, std::string(name) + " is over: " + *text);
    if (expires && *time < *expires) return refuse(ResponseStatus::BadRequest, "rset is before rqet");
    expires = time;
  }
  return {};
}

// TS-0004 7.3.2.1; that oet must leave time for the answer: release4 18.
Result<> check_times(const Request& request, base::WallTime now) {
  if (auto valid = check_expirations(request, now); !valid) return valid;
  for (const auto& [name, text] : {std::pair{"ot", &request.originating_timestamp}, std::pair{"rp", &request.result_persistence}})
    if (!text->empty() && !onem2m::parse_absolute_or_relative(*text, now)) return bad_time(name, *text);
  const std::string& when = request.operation_execution_time;
  if (when.empty()) return {};
  const auto execution = onem2m::parse_absolute_or_relative(when, now);
  if (!execution) return bad_time("oet", when);
  for (const auto& [name, text] : {std::pair{"rqet", &request.request_expiration}, std::pair{"rset", &request.result_expiration}})
    if (!text->empty() && *onem2m::parse_absolute_or_relative(*text, now) <= *execution)
      return refuse(ResponseStatus::BadRequest, "oet is not before " + std::string(name));
  return {};
}

bool is_ae_create(const Request& request) {
  return request.operation == Operation::Create && request.resource_type == type::kAe;
}

// AE-ID-Stem; /cse; /cse/stem or /Sxxx; //sp/...
bool is_originator(std::string_view from) {
  if (!from.starts_with('/')) return onem2m::is_ae_id_stem(from) && from.size() > 1;
  const auto address = onem2m::parse_address(from);
  return address && address->attribute.empty() && address->segments.size() <= 1 && !address->cse_id.empty();
}

Result<> check_from(const CseOptions& options, const Request& request) {
  if (is_ae_create(request)) {
    if (request.from.empty() || request.from == "C" || request.from == "S" || is_originator(request.from)) return {};
    return refuse(ResponseStatus::BadRequest, "From '" + request.from + "' of an AE must be empty, C, S, or begin with one of them");
  }
  if (request.from.empty()) return refuse(ResponseStatus::BadRequest, "From is missing");
  if (is_originator(request.from)) return {};
  // In a trusted network policies may name whom they like, not only who could register: they judge this one.
  if (!options.strict_originator_check && request.from.size() > 1 && onem2m::is_resource_name(request.from)) return {};
  return refuse(ResponseStatus::BadRequest, "From '" + request.from + "' is neither an AE-ID nor a CSE-ID");
}

// Checks 5 and 6: what the transport knows about who sends.
Result<> check_authenticity(const CseCore& core, const Tree& tree, const Request& request) {
  if (!core.options.strict_originator_check || request.peer.internal || is_ae_create(request)) return {};
  const std::string from = local_originator(core.options, request.from);
  const auto& verified = request.peer.verified_ids;
  if (!verified.empty()) {
    const bool vouched = std::any_of(verified.begin(), verified.end(), [&](const std::string& id) {
      const bool relayed = id.starts_with('/') && request.from.starts_with(id + "/");
      const bool relayed_s_type = id.starts_with('/') && from.starts_with("/S");
      return local_originator(core.options, id) == from || relayed || relayed_s_type;
    });
    if (vouched) return {};
    return refuse(ResponseStatus::OriginatorNotAuthenticated, "the peer may not speak for " + request.from);
  }
  if (from.starts_with('/'))
    return refuse(ResponseStatus::SecurityAssociationRequired, request.from + " must come in a security association");
  if (is_registered_ae(tree, from)) return {};
  return refuse(ResponseStatus::OriginatorNotAuthenticated, request.from + " is not registered here");
}

Result<> check_result_content(const Request& request) {
  if (!request.result_content) return {};
  static constexpr std::array<std::uint32_t, 6> kAllowed{0,
                                                         1U << 0 | 1U << 1 | 1U << 2 | 1U << 3 | 1U << 9,
                                                         1U << 1 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7 | 1U << 8,
                                                         1U << 0 | 1U << 1 | 1U << 9,
                                                         1U << 0 | 1U << 1 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 8,
                                                         1U << 0};
  const bool discovery = is_semantic_discovery(request) ||
                         (request.operation == Operation::Retrieve && request.filter_criteria.filter_usage.value_or(2) != 2);
  const std::uint32_t allowed =
      discovery ? 1U << 6 | 1U << 11 : kAllowed[static_cast<std::size_t>(request.operation)];
  const int rcn = *request.result_content;
  if (rcn >= 0 && rcn < 32 && (allowed >> rcn & 1U) != 0) return {};
  if (rcn == 10 && !discovery && request.semantic_query.value_or(false)) return {};  // a semantic query
  if (rcn == 12 && !discovery && request.operation == Operation::Retrieve)
    return refuse(ResponseStatus::NotImplemented, "rcn 12 (permissions) is not implemented");
  return refuse(ResponseStatus::BadRequest, "rcn " + std::to_string(rcn) + " does not fit the operation");
}

Result<> check_release(const CseOptions& options, const Request& request) {
  // The indicator exists since 2a; who names release 1 means what a missing one means.
  static constexpr std::array kSupported{"2a", "3", "4", "5"};
  if (!request.release_version) {
    if (options.missing_release_is_1 || request.peer.internal) return {};
    return refuse(ResponseStatus::ReleaseVersionNotSupported, "rvi is missing, and release 1 is not supported");
  }
  if (std::find(kSupported.begin(), kSupported.end(), *request.release_version) != kSupported.end()) return {};
  if (*request.release_version == "1" && options.missing_release_is_1) return {};
  return refuse(ResponseStatus::ReleaseVersionNotSupported, "release " + *request.release_version + " is not supported");
}

Result<> check_semantics(const Request& request) {
  if (!request.semantic_query) return {};
  if (request.operation != Operation::Retrieve) return refuse(ResponseStatus::BadRequest, "sqi belongs to a RETRIEVE");
  if (!*request.semantic_query) return {};
  if (request.result_content != 10) return refuse(ResponseStatus::BadRequest, "a semantic query (sqi) goes with rcn 10");
  if (request.filter_criteria.semantics_filters.empty())
    return refuse(ResponseStatus::BadRequest, "a semantic query (sqi) needs its text (smf)");
  return {};
}

// Numbers that Releases 4 and 5 gave to types which are not here are not implemented; others name no type at all.
Result<> check_type_number(int number) {
  if (onem2m::find_resource_type(number) != nullptr) return {};
  const bool assigned = (number >= 52 && number <= 61) || (number >= 67 && number <= 100);
  if (assigned) return refuse(ResponseStatus::NotImplemented, "resource type " + std::to_string(number) + " is not implemented");
  return refuse(ResponseStatus::BadRequest, "ty " + std::to_string(number) + " is no resource type");
}

Result<> check_operation(const Request& request) {
  if (request.operation == Operation::Create) {
    if (!request.resource_type) return refuse(ResponseStatus::BadRequest, "ty is missing");
    if (auto known = check_type_number(*request.resource_type); !known) return known;
    if (!request.filter_criteria.empty()) return refuse(ResponseStatus::BadRequest, "a CREATE has no filter criteria");
  } else if (request.resource_type) {
    return refuse(ResponseStatus::BadRequest, "ty belongs to a CREATE");
  }
  const bool reads = request.operation == Operation::Retrieve, deletes = request.operation == Operation::Delete;
  if (request.content.is_null() && !reads && !deletes) return refuse(ResponseStatus::BadRequest, "the request has no content");
  if (reads && !request.content.is_null())
    return refuse(ResponseStatus::BadRequest, "a RETRIEVE has no content but an attribute list");
  if (!reads && !request.attribute_list.empty())
    return refuse(ResponseStatus::BadRequest, "an attribute list belongs to a RETRIEVE");
  const int usage = request.filter_criteria.filter_usage.value_or(2);
  if (usage != 2 && !reads) return refuse(ResponseStatus::BadRequest, "discovery (fu 1, 3) is a RETRIEVE");
  if (usage != 2 && !request.attribute_list.empty())
    return refuse(ResponseStatus::BadRequest, "discovery (fu 1, 3) has no attribute list");
  return check_semantics(request);
}

// m2m:eventCat: immediate, bestEffort, latest, and those of the provider. m2m:desIdResType: structured, unstructured.
Result<> check_numbers(const Request& request) {
  const int category = request.event_category.value_or(2), identifiers = request.desired_identifier_type.value_or(1);
  if ((category < 2 || category > 4) && (category < 100 || category > 999))
    return refuse(ResponseStatus::BadRequest, "ec " + std::to_string(category) + " is no event category");
  if (identifiers != 1 && identifiers != 2)
    return refuse(ResponseStatus::BadRequest, "drt " + std::to_string(identifiers) + " is no identifier type");
  if (!request.maximum_age.empty() && !onem2m::is_duration(request.maximum_age))
    return refuse(ResponseStatus::BadRequest, "ma is no duration: '" + request.maximum_age + "'");
  return {};
}

Result<> check_response_type(const CseCore& core, const Request& request) {
  const int type = request.response_type;
  if (type < kNonBlockingSynch || type > kNoResponse)
    return refuse(ResponseStatus::BadRequest, "rt " + std::to_string(type) + " is no response type");
  const bool has_targets = request.notification_targets && !request.notification_targets->empty();
  if (has_targets && type != kNonBlockingAsynch && type != kFlexBlocking)
    return refuse(ResponseStatus::BadRequest, "notification targets go with rt 2 (non-blocking asynchronous) only");
  if (core.non_blocking != nullptr) return {};
  if (type == kNonBlockingSynch)
    return refuse(ResponseStatus::NonBlockingSynchRequestNotSupported, "rt 1 is not supported; use a blocking request");
  if (type == kNonBlockingAsynch)
    return refuse(ResponseStatus::NotImplemented, "rt 2 is not supported; use a blocking request");
  return {};
}

}  // namespace

Result<> check_message(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request) {
  if (auto valid = check_times(request, now); !valid) return valid;
  if (auto valid = check_from(core.options, request); !valid) return valid;
  if (auto valid = check_authenticity(core, tree, request); !valid) return valid;
  if (auto valid = check_operation(request); !valid) return valid;
  if (auto valid = check_result_content(request); !valid) return valid;
  if (auto valid = check_numbers(request); !valid) return valid;
  if (auto valid = check_release(core.options, request); !valid) return valid;
  return check_response_type(core, request);
}

void make_times_absolute(Request& request, base::WallTime now) {
  for (std::string* text : {&request.request_expiration, &request.result_expiration, &request.operation_execution_time,
                            &request.result_persistence}) {
    if (text->empty() || onem2m::parse_timestamp(*text)) continue;
    if (const auto time = onem2m::parse_absolute_or_relative(*text, now)) *text = onem2m::format_timestamp(*time);
  }
}

base::WallTime deadline_of(const CseCore& core, const Request& request, base::WallTime now) {
  if (!request.request_expiration.empty())
    if (const auto time = onem2m::parse_absolute_or_relative(request.request_expiration, now)) return *time;
  return now + std::chrono::duration_cast<base::Duration>(core.request_life.load());
}

}  // namespace edgecse::cse
