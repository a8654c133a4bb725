// SPDX-License-Identifier: Apache-2.0
#include "support/fake_cse.hpp"

#include <algorithm>

#include "onem2m/timestamp.hpp"

namespace edgecse::test {
namespace {

using onem2m::Json;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseStatus;

Response status(ResponseStatus code) {
  Response response;
  response.status = code;
  return response;
}

std::string member_of(int type) {
  switch (type) {
    case 2: return "m2m:ae";
    case 3: return "m2m:cnt";
    case 4: return "m2m:cin";
    case 23: return "m2m:sub";
    default: return "m2m:x";
  }
}

}  // namespace

FakeCse::Entry& FakeCse::put(const std::string& address, int type, const std::string& member, Json attributes) {
  if (!attributes.contains("ri")) attributes["ri"] = "r" + std::to_string(++last_id_);
  attributes["rn"] = address.substr(address.rfind('/') + 1);
  attributes["ct"] = onem2m::format_timestamp(time_.wall_now());
  return entries[address] = Entry{type, member, std::move(attributes), ++last_id_};
}

Json& FakeCse::put_ae(const std::string& name, const std::string& stem, std::vector<std::string> labels,
                      std::vector<std::string> points_of_access) {
  return put("cse-mn/" + name, 2, "m2m:ae",
             {{"ri", stem}, {"aei", stem}, {"api", "Nflow"}, {"lbl", labels}, {"poa", points_of_access}})
      .attributes;
}

Json& FakeCse::put_container(const std::string& address, const std::string& id, std::vector<std::string> labels) {
  return put(address, 3, "m2m:cnt", {{"ri", id}, {"lbl", labels}, {"next", 1}}).attributes;
}

Json FakeCse::add_instance(const std::string& container, const std::string& content) {
  auto& parent = entries.at(container).attributes;
  const int sequence = parent["next"].get<int>();
  parent["next"] = sequence + 1;
  parent["cni"] = parent.value("cni", 0U) + 1;
  const std::string id = parent["ri"].get<std::string>() + "-" + std::to_string(sequence);
  return put(container + "/i" + std::to_string(sequence), 4, "m2m:cin", {{"ri", id}, {"pi", parent["ri"]}, {"con", content}, {"ty", 4}}).attributes;
}

void FakeCse::handle(Request request, onem2m::ResponseCallback done) {
  seen.push_back(request);
  time_.post([this, request = std::move(request), done = std::move(done)] {
    Response response = answer(request);
    response.request_identifier = request.request_identifier;
    done(std::move(response));
  });
}

std::string FakeCse::resolve(const std::string& to) const {
  const bool is_oldest = to.ends_with("/ol");
  if (!to.ends_with("/la") && !is_oldest) return to;
  const std::string container = to.substr(0, to.size() - 3);
  std::string newest;
  int made = 0;
  for (const auto& [address, entry] : entries) {
    if ((entry.type == 4 || entry.type == 30) && address.substr(0, address.rfind('/')) == container && (made == 0 || (entry.made > made) != is_oldest)) {
      newest = address;
      made = entry.made;
    }
  }
  return newest;
}

Response FakeCse::answer(const Request& request) {
  const std::string address = resolve(request.to);
  if (forbidden.contains(address)) return status(ResponseStatus::OriginatorHasNoPrivilege);
  const auto found = entries.find(address);
  if (found == entries.end()) return status(ResponseStatus::NotFound);
  switch (request.operation) {
    case onem2m::Operation::Create: return create(request);
    case onem2m::Operation::Delete:
      std::erase_if(entries, [&](const auto& entry) { return entry.first == address || entry.first.starts_with(address + "/"); });
      return status(ResponseStatus::Deleted);
    case onem2m::Operation::Update: {
      for (const auto& [name, value] : request.content.begin().value().items()) found->second.attributes[name] = value;
      Response response = status(ResponseStatus::Updated);
      response.content = {{found->second.member, found->second.attributes}};
      return response;
    }
    case onem2m::Operation::Retrieve: break;
    default: return status(ResponseStatus::OperationNotAllowed);
  }
  if (request.filter_criteria.filter_usage == 1 || request.result_content == 8) return list(request);
  Response response;
  // As a CSE that has the text at hand answers.
  response.serialized_content = std::make_shared<std::string>(Json{{found->second.member, found->second.attributes}}.dump());
  return response;
}

Response FakeCse::create(const Request& request) {
  Json attributes = request.content.begin().value();
  const int type = request.resource_type.value_or(0);
  if (type == 4) {
    if (!entries.at(request.to).attributes.contains("next")) entries.at(request.to).attributes["next"] = 1;
    Response response = status(ResponseStatus::Created);
    response.content = {{"m2m:cin", add_instance(request.to, attributes.value("con", ""))}};
    return response;
  }
  const std::string address = request.to + "/" + attributes.value("rn", "x" + std::to_string(last_id_));
  if (entries.contains(address)) return status(ResponseStatus::Conflict);
  attributes["cr"] = request.from;
  if (type == 2) attributes["ri"] = attributes["aei"] = request.from;
  const auto& made = put(address, type, member_of(type), attributes);
  Response response = status(ResponseStatus::Created);
  response.content = {{made.member, made.attributes}};
  return response;
}

std::vector<std::string> FakeCse::below(const std::string& address, const onem2m::FilterCriteria& criteria) const {
  std::vector<std::string> found;
  for (const auto& [candidate, entry] : entries) {
    if (!candidate.starts_with(address + "/") || forbidden.contains(candidate)) continue;
    const auto depth = static_cast<std::uint64_t>(std::count(candidate.begin() + static_cast<std::ptrdiff_t>(address.size()), candidate.end(), '/'));
    if (criteria.level && depth > *criteria.level) continue;
    const auto& types = criteria.resource_types;
    if (!types.empty() && std::find(types.begin(), types.end(), entry.type) == types.end()) continue;
    const std::string created = entry.attributes.value("ct", "");
    if (criteria.created_after && created <= *criteria.created_after) continue;
    if (criteria.created_before && created >= *criteria.created_before) continue;
    found.push_back(candidate);
  }
  return found;
}

Response FakeCse::list(const Request& request) {
  auto found = below(request.to, request.filter_criteria);
  if (request.result_content == 8)  // instances by creation, as TS-0004 has it
    std::stable_sort(found.begin(), found.end(), [this](const auto& a, const auto& b) { return entries.at(a).made < entries.at(b).made; });
  const std::size_t from = request.filter_criteria.offset.value_or(1) - 1;
  Response response;
  response.content = Json::object();
  if (request.result_content != 8) response.content["m2m:uril"] = Json::array();
  for (std::size_t i = from; i < found.size() && i < from + page; ++i) {
    const auto& entry = entries.at(found[i]);
    if (request.result_content == 8) response.content[entry.member].push_back(entry.attributes);
    else response.content["m2m:uril"].push_back(found[i]);
  }
  if (from + page < found.size()) {
    response.content_status = 1;
    response.content_offset = from + page + 1;
  }
  return response;
}

}  // namespace edgecse::test
