// SPDX-License-Identifier: Apache-2.0
#include "cse/group/group_procedure.hpp"

#include <algorithm>
#include <mutex>

#include "cse/procedures.hpp"

namespace edgecse::cse::group {
namespace {

using onem2m::refuse;
using onem2m::Request;
using onem2m::ResponseStatus;
using onem2m::Result;

bool changes_members(const Request& request) {
  return request.content.is_object() && !request.content.empty() && request.content.begin()->is_object() &&
         request.content.begin()->contains("mid");
}

/// Members that the group has not taken yet.
std::vector<std::string> members_to_ask(const CseCore& core, const Preparation& preparation) {
  std::vector<std::string> members = remote_members(core, preparation.attributes);
  const auto known = preparation.target->attributes.find("mid");
  if (preparation.target->type != onem2m::type::kGroup || known == preparation.target->attributes.end()) return members;
  std::erase_if(members, [&](const std::string& member) {
    return std::find(known->begin(), known->end(), Json(member)) != known->end();
  });
  return members;
}

struct Round {
  std::mutex mutex;
  std::size_t outstanding = 0;
  RemoteMembers answers;
  std::function<void(RemoteMembers)> done;
};

}  // namespace

void ask_members(CseCore& core, const Request& request, const std::vector<std::string>& members,
                 std::function<void(RemoteMembers)> done) {
  if (members.empty()) return done({});
  auto round = std::make_shared<Round>();
  round->outstanding = members.size();
  round->done = std::move(done);
  for (const std::string& member : members) {
    Request read = reader_for(request);
    read.to = resource_of(member);
    read.request_identifier = "member-" + core.environment.random.hex(8);
    core.pipeline->handle(std::move(read), [round, member](const onem2m::Response& answer) {
      RemoteMember read_as = read_answer(member, answer);
      std::unique_lock lock(round->mutex);
      round->answers.insert_or_assign(member, std::move(read_as));
      if (--round->outstanding != 0) return;
      lock.unlock();
      round->done(std::move(round->answers));
    });
  }
}

Result<> GroupProcedure::check_update(const UpdateCheck& check) const {
  const auto most = check.attributes.find("mnm");
  if (most == check.attributes.end() || check.attributes.contains("mid") || most->get<std::int64_t>() >= check.target.number("cnm"))
    return {};
  return refuse(ResponseStatus::MaxNumberOfMemberExceeded,
                "mnm " + most->dump() + " is below the number of members, " + std::to_string(check.target.number("cnm")));
}

bool GroupProcedure::prepares(const Request& request) const { return changes_members(request); }

bool GroupProcedure::needs_preparation(const Preparation& preparation) const {
  return !members_to_ask(core_, preparation).empty();
}

void GroupProcedure::prepare(Preparation preparation, PreparedCallback done) {
  // What can be refused without anybody's help is refused before others are troubled.
  Json attributes = preparation.target->type == onem2m::type::kGroup ? preparation.target->attributes : Json::object();
  attributes.update(preparation.attributes);
  const StoredInstances instances(core_.loop->store());
  const Request reader = reader_for(preparation.request);
  const MemberQuestion question{core_, preparation.snapshot->tree, instances, core_.environment.clock.wall_now(), reader, nullptr};
  if (auto fits = check_members(question, attributes); !fits) return done(tl::unexpected(fits.error()));
  ask_members(core_, preparation.request, members_to_ask(core_, preparation),
              [done = std::move(done)](const RemoteMembers& answers) { done(to_json(answers)); });
}

Result<> GroupProcedure::settle_members(Transaction& transaction, const Request& request, const Json& prepared,
                                        const Json* validated, Resource& group) const {
  const RemoteMembers remote = remote_members_from_json(prepared);
  const JobInstances instances(transaction);
  const Request reader = reader_for(request);
  auto checked = check_members({core_, transaction.tree(), instances, transaction.now(), reader, &remote, validated},
                               group.attributes);
  if (!checked) return tl::unexpected(checked.error());
  group.attributes["cnm"] = checked->ids.size();
  group.attributes["mid"] = std::move(checked->ids);
  group.attributes["mt"] = checked->type;
  group.attributes["mtv"] = checked->complete;
  if (!checked->specialised) group.attributes.erase("spty");
  return {};
}

Result<> GroupProcedure::before_create(CreateContext& context) {
  Json& attributes = context.resource.attributes;
  if (!attributes.contains("mt")) attributes["mt"] = 0;
  if (!attributes.contains("csy")) attributes["csy"] = 1;
  attributes["ssi"] = false;
  return settle_members(context.transaction, context.request, context.prepared, nullptr, context.resource);
}

Result<> GroupProcedure::before_update(UpdateContext& context) {
  if (!context.requested.contains("mid")) return {};
  const Json* validated = context.before.attributes.value("mtv", false) ? &context.before.attributes["mid"] : nullptr;
  return settle_members(context.transaction, context.request, context.prepared, validated, context.after);
}

}  // namespace edgecse::cse::group
