// SPDX-License-Identifier: Apache-2.0
#include "cse/group/member_keeper.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "cse/group/group_procedure.hpp"

namespace edgecse::cse::group {
namespace {

using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

constexpr std::chrono::seconds kAskAgain{60};

bool is_unvalidated(const Resource& resource) {
  return resource.type == type::kGroup && !resource.attributes.value("mtv", true);
}

/// As whom members are read when nobody asks.
Request request_of_creator(const Resource& group) {
  Request request;
  request.from = group.creator;
  return reader_for(request);
}

}  // namespace

MemberKeeper::MemberKeeper(CseCore& core) : core_(core) {
  core.loop->snapshot()->tree.for_each([this](const ResourcePtr& resource) {
    if (resource->type == type::kGroup) learn(*resource);
  });
}

void MemberKeeper::learn(const Resource& group) {
  const auto members = group.attributes.find("mid");
  if (members == group.attributes.end()) return;
  for (const Json& member : *members)
    if (member.is_string() && !member.get_ref<const std::string&>().starts_with('/'))
      groups_of_[resource_of(member)].insert(group.id);
}

void MemberKeeper::on_import(const Resource& resource) {
  if (resource.type == type::kGroup) learn(resource);
}

void MemberKeeper::on_event(Transaction& transaction, const ResourceEvent& event) {
  if (event.kind == ResourceEvent::Kind::Deleted) return drop_member(transaction, event.id);
  if (event.type == type::kGroup && event.resource) learn(*event.resource);
}

void MemberKeeper::drop_member(Transaction& transaction, const std::string& member) {
  const auto found = groups_of_.find(member);
  if (found == groups_of_.end()) return;
  for (const std::string& id : found->second) {
    const ResourcePtr present = transaction.tree().find(id);
    if (!present || present->type != type::kGroup) continue;
    if (!present->unit.empty() && !core_.gate->serves(transaction, present->unit)) continue;
    Resource group = *present;
    Json left = Json::array();
    for (const Json& one : group.attributes["mid"])
      if (!one.is_string() || resource_of(one) != member) left.push_back(one);
    if (left.size() == group.attributes["mid"].size()) continue;
    group.attributes["cnm"] = left.size();
    group.attributes["mid"] = std::move(left);
    transaction.put(std::move(group));
  }
  // The entry stays until a restart: the job may still fail.
}

void MemberKeeper::start() {
  core_.environment.executor.run_after(kAskAgain, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->ask_again();
    self->start();
  });
}

void MemberKeeper::ask_again() {
  std::vector<ResourcePtr> groups;
  core_.loop->snapshot()->tree.for_each([&](const ResourcePtr& resource) {
    if (is_unvalidated(*resource) && (resource->unit.empty() || core_.gate->serves(resource->unit))) groups.push_back(resource);
  });
  for (const ResourcePtr& group : groups) ask_again(*group);
}

void MemberKeeper::ask_again(const Resource& group) {
  const Request as = request_of_creator(group);
  ask_members(core_, as, remote_members(core_, group.attributes), [weak = weak_from_this(), id = group.id, as](const RemoteMembers& answers) {
    if (const auto self = weak.lock()) self->settle(id, as, answers);
  });
}

void MemberKeeper::settle(const std::string& id, const Request& as, const RemoteMembers& answers) {
  RemoteMembers known;  // one that is gone or closed now stays a member: what is sent to it is answered by its host
  for (const auto& [member, answer] : answers)
    if (answer.state == RemoteMember::State::Known) known.emplace(member, answer);
  const bool complete = known.size() == answers.size();
  core_.loop->submit(
      {[this, self = shared_from_this(), id, as, known, complete](Transaction& transaction) -> Result<> {
         const ResourcePtr present = transaction.tree().find(id);
         if (!present || !is_unvalidated(*present)) return {};
         if (!present->unit.empty() && !core_.gate->serves(transaction, present->unit)) return {};
         const JobInstances instances(transaction);
         const auto checked = check_members({core_, transaction.tree(), instances, transaction.now(), as, &known}, present->attributes);
         if (!checked && checked.error().status == ResponseStatus::GroupMemberTypeInconsistent)
           return delete_resource(core_, transaction, id, nullptr);  // consistencyStrategy ABANDON_GROUP
         if (!checked) return {};
         Resource group = *present;
         group.attributes["cnm"] = checked->ids.size();
         group.attributes["mid"] = checked->ids;
         group.attributes["mt"] = checked->type;
         group.attributes["mtv"] = complete && checked->complete;
         if (!checked->specialised) group.attributes.erase("spty");
         if (group.attributes != present->attributes) transaction.put(std::move(group));
         return {};
       },
       nullptr});
}

}  // namespace edgecse::cse::group
