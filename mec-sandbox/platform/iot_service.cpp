// SPDX-License-Identifier: Apache-2.0
#include "platform/iot_service.hpp"

#include <algorithm>

namespace edgecse::sandbox {

using nlohmann::json;

namespace {

Shape topics() { return list_of(text()); }

Shape user_transport() {
  const auto details = object({optional("eventTopics", topics()), required("uplinkTopics", topics()), required("downlinkTopics", topics())});
  return with_implementation_details(Edition::V3_1_1, details);
}

Shape platform_info() {
  return object({required("iotPlatformId", text()), required("userTransportInfo", list_of(user_transport(), 1)),
                 optional("customServicesTransportInfo", list_of(with_implementation_details(Edition::V3_1_1, text()))),
                 required("enabled", boolean())});
}

Shape device_info() {
  std::vector<Member> members{required("deviceAuthenticationInfo", text()), required("deviceId", text()), required("enabled", boolean())};
  for (const char* name : {"gpsi", "pei", "supi", "msisdn", "imei", "imsi", "iccid", "requestedIotPlatformId", "requestedUserTransportId",
                           "clientCertificate"})
    members.push_back(optional(name, text()));
  const auto pair = object({required("key", text()), required("value", text())});
  members.push_back(optional("deviceMetadata", list_of(pair)));
  members.push_back(optional("requestedMecTrafficRule", list_of(object({}))));
  members.push_back(optional("deviceSpecificMessageFormats", object({})));
  members.push_back(optional("downlinkInfo", object({optional("downlinkTopic", text()), optional("devicePort", integer(0, 65'535))})));
  return object(std::move(members));
}

/// MEC 009 6.18, as far as this API asks for it: the attributes named, of what is there.
json only_fields(const Request& request, json entry) {
  std::vector<std::string> wanted;
  for (const auto& value : request.values("fields"))
    for (std::size_t at = 0; at <= value.size();) {
      const auto end = std::min(value.find(',', at), value.size());
      wanted.push_back(value.substr(at, end - at));
      at = end + 1;
    }
  if (wanted.empty()) return entry;
  for (auto member = entry.begin(); member != entry.end();)
    member = std::find(wanted.begin(), wanted.end(), member.key()) == wanted.end() ? entry.erase(member) : std::next(member);
  return entry;
}

}  // namespace

Reply IotService::handle(const Request& request) {
  static const Kind kPlatform{"registered_iot_platforms", "iotPlatformId", platform_info()};
  static const Kind kDevice{"registered_devices", "deviceId", device_info()};
  if (!request.path.empty() && request.path[0] == kPlatform.folder) return entries(request, kPlatform, platforms_);
  if (!request.path.empty() && request.path[0] == kDevice.folder) return entries(request, kDevice, devices_);
  return nothing_here(request, false);
}

Reply IotService::entries(const Request& request, const Kind& kind, Entries& all) {
  if (request.path.size() == 1) {
    if (request.method == "POST") return create(request, kind, all);
    if (request.method != "GET") return nothing_here(request, true);
    const auto filter = request.values("filter");
    if (!filter.empty() && filter[0] != "(eq,enabled,TRUE)") return refuse(400, "filter: expected (eq,enabled,TRUE)");
    auto list = json::array();
    for (const auto& [id, entry] : all)
      if (filter.empty() || entry.at("enabled") == true) list.push_back(only_fields(request, entry));
    return json_response(200, list);
  }
  if (request.path.size() != 2) return nothing_here(request, false);
  const auto found = all.find(request.path[1]);
  if (found == all.end()) return refuse(404, fmt::format("no entry {} is registered", request.path[1]));
  if (request.method == "GET") {
    auto response = json_response(200, only_fields(request, found->second));
    response.headers.add("ETag", entity_tag(found->second));
    return response;
  }
  if (request.method == "PUT") return update(request, kind, found->second);
  if (request.method != "DELETE") return nothing_here(request, true);
  all.erase(found);
  tell(kind, request.path[1], "REMOVED");
  return no_content();
}

Reply IotService::create(const Request& request, const Kind& kind, Entries& all) {
  auto body = body_of(request, kind.shape);
  if (!body) return tl::unexpected{body.error()};
  const std::string id = body->at(kind.id_member);
  if (all.contains(id)) return refuse(400, fmt::format("{}: {} is registered already", kind.id_member, id));
  if (&all == &devices_)
    if (auto done = complete_device(*body); !done) return tl::unexpected{done.error()};
  all[id] = *body;
  tell(kind, id, "ADDED");
  return json_response(201, *body, fmt::format("{}/{}/iots/v1/{}/{}", outside_.api_root, host_.name, kind.folder, net::percent_encode(id)));
}

Reply IotService::update(const Request& request, const Kind& kind, json& entry) {
  auto body = body_of(request, kind.shape);
  if (!body) return tl::unexpected{body.error()};
  if (body->at(kind.id_member) != entry.at(kind.id_member))
    return refuse(400, fmt::format("{}: differs from the one in the path", kind.id_member));
  if (auto match = check_if_match(request, entry); !match) return tl::unexpected{match.error()};
  if (std::string_view{kind.id_member} == "deviceId")
    if (auto done = complete_device(*body); !done) return tl::unexpected{done.error()};
  entry = *body;
  tell(kind, entry.at(kind.id_member), "CHANGED");
  return json_response(200, entry);
}

Result<> IotService::complete_device(json& device) const {
  bool valid = device.contains("requestedMecTrafficRule") && !device.at("requestedMecTrafficRule").empty();
  if (device.contains("requestedIotPlatformId")) {
    const auto platform = platforms_.find(device.at("requestedIotPlatformId").get<std::string>());
    if (platform == platforms_.end()) return refuse(400, "requestedIotPlatformId: no such IoT platform is registered");
    const auto& transports = platform->second.at("userTransportInfo");
    const auto wanted = device.find("requestedUserTransportId");
    const auto offered = std::any_of(transports.begin(), transports.end(), [&](const json& transport) {
      return wanted != device.end() && transport.at("id") == *wanted;
    });
    if (wanted != device.end() && !offered) return refuse(400, "requestedUserTransportId: the IoT platform offers no such transport");
    valid = valid || offered || transports.size() == 1;
  }
  device["enabled"] = valid;  // maintained by the service, whatever the consumer says
  return {};
}

void IotService::tell(const Kind& kind, const std::string& id, const char* change) {
  const bool of_platform = std::string_view{kind.id_member} == "iotPlatformId";
  outside_.events.tell(of_platform ? "iot_platform" : "iot_device", {{"host", host_.name}, {"id", id}, {"change", change}});
}

void IotService::forget_all() {
  platforms_.clear();
  devices_.clear();
}

}  // namespace edgecse::sandbox
