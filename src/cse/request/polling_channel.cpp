// SPDX-License-Identifier: Apache-2.0
#include "cse/request/polling_channel.hpp"

#include <algorithm>

#include "cse/message_check.hpp"
#include "cse/target.hpp"
#include "onem2m/address.hpp"
#include "onem2m/json_codec.hpp"

namespace edgecse::cse {

using onem2m::make_error_response;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
using onem2m::Result;
namespace type = onem2m::type;

namespace {

constexpr const char* kName = "pcu";
constexpr std::size_t kMostWaiting = 10'000;  // requests of one channel

// AE-ID or CSE-ID of the entity that the parent of a channel stands for; empty: it stands for none.
std::string entity_of(const Resource& parent) {
  if (parent.type == type::kAe) return parent.id;
  return parent.type == type::kRemoteCse ? parent.text("csi") : std::string{};
}

bool is_entity(const CseCore& core, const std::string& from, const Resource& parent) {
  const std::string entity = entity_of(parent);
  std::string who = local_originator(core.options, from);
  if (who.starts_with("/S")) who.erase(0, 1);
  return !entity.empty() && who == entity;
}

class PollingChannelProcedure final : public TypeProcedure {
 public:
  PollingChannelProcedure(const CseCore& core, PollingChannels& channels) : core_(core), channels_(channels) {}

  /// Nobody but the entity itself, whatever its policies say; for the administrator and this CSE what is there is as everywhere.
  /// TS-0004 7.3.3.15.
  [[nodiscard]] std::optional<Result<>> authorise(const Tree& tree, const Request& request,
                                                  const Resource& target) const override {
    const ResourcePtr parent = target.type == type::kPollingChannel ? tree.find(target.parent) : tree.find(target.id);
    if (!parent || entity_of(*parent).empty()) return std::nullopt;
    if (is_entity(core_, request.from, *parent)) return Result<>{};
    const bool makes = request.operation == onem2m::Operation::Create;  // nobody but the entity could use it
    if (!makes && (request.from == core_.options.admin_originator || request.from == core_.options.id)) return std::nullopt;
    return onem2m::refuse(ResponseStatus::OriginatorHasNoPrivilege,
                          "a polling channel is for " + entity_of(*parent) + ", not for " + request.from);
  }

  [[nodiscard]] Result<> check_create(const CreateCheck& check) const override {
    if (!polling_channel_of(check.tree, check.parent.id)) return {};
    return onem2m::refuse(ResponseStatus::BadRequest, "'" + check.parent.name + "' has a polling channel already");
  }
  Result<> before_create(CreateContext& context) override {
    Json& attributes = context.resource.attributes;
    if (!attributes.contains("rqag")) attributes["rqag"] = false;
    return {};
  }
  Result<> before_delete(DeleteContext& context) override {
    context.transaction.after_commit([this, id = context.resource.id] { channels_.forget(id); });
    return {};
  }

 private:
  const CseCore& core_;
  PollingChannels& channels_;
};

}  // namespace

struct PollingChannels::Waiting {
  Request request;
  ResponseCallback done;
  base::TimerId timer = 0;
};

ResourcePtr polling_channel_of(const Tree& tree, std::string_view entity) {
  for (const ResourcePtr& child : tree.children(entity))
    if (child->type == type::kPollingChannel) return child;
  return nullptr;
}

PollingChannels::PollingChannels(CseCore& core) : core_(core) {
  core.procedures.add(type::kPollingChannel, std::make_shared<PollingChannelProcedure>(core, *this));
  core.virtual_targets.push_back(this);
}
PollingChannels::~PollingChannels() = default;

bool PollingChannels::takes(const Request&, const std::vector<std::string>& segments) const {
  if (segments.size() < 2 || segments.back() != kName) return false;
  onem2m::Address address;
  address.segments = segments;
  const auto target = resolve(core_, core_.loop->snapshot()->tree, address);
  return target && target->kind == Target::Kind::Virtual && target->resource->type == type::kPollingChannel;
}

void PollingChannels::handle(Request request, ResponseCallback done) {
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const auto address = onem2m::parse_address(request.to);
  const auto target = address ? resolve(core_, snapshot->tree, *address) : std::nullopt;
  if (!target) return done(make_error_response(request, ResponseStatus::NotFound, "'" + request.to + "' is not here"));
  const Resource& channel = *target->resource;
  if (!channel.unit.empty()) {
    const Verdict verdict = core_.gate->judge_read(*snapshot, channel.unit, request);
    if (verdict.action == Verdict::Action::Park) return core_.gate->park(verdict.unit, std::move(request), std::move(done));
    if (verdict.action == Verdict::Action::Forward) return core_.gate->forward(verdict, std::move(request), std::move(done));
    if (verdict.action == Verdict::Action::Refuse && verdict.error)
      return done(make_error_response(request, verdict.error->status, verdict.error->detail));
  }
  const ResourcePtr parent = snapshot->tree.find(channel.parent);
  if (!parent || !is_entity(core_, request.from, *parent))
    return done(make_error_response(request, ResponseStatus::OriginatorHasNoPrivilege,
                                    "the polling channel '" + channel.name + "' is not for " + request.from));
  serve(channel, std::move(request), std::move(done));
}

void PollingChannels::serve(const Resource& channel, Request request, ResponseCallback done) {
  switch (request.operation) {
    case onem2m::Operation::Retrieve:
      return poll(channel, std::move(request), std::move(done));
    case onem2m::Operation::Notify:
      return take_response(channel, request, done);
    default:
      return done(make_error_response(request, ResponseStatus::OperationNotAllowed, "pcu takes RETRIEVE and NOTIFY only"));
  }
}

PollingChannels::WaitingPtr PollingChannels::make_waiting(const std::string& channel, Request request, ResponseCallback done) {
  const base::WallTime now = core_.environment.clock.wall_now();
  const base::Duration left = std::max(deadline_of(core_, request, now) - now, base::Duration{0});
  auto waiting = std::make_shared<Waiting>(Waiting{std::move(request), std::move(done)});
  waiting->timer = core_.environment.executor.run_after(
      left, [this, alive = std::weak_ptr(alive_), channel, weak = std::weak_ptr(waiting)] {
        const WaitingPtr late = weak.lock();
        if (late && !alive.expired()) expire(channel, late);
      });
  return waiting;
}

void PollingChannels::send(const Resource& channel, Request request, ResponseCallback done) {
  if (request.request_identifier.empty()) request.request_identifier = "poll-" + core_.environment.random.hex(8);
  Tasks tasks;
  {
    const std::lock_guard lock(mutex_);
    Channel& here = channels_[channel.id];
    if (here.requests.size() + here.out.size() >= kMostWaiting) {
      tasks.push_back([&] {
        done(make_error_response(request, ResponseStatus::TargetNotReachable, "too many requests wait in the polling channel"));
      });
    } else {
      here.requests.push_back(make_waiting(channel.id, std::move(request), std::move(done)));
      if (!here.polls.empty()) hand_over(here, channel.attributes.value("rqag", false), tasks);
    }
  }
  for (const auto& task : tasks) task();
}

void PollingChannels::poll(const Resource& channel, Request request, ResponseCallback done) {
  Tasks tasks;
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    Channel& here = channels_[channel.id];
    here.polls.push_back(make_waiting(channel.id, std::move(request), std::move(done)));
    idle = here.requests.empty();
    if (!idle) hand_over(here, channel.attributes.value("rqag", false), tasks);
  }
  for (const auto& task : tasks) task();
  if (idle && on_idle_poll_) on_idle_poll_(channel.parent);
}

/// The oldest poll gets the oldest request, or all of them at once.
void PollingChannels::hand_over(Channel& channel, bool aggregated, Tasks& tasks) {
  const WaitingPtr poll = channel.polls.front();
  channel.polls.pop_front();
  core_.environment.executor.cancel(poll->timer);
  Json list = Json::array();
  do {
    const WaitingPtr waiting = channel.requests.front();
    channel.requests.pop_front();
    list.push_back(onem2m::to_json(waiting->request));
    channel.out.emplace(waiting->request.request_identifier, waiting);
  } while (aggregated && !channel.requests.empty());
  Response response;
  response.content = aggregated ? Json{{"m2m:agrp", std::move(list)}} : Json{{"m2m:rqp", std::move(list.front())}};
  tasks.push_back([poll, response = std::move(response)] { poll->done(response); });
}

void PollingChannels::take_response(const Resource& channel, const Request& request, const ResponseCallback& done) {
  const auto refuse = [&](const std::string& why) { done(make_error_response(request, ResponseStatus::BadRequest, why)); };
  const auto content = request.content.find("m2m:rsp");
  if (content == request.content.end() || request.content.size() != 1)
    return refuse("a NOTIFY to pcu holds a response, m2m:rsp");
  auto response = onem2m::response_from_json(*content);
  if (!response) return refuse(response.error().detail);
  if (!response->from.empty() &&
      local_originator(core_.options, response->from) != local_originator(core_.options, request.from))
    return refuse("the response says it is from " + response->from + ", but " + request.from + " brings it");
  WaitingPtr asked;
  {
    const std::lock_guard lock(mutex_);
    Channel& here = channels_[channel.id];
    const auto found = here.out.find(response->request_identifier);
    if (found != here.out.end()) {
      asked = found->second;
      here.out.erase(found);
      core_.environment.executor.cancel(asked->timer);
    }
  }
  if (!asked) return refuse("no request waits for a response to '" + response->request_identifier + "'");
  asked->done(std::move(*response));
  done(Response{});
}

void PollingChannels::expire(const std::string& channel, const WaitingPtr& waiting) {
  bool waited = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    Channel& here = found->second;
    waited = std::erase(here.requests, waiting) + std::erase(here.polls, waiting) +
                 std::erase_if(here.out, [&](const auto& entry) { return entry.second == waiting; }) != 0;
    if (here.requests.empty() && here.polls.empty() && here.out.empty()) channels_.erase(found);
  }
  if (waited)
    waiting->done(make_error_response(waiting->request, ResponseStatus::RequestTimeout, "nothing came before the request expired"));
}

void PollingChannels::forget(const std::string& channel) {
  Channel gone;
  {
    const std::lock_guard lock(mutex_);
    const auto found = channels_.find(channel);
    if (found == channels_.end()) return;
    gone = std::move(found->second);
    channels_.erase(found);
  }
  const auto end = [this](const WaitingPtr& waiting, ResponseStatus status) {
    core_.environment.executor.cancel(waiting->timer);
    waiting->done(make_error_response(waiting->request, status, "the polling channel is gone"));
  };
  for (const WaitingPtr& poll : gone.polls) end(poll, ResponseStatus::NotFound);
  for (const WaitingPtr& request : gone.requests) end(request, ResponseStatus::TargetNotReachable);
  for (const auto& [identifier, request] : gone.out) end(request, ResponseStatus::TargetNotReachable);
}

}  // namespace edgecse::cse
