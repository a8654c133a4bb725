// SPDX-License-Identifier: Apache-2.0
#include "cse/request/request_resource.hpp"

#include "cse/message_check.hpp"
#include "cse/outbox.hpp"
#include "cse/subscription/notification_criteria.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse {

using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;
namespace type = onem2m::type;

namespace {

// Until the request, its result and the time in which the Originator may come for it are over. TS-0004 7.3.2.2; release4 18.
std::string choose_life(const CseCore& core, base::WallTime now, const Request& request) {
  const base::WallTime latest = now + core.options.maximum_expiration;
  std::optional<base::WallTime> end;
  for (const std::string* text : {&request.request_expiration, &request.result_expiration, &request.result_persistence})
    if (const auto time = onem2m::parse_timestamp(*text); time && *time <= latest) end = std::max(end.value_or(*time), *time);
  return onem2m::format_timestamp(end.value_or(now + core.request_resource_life.load()));
}

// Every parameter but those that are attributes of their own.
Json meta_information(const Request& request, base::WallTime now, Json& content) {
  Json meta = onem2m::to_json(request);
  if (const auto given = meta.find("pc"); given != meta.end()) content = std::move(*given);
  for (const char* name : {"op", "to", "fr", "rqi", "pc"}) meta.erase(name);
  if (!meta.contains("ot")) meta["ot"] = onem2m::format_timestamp(now);  // of the first reception. TS-0004 annex H
  return meta;
}

}  // namespace

bool is_final(const Resource& resource) {
  const auto status = static_cast<RequestStatus>(resource.number("rs"));
  return status == RequestStatus::Completed || status == RequestStatus::Failed;
}

onem2m::Result<> RequestProcedure::check_delete(const Tree&, const Request&, const Resource& resource) const {
  if (is_final(resource)) return {};
  return onem2m::refuse(ResponseStatus::UnableToRecallRequest, "the request '" + resource.name + "' is under way");
}

onem2m::Result<> RequestProcedure::before_delete(DeleteContext& context) {
  if (context.request != nullptr || is_final(context.resource)) return {};
  Resource expired = context.resource;
  if (static_cast<RequestStatus>(expired.number("rs")) != RequestStatus::PartiallyCompleted) {
    Response response;
    response.status = ResponseStatus::RequestTimeout;
    response.content = {{"m2m:dbg", "the request expired before it was done"}};
    set_operation_result(core_, context.transaction.now(), response, expired);
  }
  tell_result(core_, context.transaction, expired);
  return {};
}

Resource make_request_resource(const CseCore& core, Transaction& transaction, const Request& request) {
  Resource resource;
  resource.id = transaction.new_id();
  resource.parent = core.base_id();
  resource.name = "req-" + resource.id;
  resource.type = type::kRequest;
  resource.member_name = "m2m:req";
  resource.creator = local_originator(core.options, request.from);
  resource.created = transaction.next_creation();
  Json content;
  Json meta = meta_information(request, transaction.now(), content);
  const std::string now = onem2m::format_timestamp(transaction.now());
  Json& attributes = resource.attributes;
  attributes = {{"ty", resource.type}, {"ri", resource.id}, {"rn", resource.name}, {"pi", resource.parent},
                {"ct", now}, {"lt", now}, {"et", choose_life(core, transaction.now(), request)},
                {"op", static_cast<int>(request.operation)}, {"tg", request.to}, {"org", request.from},
                {"rid", request.request_identifier}, {"mi", std::move(meta)},
                {"rs", static_cast<int>(RequestStatus::Pending)},
                {"ors", {{"rsc", onem2m::to_number(ResponseStatus::Accepted)}, {"rqi", request.request_identifier},
                         {"to", request.from}, {"fr", core.options.id}}}};
  if (!request.from.empty()) attributes["lbl"] = {request.from};
  if (!content.is_null()) attributes["pc"] = std::move(content);
  return resource;
}

std::optional<Request> request_of(const Resource& resource) {
  const Json& attributes = resource.attributes;
  Json primitive = attributes.value("mi", Json::object());
  for (const auto& [parameter, attribute] : {std::pair{"op", "op"}, {"to", "tg"}, {"fr", "org"}, {"rqi", "rid"}, {"pc", "pc"}})
    if (const auto value = attributes.find(attribute); value != attributes.end()) primitive[parameter] = *value;
  auto request = onem2m::request_from_json(primitive);
  return request ? std::optional(std::move(*request)) : std::nullopt;
}

void set_operation_result(const CseCore& core, base::WallTime now, const Response& response, Resource& resource) {
  Json& attributes = resource.attributes;
  const bool done = onem2m::is_success(response.status);
  attributes["rs"] = static_cast<int>(done ? RequestStatus::Completed : RequestStatus::Failed);
  attributes["lt"] = onem2m::format_timestamp(now);
  Json result = onem2m::to_json(response);
  result["rqi"] = attributes["rid"];
  result["to"] = attributes["org"];
  result["fr"] = core.options.id;
  result["ot"] = onem2m::format_timestamp(now);
  result["rset"] = attributes["et"];
  for (const char* name : {"rvi", "vsi", "ec"}) result.erase(name);
  // An AE that registered this way becomes the owner of the answer by its new name.
  if (const auto content = result.find("pc"); content != result.end() && content->contains("m2m:ae")) {
    const std::string stem = (*content)["m2m:ae"].value("aei", std::string{});
    if (!stem.empty()) resource.creator = stem;
  }
  attributes["ors"] = std::move(result);
}

void tell_result(const CseCore& core, Transaction& transaction, const Resource& resource) {
  const Json& kind = member_of(resource.attributes.at("mi"), "rt");
  if (!kind.is_object() || kind.value("rtv", 0) != kNonBlockingAsynch) return;
  std::vector<std::string> targets;
  if (const auto given = kind.find("nu"); given != kind.end()) {
    targets = given->get<std::vector<std::string>>();
  } else if (!resource.creator.empty()) {
    targets = {resource.creator};
  }
  const Json notification = result_notification(resource);
  const std::int64_t soonest = (transaction.now() + core.request_life.load()).time_since_epoch().count();
  for (const std::string& uri : targets) {
    const NotificationTarget target = read_notification_target(uri);
    OutboxEntry entry;
    entry.ordering_key = resource.id + ' ' + target.address;
    entry.number = 1;
    entry.target = entry.request.to = target.address;
    entry.plain_url = target.is_url;
    entry.expires = std::max(to_microseconds(resource.text("et")), soonest);
    entry.request.operation = onem2m::Operation::Notify;
    entry.request.from = core.options.id;
    entry.request.request_identifier = resource.id + "-result";
    entry.request.release_version = resource.attributes.at("mi").value("rvi", "3");
    entry.request.content = notification;
    enqueue(transaction, entry);
  }
}

Json result_notification(const Resource& resource) {
  const Json& result = resource.attributes.at("ors");
  Json response = Json::object();
  for (const char* name : {"rsc", "rqi", "to", "fr", "pc", "ot"})
    if (const auto member = result.find(name); member != result.end()) response[name] = *member;
  const Json& meta = resource.attributes.at("mi");
  if (const auto release = meta.find("rvi"); release != meta.end()) response["rvi"] = *release;
  return Json{{"m2m:rsp", std::move(response)}};
}

}  // namespace edgecse::cse
