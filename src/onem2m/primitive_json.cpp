// SPDX-License-Identifier: Apache-2.0
//
// Whole primitives as JSON. One row per member says how it is read and written, so that both directions agree.
#include <fmt/format.h>

#include <concepts>

#include "onem2m/filter_criteria_json.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/json_member.hpp"

namespace edgecse::onem2m {
namespace {

Result<> read_response_type(const Json& value, Request& request) {
  if (!value.is_object()) return refuse(ResponseStatus::BadRequest, "the parameter rt is no object");
  for (const auto& [name, member] : value.items()) {
    if (name == "rtv") {
      if (auto read = read_member("rtv", member, request.response_type); !read) return read;
    } else if (name == "nu") {
      if (auto read = read_member("nu", member, request.notification_targets.emplace()); !read) return read;
    } else {
      return refuse(ResponseStatus::BadRequest, fmt::format("the parameter rt has an unknown member {}", name));
    }
  }
  return {};
}

Result<> read_operation(const Json& value, Request& request) {
  int number = 0;
  if (auto read = read_member("op", value, number); !read) return read;
  if (number < 1 || number > 5) return wrong_member("op", "1 to 5");
  request.operation = static_cast<Operation>(number);
  return {};
}

/// The parameters that are one member of Request each.
template <typename Visit>
void visit_request(auto& r, Visit&& visit) {
  visit("to", r.to);
  visit("fr", r.from);
  visit("rqi", r.request_identifier);
  visit("ty", r.resource_type);
  visit("pc", r.content);
  visit("rvi", r.release_version);
  visit("rcn", r.result_content);
  visit("drt", r.desired_identifier_type);
  visit("ot", r.originating_timestamp);
  visit("rqet", r.request_expiration);
  visit("rset", r.result_expiration);
  visit("oet", r.operation_execution_time);
  visit("rp", r.result_persistence);
  visit("ec", r.event_category);
  visit("da", r.delivery_aggregation);
  visit("gid", r.group_request_identifier);
  visit("grtm", r.group_request_target_members);
  visit("rids", r.role_ids);
  visit("tkns", r.tokens);
  visit("tids", r.token_ids);
  visit("ltids", r.local_token_ids);
  visit("tqi", r.token_request);
  visit("sqi", r.semantic_query);
  visit("vsi", r.vendor_information);
  visit("ma", r.maximum_age);
}

template <typename Visit>
void visit_response(auto& r, Visit&& visit) {
  visit("rqi", r.request_identifier);
  visit("to", r.to);
  visit("fr", r.from);
  visit("pc", r.content);
  visit("rvi", r.release_version);
  visit("cnst", r.content_status);
  visit("cnot", r.content_offset);
  visit("ot", r.originating_timestamp);
  visit("rset", r.result_expiration);
  visit("ec", r.event_category);
  visit("vsi", r.vendor_information);
}

/// Reads one member by its row; BAD_REQUEST when there is no such row.
template <typename Target, typename VisitAll>
Result<> read_by_row(std::string_view name, const Json& value, Target& target, const VisitAll& visit_all) {
  Result<> result = refuse(ResponseStatus::BadRequest, fmt::format("the primitive has an unknown parameter {}", name));
  visit_all(target, [&](std::string_view row, auto& field) {
    if (row == name) result = read_member(name, value, field);
  });
  return result;
}

constexpr auto kVisitRequest = [](auto& target, auto&& visit) { visit_request(target, visit); };
constexpr auto kVisitResponse = [](auto& target, auto&& visit) { visit_response(target, visit); };

}  // namespace

void take_attribute_list(Request& request) {
  if (request.operation != Operation::Retrieve || !request.content.is_object() || request.content.size() != 1) return;
  const auto list = request.content.find("m2m:atrl");
  if (list == request.content.end()) return;
  std::vector<std::string> names;
  if (!read_member("m2m:atrl", *list, names)) return;  // the pipeline refuses the content as it is
  request.attribute_list = std::move(names);
  request.content = nullptr;
}

Json to_json(const Request& request) {
  Json value = Json::object();
  value["op"] = static_cast<int>(request.operation);
  visit_request(request, [&](const char* name, const auto& field) { write_member(value, name, field); });
  if (request.response_type != 3 || request.notification_targets) {
    Json& type = value["rt"] = Json{{"rtv", request.response_type}};
    if (request.notification_targets) type["nu"] = *request.notification_targets;
  }
  if (!request.filter_criteria.empty()) value["fc"] = filter_criteria_to_json(request.filter_criteria);
  if (!request.attribute_list.empty()) value["pc"] = Json{{"m2m:atrl", request.attribute_list}};
  return value;
}

Json to_json(const Response& response) {
  Json value = Json::object();
  value["rsc"] = to_number(response.status);
  visit_response(response, [&](const char* name, const auto& field) { write_member(value, name, field); });
  if (response.serialized_content)  // our own text, of any length
    value["pc"] = Json::parse(*response.serialized_content, nullptr, false);
  return value;
}

Result<Request> request_from_json(const Json& value) {
  if (!value.is_object()) return refuse(ResponseStatus::BadRequest, "the request primitive is no JSON object");
  Request request;
  bool has_operation = false;
  for (const auto& [name, member] : value.items()) {
    Result<> read;
    if (name == "op") {
      read = read_operation(member, request);
      has_operation = true;
    } else if (name == "rt") {
      read = read_response_type(member, request);
    } else if (name == "fc") {
      auto criteria = filter_criteria_from_json(member);
      if (!criteria) return tl::unexpected{std::move(criteria.error())};
      request.filter_criteria = std::move(*criteria);
    } else if (name == "asi" || name == "aus" || name == "auri") {
      return refuse(ResponseStatus::NotImplemented, fmt::format("the parameter {} is not supported", name));
    } else {
      read = read_by_row(name, member, request, kVisitRequest);
    }
    if (!read) return tl::unexpected{std::move(read.error())};
  }
  if (!has_operation) return refuse(ResponseStatus::BadRequest, "the parameter op is missing");
  if (request.to.empty()) return refuse(ResponseStatus::BadRequest, "the parameter to is missing");
  if (request.request_identifier.empty()) return refuse(ResponseStatus::BadRequest, "the parameter rqi is missing");
  take_attribute_list(request);
  return request;
}

Result<Response> response_from_json(const Json& value) {
  if (!value.is_object()) return refuse(ResponseStatus::BadRequest, "the response primitive is no JSON object");
  Response response;
  bool has_status = false;
  for (const auto& [name, member] : value.items()) {
    Result<> read;
    if (name == "rsc") {
      int number = 0;
      read = read_member(name, member, number);
      response.status = static_cast<ResponseStatus>(number);
      has_status = true;
    } else if (name == "ati" || name == "tqf" || name == "asri") {
      continue;  // nothing in this CSE reads them
    } else {
      read = read_by_row(name, member, response, kVisitResponse);
    }
    if (!read) return tl::unexpected{std::move(read.error())};
  }
  if (!has_status) return refuse(ResponseStatus::BadRequest, "the parameter rsc is missing");
  return response;
}

}  // namespace edgecse::onem2m
