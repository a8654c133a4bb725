// SPDX-License-Identifier: Apache-2.0
#include "cse/group/fan_out.hpp"

#include <algorithm>
#include <mutex>

#include "cse/access/originator.hpp"
#include "cse/group/notification_forwarder.hpp"
#include "cse/group/semantic_fan_out.hpp"
#include "cse/message_check.hpp"
#include "cse/procedures.hpp"
#include "onem2m/json_codec.hpp"
#include "onem2m/timestamp.hpp"

namespace edgecse::cse::group {
namespace {

using onem2m::AccessOperation;
using onem2m::Error;
using onem2m::make_error_response;
using onem2m::Operation;
using onem2m::Request;
using onem2m::Response;
using onem2m::ResponseCallback;
using onem2m::ResponseStatus;
namespace type = onem2m::type;

// Members asked at the same time: as many as one commit takes.
constexpr std::size_t kWindow = 1'000;
// What is known so far is told soon, then ever more seldom: the answers of many members make a long text.
constexpr base::Duration kFirstReport = std::chrono::milliseconds{100}, kSlowestReport = std::chrono::seconds{5};
constexpr std::string_view kFanOutPoint = "fopt", kSemanticFanOutPoint = "sfop";

struct Through {
  ResourcePtr group;
  std::string point;  // fopt, sfop
  std::string rest;   // `/la`, empty
};

std::optional<Through> find_point(const CseCore& core, const Tree& tree, const std::vector<std::string>& segments) {
  onem2m::Address address;
  for (std::size_t i = 1; i < segments.size(); ++i) {
    if (segments[i] != kFanOutPoint && segments[i] != kSemanticFanOutPoint) continue;
    address.segments.assign(segments.begin(), segments.begin() + static_cast<std::ptrdiff_t>(i));
    const auto target = resolve(core, tree, address);
    if (!target || target->kind != Target::Kind::Resource || target->resource->type != type::kGroup) continue;
    Through through{target->resource, segments[i], {}};
    for (std::size_t k = i + 1; k < segments.size(); ++k) through.rest += '/' + segments[k];
    return through;
  }
  return std::nullopt;
}

AccessOperation access_for(const Request& request) {
  switch (request.operation) {
    case Operation::Create:
      return AccessOperation::Create;
    case Operation::Retrieve:
      return request.filter_criteria.filter_usage == 1 ? AccessOperation::Discovery : AccessOperation::Retrieve;
    case Operation::Update:
      return AccessOperation::Update;
    case Operation::Delete:
      return AccessOperation::Delete;
    case Operation::Notify:
      return AccessOperation::Notify;
  }
  return AccessOperation::Retrieve;
}

/// membersAccessControlPolicyIDs decide when they are there, else those of the group.
bool may_use(const CseCore& core, const Tree& tree, base::WallTime now, const Request& request, const Resource& group) {
  const AccessQuestion question{tree, now, request, access_for(request), request.resource_type.value_or(0)};
  const auto policies = group.attributes.find("macp");
  if (policies == group.attributes.end() || policies->empty()) return may_access(core, question, group);
  Resource judged = group;
  judged.attributes["acpi"] = *policies;
  return may_access(core, question, judged);
}

/// The members that the request is for; an error when groupRequestTargetMembers names a stranger.
onem2m::Result<std::vector<std::string>> choose_members(const Request& request, const Resource& group) {
  std::vector<std::string> members;
  if (const auto ids = group.attributes.find("mid"); ids != group.attributes.end())
    for (const Json& id : *ids)
      if (id.is_string()) members.push_back(id);
  if (members.empty()) return onem2m::refuse(ResponseStatus::NoMembers, "'" + group.name + "' has no members");
  if (request.group_request_target_members.empty()) return members;
  for (const std::string& wanted : request.group_request_target_members)
    if (std::ranges::find(members, wanted) == members.end())
      return onem2m::refuse(ResponseStatus::BadRequest, "grtm names '" + wanted + "', which is no member of '" + group.name + "'");
  return request.group_request_target_members;
}

/// One fan-out under way. Members' answers come on any thread.
class Round : public std::enable_shared_from_this<Round> {
 public:
  Round(CseCore& core, std::weak_ptr<char> alive, Request request, std::vector<std::string> members, std::string rest,
        ResponseCallback done)
      : core_(core), alive_(std::move(alive)), request_(std::move(request)), members_(std::move(members)),
        rest_(std::move(rest)), done_(std::move(done)), answers_(members_.size()) {}

  /// Told of what is known while members are still asked.
  void report_to(PartialResults::Listener listener) { listener_ = std::move(listener); }

  void start(base::Duration time) {
    timer_ = core_.environment.executor.run_after(time, [weak = weak_from_this()] {
      if (const auto round = weak.lock()) round->finish();
    });
    pump();
  }

 private:
  void pump() {
    std::unique_lock lock(mutex_);
    if (pumping_) return;
    pumping_ = true;
    while (!finished_ && next_ < members_.size() && next_ - answered_ < kWindow) {
      const std::size_t index = next_++;
      lock.unlock();
      ask(index);
      lock.lock();
    }
    pumping_ = false;
    if (finished_ || answered_ != members_.size()) return;
    lock.unlock();
    finish();
  }

  void ask(std::size_t index) {
    Request request = request_;
    request.to = members_[index] + rest_;
    request.request_identifier += '-' + std::to_string(index + 1);
    core_.pipeline->handle(std::move(request), [self = shared_from_this(), index](Response response) {
      if (self->alive_.expired()) return;
      {
        std::lock_guard lock(self->mutex_);
        if (self->finished_) return;
        self->answers_[index] = std::move(response);
        ++self->answered_;
        self->report_soon();
      }
      self->pump();
    });
  }

  /// With mutex_ held. Answers that come at once need no report, and those that come together need one.
  void report_soon() {
    if (!listener_ || report_timer_ != 0 || answered_ == members_.size()) return;
    report_timer_ = core_.environment.executor.run_after(report_after_, [weak = weak_from_this()] {
      if (const auto round = weak.lock()) round->report();
    });
    report_after_ = std::min(report_after_ * 2, kSlowestReport);
  }

  void report() {
    if (alive_.expired()) return;
    Json content;
    {
      std::lock_guard lock(mutex_);
      report_timer_ = 0;
      if (finished_) return;
      content = Json::parse(aggregate(), nullptr, false);
    }
    listener_(std::move(content));
  }

  void finish() {
    base::TimerId report_timer = 0;
    {
      std::lock_guard lock(mutex_);
      if (std::exchange(finished_, true)) return;
      report_timer = report_timer_;
    }
    if (alive_.expired()) return;
    core_.environment.executor.cancel(timer_);
    if (report_timer != 0) core_.environment.executor.cancel(report_timer);
    if (answered_ == 0)
      return done_(make_error_response(request_, ResponseStatus::GroupMembersNotResponded, "no member answered in time"));
    Response response;
    response.request_identifier = request_.request_identifier;
    response.serialized_content = std::make_shared<const std::string>(aggregate());
    done_(std::move(response));
  }

  /// aggregatedResponse as text: most answers of members are text already.
  [[nodiscard]] std::string aggregate() const {
    std::string text = R"({"m2m:agr":{"m2m:rsp":[)";
    for (std::size_t i = 0; i < members_.size(); ++i) {
      if (!answers_[i]) continue;
      if (text.back() == '}') text += ',';
      append_item(text, members_[i], *answers_[i]);
    }
    return text + "]}}";
  }

  void append_item(std::string& text, const std::string& member, const Response& answer) const {
    Json one{{"rsc", onem2m::to_number(answer.status)}, {"rqi", request_.request_identifier}, {"fr", member}, {"to", request_.from}};
    if (request_.release_version) one["rvi"] = *request_.release_version;
    onem2m::append_json_text(one, text);
    if (!answer.serialized_content && answer.content.is_null()) return;
    text.back() = ',';
    text += R"("pc":)";
    if (answer.serialized_content) text += *answer.serialized_content;
    else onem2m::append_json_text(answer.content, text);
    text += '}';
  }

  CseCore& core_;
  const std::weak_ptr<char> alive_;  // of the CSE
  const Request request_;
  const std::vector<std::string> members_;
  const std::string rest_;
  const ResponseCallback done_;
  PartialResults::Listener listener_;
  base::TimerId timer_ = 0;
  std::mutex mutex_;  // guards what follows; after finished_ is set nobody writes
  std::vector<std::optional<Response>> answers_;
  std::size_t next_ = 0, answered_ = 0;
  bool pumping_ = false, finished_ = false;
  base::TimerId report_timer_ = 0;
  base::Duration report_after_ = kFirstReport;
};

/// Until when answers are collected: rset, else rqet, else the usual life of a request.
base::Duration time_to_collect(const CseCore& core, const Request& request, base::WallTime now) {
  if (!request.result_expiration.empty())
    if (const auto end = onem2m::parse_absolute_or_relative(request.result_expiration, now)) return *end - now;
  return deadline_of(core, request, now) - now;
}

}  // namespace

bool FanOut::takes(const Request& request, const std::vector<std::string>& segments) const {
  if (!request.group_request_identifier.empty() && requests_.is_repeated(request, segments)) return true;
  const bool through = std::any_of(segments.begin(), segments.end(), [](const std::string& segment) {
    return segment == kFanOutPoint || segment == kSemanticFanOutPoint;
  });
  return through && find_point(core_, core_.loop->snapshot()->tree, segments);
}

void FanOut::handle(Request request, ResponseCallback done) {
  const auto fail = [&](const Error& error) { done(make_error_response(request, error.status, error.detail)); };
  const SnapshotPtr snapshot = core_.loop->snapshot();
  const base::WallTime now = core_.environment.clock.wall_now();
  const auto address = onem2m::parse_address(request.to);
  if (!address) return fail(address.error());
  if (!request.group_request_identifier.empty() && requests_.is_repeated(request, address->segments))
    return fail({ResponseStatus::GroupRequestIdentifierExists,
                 "the group request " + request.group_request_identifier + " was at '" + request.to + "' before"});
  const auto through = find_point(core_, snapshot->tree, address->segments);
  if (!through) return fail({ResponseStatus::NotFound, "'" + request.to + "' is not here"});
  const Resource& group = *through->group;
  if (!group.unit.empty()) {
    Verdict verdict = core_.gate->judge_read(*snapshot, group.unit, request);
    if (verdict.action == Verdict::Action::Park) return core_.gate->park(verdict.unit, std::move(request), std::move(done));
    if (verdict.action == Verdict::Action::Forward) return core_.gate->forward(verdict, std::move(request), std::move(done));
    if (verdict.action == Verdict::Action::Refuse)
      return fail(verdict.error.value_or(Error{ResponseStatus::InternalServerError, "not served here"}));
  }
  if (!may_use(core_, snapshot->tree, now, request, group))
    return fail({ResponseStatus::OriginatorHasNoPrivilege,
                 "neither macp nor acpi of '" + group.name + "' lets " + request.from + " do this" +
                     token_faults(core_, snapshot->tree, now, request)});
  if (through->point == kSemanticFanOutPoint) {
    const auto asked = std::make_shared<const Request>(request);
    return ask_members(core_, alive_, snapshot, std::move(request), group, [asked, done](onem2m::Result<Response> answer) {
      done(answer ? std::move(*answer) : make_error_response(*asked, answer.error().status, answer.error().detail));
    });
  }
  auto members = choose_members(request, group);
  if (!members) return fail(members.error());
  const base::Duration time = time_to_collect(core_, request, now);
  if (request.group_request_identifier.empty()) {
    request.group_request_identifier = core_.base_id() + '-' + core_.environment.random.hex(12);
    static_cast<void>(requests_.is_repeated(request, address->segments));  // when it comes back it was here
  }
  PartialResults::Listener listener = partial_results_->find(request);
  request.group_request_target_members.clear();
  request.response_type = kBlocking;
  forward_through(core_, request, group);
  const auto round =
      std::make_shared<Round>(core_, alive_, std::move(request), std::move(*members), through->rest, std::move(done));
  round->report_to(std::move(listener));
  round->start(time);
}

}  // namespace edgecse::cse::group
