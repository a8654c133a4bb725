// SPDX-License-Identifier: Apache-2.0
#include "cse/request/delivery.hpp"

#include "cse/message_check.hpp"
#include "cse/registrees.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;

constexpr std::size_t kMostRequests = 1'000;

/// Peers differ in how they write the names that have no short form of their own.
const Json& first_of(const Json& object, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (const Json& found = member_of(object, name); !found.is_null()) return found;
  return member_of(object, *names.begin());
}

Result<Request> read_request(const Json& given, std::size_t place) {
  const auto bad = [place](const std::string& why) {
    return refuse(ResponseStatus::BadRequest, "arq: request " + std::to_string(place + 1) + " " + why);
  };
  if (!given.is_object()) return bad("is no object");
  Json primitive = member_of(given, "mi").is_object() ? member_of(given, "mi") : Json::object();
  primitive["op"] = member_of(given, "op");
  primitive["to"] = member_of(given, "to");
  primitive["fr"] = member_of(given, "fr");
  primitive["rqi"] = first_of(given, {"rqi", "rid", "requestIdentifier"});
  if (const Json& content = member_of(given, "pc"); !content.is_null()) primitive["pc"] = content;
  auto request = onem2m::request_from_json(primitive);
  if (!request) return bad("cannot be read: " + request.error().detail);
  if (request->from.empty()) return bad("has no Originator (fr)");
  return request;
}

Result<std::vector<Request>> read_requests(const Json& attributes) {
  std::vector<Request> requests;
  const Json& list = first_of(member_of(attributes, "arq"), {"req", "request"});
  if (list.is_null()) return requests;
  if (!list.is_array() || list.size() > kMostRequests)
    return refuse(ResponseStatus::BadRequest, "arq: req is no list of at most " + std::to_string(kMostRequests) + " requests");
  for (const Json& given : list) {
    auto request = read_request(given, requests.size());
    if (!request) return tl::unexpected(request.error());
    // The whole delivery says what its parts leave open.
    if (!request->event_category) request->event_category = attributes.at("ec").get<int>();
    if (request->request_expiration.empty()) request->request_expiration = attributes.at("ls").get<std::string>();
    requests.push_back(std::move(*request));
  }
  return requests;
}

}  // namespace

std::optional<Result<>> DeliveryProcedure::authorise(const Tree& tree, const Request& request, const Resource& target) const {
  const bool makes = request.operation == onem2m::Operation::Create && target.type == onem2m::type::kCseBase;
  if (makes && find_remote_cse(core_, tree, request.from)) return Result<>{};
  return std::nullopt;
}

Result<> DeliveryProcedure::check_create(const CreateCheck& check) const {
  const auto requests = read_requests(check.attributes);
  if (!requests) return tl::unexpected(requests.error());
  if (requests->empty()) return {};
  if (!find_remote_cse(core_, check.tree, check.request.from))
    return refuse(ResponseStatus::OriginatorHasNoPrivilege,
                  "the requests of a delivery come from a CSE that is registered here, not from " + check.request.from);
  for (const Request& request : *requests) {
    if (local_originator(core_.options, request.from).starts_with('/')) continue;
    return refuse(ResponseStatus::OriginatorHasNoPrivilege, check.request.from + " cannot speak for " + request.from);
  }
  return {};
}

Result<> DeliveryProcedure::after_create(CreateContext& context) {
  auto requests = read_requests(context.resource.attributes);
  if (!requests) return tl::unexpected(requests.error());
  for (Request& request : *requests) {
    // Nobody waits for the answer here: who wants it told has said so, others ask for the <request>.
    if (request.response_type != kNonBlockingAsynch) request.response_type = kNonBlockingSynch;
    request.peer = context.request.peer;
    make_times_absolute(request, context.transaction.now());
    accept_(context.transaction, std::move(request));
  }
  return {};
}

}  // namespace edgecse::cse
