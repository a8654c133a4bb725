// SPDX-License-Identifier: Apache-2.0
//
// Request and response primitives as values. TS-0004 6.4.1 (parameters), 7.2.1 (short names).
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "onem2m/enumerations.hpp"
#include "onem2m/filter_criteria.hpp"
#include "onem2m/response_status.hpp"

namespace edgecse::onem2m {

using Json = nlohmann::json;

/// How sure the binding is of who sent a request.
struct PeerIdentity {
  std::string address;                     // numeric, without port; empty for the CSE's own requests
  std::vector<std::string> verified_ids;   // AE-IDs or CSE-IDs that TLS or a token vouch for
  bool internal = false;                   // made by this process (own AE, edge room)
};

struct Request {
  Operation operation = Operation::Retrieve;                    // op
  std::string to;                                               // to: CSE-relative a/b, SP-relative /cse/a, absolute //sp/cse/a
  std::string from;                                             // fr; empty: absent
  std::string request_identifier;                               // rqi
  std::optional<int> resource_type;                             // ty; CREATE only
  Json content;                                                 // pc; null: absent
  std::optional<std::string> release_version;                   // rvi; absent: Release 1
  std::optional<int> result_content;                            // rcn, as sent (validated by the pipeline)
  std::optional<int> desired_identifier_type;                   // drt
  int response_type = 3;                                        // rt, 3 blockingRequest
  std::optional<std::vector<std::string>> notification_targets; // rtu; present and empty: none wanted
  FilterCriteria filter_criteria;                               // fc
  std::vector<std::string> attribute_list;                      // atrl
  std::string originating_timestamp;                            // ot
  std::string request_expiration;                               // rqet, absolute or relative milliseconds
  std::string result_expiration;                                // rset
  std::string operation_execution_time;                         // oet
  std::string result_persistence;                               // rp
  std::optional<int> event_category;                            // ec
  std::optional<bool> delivery_aggregation;                     // da
  std::string group_request_identifier;                         // gid
  std::vector<std::string> group_request_target_members;        // grtm
  std::vector<std::string> role_ids;                            // rids
  std::vector<std::string> tokens;                              // tkns
  std::vector<std::string> token_ids;                           // tids
  std::vector<std::string> local_token_ids;                     // ltids
  std::optional<bool> token_request;                            // tqi
  std::optional<bool> semantic_query;                           // sqi
  std::string vendor_information;                               // vsi
  std::string maximum_age;                                      // ma, duration
  PeerIdentity peer;
};

struct Response {
  ResponseStatus status = ResponseStatus::Ok;                   // rsc
  std::string request_identifier;                               // rqi
  std::string to;                                               // to
  std::string from;                                             // fr
  Json content;                                                 // pc; null: absent
  /// JSON text of the whole content, when the host has it ready; then content is null. Saves a parse and a dump.
  std::shared_ptr<const std::string> serialized_content;
  std::optional<std::string> release_version;                   // rvi; absent towards a Release 1 peer
  std::string content_location;                                 // address of a created resource (HTTP Content-Location)
  std::optional<int> content_status;                            // cnst, 1 PARTIAL_CONTENT
  std::optional<std::uint64_t> content_offset;                  // cnot
  std::string originating_timestamp;                            // ot
  std::string result_expiration;                                // rset
  std::optional<int> event_category;                            // ec
  std::string vendor_information;                               // vsi
};

/// An answer without content but the debug sentence {"m2m:dbg": detail}.
[[nodiscard]] Response make_error_response(const Request& request, ResponseStatus status, const std::string& detail);

}  // namespace edgecse::onem2m
