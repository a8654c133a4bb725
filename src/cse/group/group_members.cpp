// SPDX-License-Identifier: Apache-2.0
#include "cse/group/group_members.hpp"

#include <algorithm>
#include <set>

#include "cse/procedures.hpp"
#include "onem2m/address.hpp"

namespace edgecse::cse::group {
namespace {

using onem2m::refuse;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr int kOldest = 20001, kLatest = 20002;  // m2m:memberType of virtual resources
enum Strategy { kAbandonMember = 1, kAbandonGroup = 2, kSetMixed = 3 };

struct Member {
  std::string id;              // as stored
  std::vector<int> types;      // any of them may be the group's
  Json specialisation;
};

std::string_view last_segment(std::string_view address) {
  const std::size_t slash = address.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : address.substr(slash + 1);
}

int instance_type(int parent_type) {
  if (parent_type == type::kTimeSeries) return type::kTimeSeriesInstance;
  return parent_type == type::kFlexContainer ? type::kFlexContainerInstance : type::kContentInstance;
}

/// A member that is, or hangs at, a resource of that type.
std::vector<int> types_of(std::string_view member, int resource_type, int member_type_of_group) {
  const std::string_view end = last_segment(member);
  if (end == "la") return {kLatest, instance_type(resource_type)};
  if (end == "ol") return {kOldest, instance_type(resource_type)};
  if (end == "fopt" && resource_type == type::kGroup) return {member_type_of_group};
  return {resource_type};
}

Json specialisation_of(const Json& attributes) {
  for (const char* name : {"cnd", "mgd"})
    if (const auto found = attributes.find(name); found != attributes.end()) return *found;
  return {};
}

Result<Member> find_here(const MemberQuestion& question, const std::string& given, const onem2m::Address& address) {
  auto target = resolve(question.core, question.tree, address);
  if (!target) return refuse(ResponseStatus::NotFound, "the member '" + given + "' is not here");
  const Resource& resource = *target->resource;
  if (auto may = authorise(question.core, question.tree, question.now, question.reader, onem2m::AccessOperation::Retrieve,
                           resource);
      !may)
    return refuse(ResponseStatus::ReceiverHasNoPrivilege, question.reader.from + " may not read the member '" + given + "'");
  Member member{resource.id, {}, {}};
  switch (target->kind) {
    case Target::Kind::Resource:
      member.types = {resource.type};
      member.specialisation = specialisation_of(resource.attributes);
      return member;
    case Target::Kind::Instance:
    case Target::Kind::NamedInstance: {
      const auto instance = find_instance(*target, question.instances, question.now);
      if (!instance) return refuse(ResponseStatus::NotFound, "the member '" + given + "' is not here");
      member.id = instance_id(resource.id, (*instance)->sequence);
      member.types = {(*instance)->type};
      return member;
    }
    case Target::Kind::Latest:
    case Target::Kind::Oldest:
    case Target::Kind::Virtual:
      member.id += '/' + target->name;
      member.types = types_of(member.id, resource.type, static_cast<int>(resource.number("mt")));
      return member;
  }
  return member;
}

Result<std::optional<Member>> find_there(const MemberQuestion& question, const std::string& given) {
  if (question.remote == nullptr) return std::optional<Member>{};
  const auto found = question.remote->find(given);
  if (found == question.remote->end()) return std::optional<Member>{};
  switch (found->second.state) {
    case RemoteMember::State::Known:
      return std::optional(Member{given, types_of(given, found->second.type, found->second.type), found->second.specialisation});
    case RemoteMember::State::Gone:
      return refuse(ResponseStatus::NotFound, "the member '" + given + "' is not there");
    case RemoteMember::State::Forbidden:
      return refuse(ResponseStatus::ReceiverHasNoPrivilege, question.reader.from + " may not read the member '" + given + "'");
    case RemoteMember::State::Silent:
      return std::optional<Member>{};
  }
  return std::optional<Member>{};
}

bool was_validated(const MemberQuestion& question, const Json& member) {
  return question.validated != nullptr &&
         std::find(question.validated->begin(), question.validated->end(), member) != question.validated->end();
}

bool fits(const Member& member, int member_type, const Json& specialisation) {
  if (member_type != type::kMixed && std::ranges::find(member.types, member_type) == member.types.end()) return false;
  return specialisation.is_null() || member.specialisation.is_null() || member.specialisation == specialisation;
}

}  // namespace

Json to_json(const RemoteMembers& members) {
  Json value = Json::object();
  for (const auto& [id, member] : members)
    value[id] = {{"state", static_cast<int>(member.state)}, {"ty", member.type}, {"spty", member.specialisation}};
  return value;
}

RemoteMembers remote_members_from_json(const Json& value) {
  RemoteMembers members;
  if (!value.is_object()) return members;
  for (const auto& [id, member] : value.items())
    members[id] = {static_cast<RemoteMember::State>(member.value("state", 0)), member.value("ty", 0), member["spty"]};
  return members;
}

RemoteMember read_answer(const std::string& member, const onem2m::Response& answer) {
  using State = RemoteMember::State;
  if (answer.status == ResponseStatus::NotFound) return {State::Gone, 0, {}};
  const int number = onem2m::to_number(answer.status);
  if (number == onem2m::to_number(ResponseStatus::RequestTimeout) || number / 1000 == 5) return {State::Silent, 0, {}};
  if (!onem2m::is_success(answer.status)) return {State::Forbidden, 0, {}};
  const Json content = answer.serialized_content ? Json::parse(*answer.serialized_content, nullptr, false) : answer.content;
  if (!content.is_object() || content.size() != 1 || !content.begin()->is_object()) return {State::Silent, 0, {}};
  const Json& attributes = *content.begin();
  RemoteMember known{State::Known, 0, specialisation_of(attributes)};
  const bool nested = last_segment(member) == "fopt";
  if (const auto number_of = attributes.find(nested ? "mt" : "ty"); number_of != attributes.end() && number_of->is_number_integer())
    known.type = number_of->get<int>();
  return known;
}

onem2m::Request reader_for(const onem2m::Request& request) {
  onem2m::Request reader;
  reader.operation = onem2m::Operation::Retrieve;
  reader.from = request.from;
  reader.release_version = "3";
  reader.peer = request.peer;
  reader.role_ids = request.role_ids;
  reader.tokens = request.tokens;
  reader.token_ids = request.token_ids;
  reader.local_token_ids = request.local_token_ids;
  return reader;
}

std::string resource_of(const std::string& member) {
  const std::string_view end = last_segment(member);
  if (end != "fopt" && end != "la" && end != "ol") return member;
  return member.substr(0, member.size() - end.size() - 1);
}

std::vector<std::string> remote_members(const CseCore& core, const Json& attributes) {
  std::set<std::string> found;
  const auto ids = attributes.find("mid");
  if (ids == attributes.end() || !ids->is_array()) return {};
  for (const Json& id : *ids) {
    if (!id.is_string()) continue;
    const auto address = onem2m::parse_address(id.get_ref<const std::string&>());
    if (address && !is_hosted(core.options, *address)) found.insert(id.get<std::string>());
  }
  return {found.begin(), found.end()};
}

Result<CheckedMembers> check_members(const MemberQuestion& question, const Json& attributes) {
  CheckedMembers checked;
  checked.type = attributes.value("mt", static_cast<int>(type::kMixed));
  const int strategy = attributes.value("csy", static_cast<int>(kAbandonMember));
  Json specialisation = attributes.contains("spty") ? attributes["spty"] : Json{};
  std::set<std::string> seen;
  for (const Json& entry : attributes.at("mid")) {
    const std::string given = entry.get<std::string>();
    const auto address = onem2m::parse_address(given);
    if (!address) return refuse(ResponseStatus::BadRequest, "the member '" + given + "' is no address");
    std::optional<Member> member;
    if (is_hosted(question.core.options, *address)) {
      auto here = find_here(question, given, *address);
      if (!here) return tl::unexpected(here.error());
      member = std::move(*here);
    } else {
      auto there = find_there(question, given);
      if (!there) return tl::unexpected(there.error());
      member = std::move(*there);
      if (!member && !was_validated(question, entry)) checked.complete = false;
    }
    const std::string id = member ? member->id : given;
    if (seen.contains(id)) continue;
    if (member && !fits(*member, checked.type, specialisation)) {
      if (strategy == kAbandonGroup)
        return refuse(ResponseStatus::GroupMemberTypeInconsistent, "the member '" + given + "' is not of the group's type");
      if (strategy != kSetMixed) continue;
      checked.type = type::kMixed;
      checked.specialised = false;
      specialisation = nullptr;
    }
    seen.insert(id);
    checked.ids.push_back(id);
  }
  if (const std::int64_t most = attributes.value("mnm", std::int64_t{0}); static_cast<std::int64_t>(checked.ids.size()) > most)
    return refuse(ResponseStatus::MaxNumberOfMemberExceeded,
                  std::to_string(checked.ids.size()) + " members are more than mnm, " + std::to_string(most));
  return checked;
}

}  // namespace edgecse::cse::group
