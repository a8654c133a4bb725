// SPDX-License-Identifier: Apache-2.0
#include "cse/message_check.hpp"

#include <algorithm>
#include <array>

#include "cse/registrees.hpp"
#include "onem2m/address.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Operation;
using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

Result<> check_times(const Request& request, base::WallTime now) {
  if (!request.operation_execution_time.empty())
    return refuse(ResponseStatus::NotImplemented, "oet is not supported: operations run at once");
  std::optional<base::WallTime> expires;
  for (const auto& [name, text] : {std::pair{"rqet", &request.request_expiration}, std::pair{"rset", &request.result_expiration}}) {
    if (text->empty()) continue;
    const auto time = onem2m::parse_absolute_or_relative(*text, now);
    if (!time) return refuse(ResponseStatus::BadRequest, std::string(name) + " is no time: '" + *text + "'");
    if (*time <= now) return refuse(ResponseStatus::RequestTimeout, std::string(name) + " is over: " + *text);
    if (expires && *time < *expires) return refuse(ResponseStatus::BadRequest, "rset is before rqet");
    expires = time;
  }
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

Result<> check_from(const Request& request) {
  if (is_ae_create(request)) {
    if (request.from.empty() || request.from == "C" || request.from == "S" || is_originator(request.from)) return {};
    return refuse(ResponseStatus::BadRequest, "From '" + request.from + "' of an AE must be empty, C, S, or begin with one of them");
  }
  if (request.from.empty()) return refuse(ResponseStatus::BadRequest, "From is missing");
  if (is_originator(request.from)) return {};
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
  const bool discovery = request.operation == Operation::Retrieve && request.filter_criteria.filter_usage == 1;
  const std::uint32_t allowed =
      discovery ? 1U << 6 | 1U << 11 : kAllowed[static_cast<std::size_t>(request.operation)];
  const int rcn = *request.result_content;
  if (rcn >= 0 && rcn < 32 && (allowed >> rcn & 1U) != 0) return {};
  if (request.operation == Operation::Retrieve && (rcn == 10 || rcn == 12))
    return refuse(ResponseStatus::NotImplemented, "rcn " + std::to_string(rcn) + " is not implemented");
  return refuse(ResponseStatus::BadRequest, "rcn " + std::to_string(rcn) + " does not fit the operation");
}

Result<> check_release(const CseOptions& options, const Request& request) {
  static constexpr std::array kSupported{"1", "2", "2a", "3", "4", "5"};
  if (!request.release_version) {
    if (options.missing_release_is_1 || request.peer.internal) return {};
    return refuse(ResponseStatus::BadRequest, "rvi is missing");
  }
  if (std::find(kSupported.begin(), kSupported.end(), *request.release_version) != kSupported.end()) return {};
  return refuse(ResponseStatus::ReleaseVersionNotSupported, "release " + *request.release_version + " is not supported");
}

Result<> check_operation(const Request& request) {
  if (request.operation == Operation::Create) {
    if (!request.resource_type) return refuse(ResponseStatus::BadRequest, "ty is missing");
    if (!request.filter_criteria.empty()) return refuse(ResponseStatus::BadRequest, "a CREATE has no filter criteria");
  } else if (request.resource_type) {
    return refuse(ResponseStatus::BadRequest, "ty belongs to a CREATE");
  }
  if (request.operation == Operation::Notify && request.content.is_null())
    return refuse(ResponseStatus::BadRequest, "a NOTIFY has content");
  if (request.operation == Operation::Retrieve && !request.content.is_null())
    return refuse(ResponseStatus::BadRequest, "a RETRIEVE has no content but an attribute list");
  if (request.operation != Operation::Retrieve && !request.attribute_list.empty())
    return refuse(ResponseStatus::BadRequest, "an attribute list belongs to a RETRIEVE");
  const int usage = request.filter_criteria.filter_usage.value_or(2);
  if (usage == 1 && request.operation != Operation::Retrieve)
    return refuse(ResponseStatus::BadRequest, "discovery (fu 1) is a RETRIEVE");
  if (usage == 3) return refuse(ResponseStatus::NotImplemented, "discovery at an IPE (fu 3) is not implemented");
  if (request.semantic_query.value_or(false))
    return refuse(ResponseStatus::NotImplemented, "semantic queries are not implemented");
  return {};
}

Result<> check_response_type(const Request& request) {
  switch (request.response_type) {
    case 1:
      return refuse(ResponseStatus::NonBlockingSynchRequestNotSupported, "rt 1 is not supported; use a blocking request");
    case 2:
      return refuse(ResponseStatus::NotImplemented, "rt 2 is not supported; use a blocking request");
    case 3:
    case 4:
    case 5:
      return {};
    default:
      return refuse(ResponseStatus::BadRequest, "rt " + std::to_string(request.response_type) + " is no response type");
  }
}

}  // namespace

Result<> check_message(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request) {
  if (auto valid = check_times(request, now); !valid) return valid;
  if (auto valid = check_from(request); !valid) return valid;
  if (auto valid = check_authenticity(core, tree, request); !valid) return valid;
  if (auto valid = check_operation(request); !valid) return valid;
  if (auto valid = check_result_content(request); !valid) return valid;
  if (auto valid = check_release(core.options, request); !valid) return valid;
  return check_response_type(request);
}

base::WallTime deadline_of(const CseOptions& options, const Request& request, base::WallTime now) {
  if (!request.request_expiration.empty())
    if (const auto time = onem2m::parse_absolute_or_relative(request.request_expiration, now)) return *time;
  return now + std::chrono::duration_cast<base::Duration>(options.request_expiration);
}

}  // namespace edgecse::cse
