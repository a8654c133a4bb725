// SPDX-License-Identifier: Apache-2.0
#include "mec/life_cycle.hpp"

#include <fmt/format.h>

#include "mec/decode.hpp"

namespace edgecse::mec {
namespace {

constexpr std::chrono::seconds kAskAgainForUnsupported{600};
constexpr std::chrono::seconds kLongestRetryAfter{300};
constexpr std::chrono::seconds kStopTime{5};
constexpr std::chrono::seconds kConfirmationMargin{1};

constexpr std::string_view path_of(CallbackKind kind) {
  switch (kind) {
    case CallbackKind::Termination: return "termination";
    case CallbackKind::Availability: return "availability";
    case CallbackKind::Mobility: return "mobility";
    case CallbackKind::CellChange: return "cell_change";
    case CallbackKind::Adjacency: break;
  }
  return "adjacency";
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || a.empty()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

std::string_view to_text(LifeCycleState state) {
  switch (state) {
    case LifeCycleState::Starting: return "starting";
    case LifeCycleState::Registering: return "registering";
    case LifeCycleState::ConfirmingReady: return "confirming_ready";
    case LifeCycleState::Establishing: return "establishing";
    case LifeCycleState::Operational: return "operational";
    case LifeCycleState::Degraded: return "degraded";
    case LifeCycleState::Refused: return "refused";
    case LifeCycleState::Unreachable: return "unreachable";
    case LifeCycleState::Terminating: return "terminating";
    case LifeCycleState::Terminated: break;
  }
  return "terminated";
}

const std::vector<LifeCycleState>& all_life_cycle_states() {
  using S = LifeCycleState;
  static const std::vector<S> kAll{S::Starting,    S::Registering, S::ConfirmingReady, S::Establishing, S::Operational,
                                   S::Degraded,    S::Refused,     S::Unreachable,     S::Terminating,  S::Terminated};
  return kAll;
}

LifeCycle::LifeCycle(LifeCycleOptions options, base::Random& random)
    : options_(std::move(options)), random_(random), app_instance_id_(options_.app_instance_id) {
  for (const auto& name : options_.required_services) lookups_.push_back({{"required service " + name}, name});
  for (std::size_t number = 0; number < options_.ams_count; ++number) {
    Ams ams;
    ams.number = number;
    ams.registration.name = fmt::format("AMS {} registration", number);
    ams.stale.name = fmt::format("AMS {} subscriptions of an earlier life", number);
    ams.mobility = {{fmt::format("AMS {} mobility subscription", number)}, CallbackKind::Mobility, {}, {}};
    ams.adjacency = {{fmt::format("AMS {} adjacency subscription", number)}, CallbackKind::Adjacency, {}, {}};
    ams_.push_back(std::move(ams));
  }
}

std::vector<Command> LifeCycle::step(const Event& event, Now now) {
  now_ = now;
  std::visit([this](const auto& given) { handle(given); }, event);
  advance();
  update_state();
  return std::exchange(commands_, {});
}

void LifeCycle::handle(const Started&) {
  if (phase_ == Phase::Idle || phase_ == Phase::Over) {
    forget_everything();
    phase_ = Phase::Running;
  }
}

void LifeCycle::handle(const Answered& answer) {
  const auto found = pending_.find(answer.call);
  if (found == pending_.end()) return;  // asked in an earlier life
  const auto handler = std::move(found->second);
  pending_.erase(found);
  handler(answer);
}

void LifeCycle::handle(const DeviceTracked& event) {
  auto [entry, fresh] = devices_.try_emplace(event.device.associate_id, event.device);
  if (!fresh && entry->second == event.device) return;
  entry->second = event.device;
  for (auto& ams : ams_) {
    if (ams.registration.present) ams.registration.due = now_.monotonic;
  }
}

void LifeCycle::handle(const DeviceUntracked& event) {
  if (devices_.erase(event.associate_id) == 0) return;
  for (auto& ams : ams_) {
    if (ams.registration.present) ams.registration.due = now_.monotonic;
  }
}

void LifeCycle::handle(const ServiceOffered& event) {
  auto& service = services_[event.service.name];
  const bool known = !service.task.name.empty();
  if (!known) {
    service.task.name = "service " + event.service.name;
    service.beat.name = "liveness of " + event.service.name;
  } else if (encode_service(service.wanted) != encode_service(event.service)) {
    Json before = encode_service(service.wanted), after = encode_service(event.service);
    before.erase("state");
    after.erase("state");
    service.changed = service.changed || before != after;
    service.task.due = now_.monotonic;
  }
  service.wanted = event.service;
  if (service.wanted.liveness_interval_s == 0) {
    service.wanted.liveness_interval_s = static_cast<std::uint64_t>(options_.liveness_interval.count());
  }
  service.offered = true;
}

void LifeCycle::handle(const ServiceWithdrawn& event) {
  const auto found = services_.find(event.name);
  if (found == services_.end()) return;
  found->second.offered = false;
  found->second.task.due = now_.monotonic;
}

void LifeCycle::handle(const Notified& event) {
  const auto refused = [this](const Error& error) { commands_.push_back(Remark{"callback", 0, 1, error.detail}); };
  const std::string type = notification_type(event.body);
  if (type == "MobilityProcedureNotification" && event.kind == CallbackKind::Mobility) {
    auto decoded = decode_mobility_notification(event.body);
    if (!decoded) return refused(decoded.error());
    commands_.push_back(MobilityReported{std::move(*decoded)});
  } else if (type == "AdjacentAppInfoNotification" && event.kind == CallbackKind::Adjacency) {
    auto decoded = decode_adjacency_notification(event.body);
    if (!decoded) return refused(decoded.error());
    commands_.push_back(AdjacencyReported{std::move(*decoded)});
  } else if (type == "CellChangeNotification" && event.kind == CallbackKind::CellChange) {
    auto decoded = decode_cell_change_notification(event.body);
    if (!decoded) return refused(decoded.error());
    if (*decoded) commands_.push_back(CellChangeReported{std::move(**decoded)});
  } else if (type == "SerAvailabilityNotification" && event.kind == CallbackKind::Availability) {
    for (auto& lookup : lookups_) lookup.task.due = now_.monotonic;
  } else if (type == "ExpiryNotification") {
    if (event.kind == cells_.kind) renew_soon(cells_);
    for (auto& ams : ams_)
      for (auto* subscription : {&ams.mobility, &ams.adjacency})
        if (subscription->kind == event.kind) renew_soon(*subscription);
  } else if (type == "AppTerminationNotification" && event.kind == CallbackKind::Termination) {
    auto decoded = decode_termination_notification(event.body);
    if (!decoded) return refused(decoded.error());
    if (phase_ != Phase::Running) return;
    phase_ = Phase::Evacuating;
    action_ = decoded->action;
    const std::chrono::seconds granted{std::clamp<std::uint64_t>(decoded->maximum_graceful_timeout_s, 2, 86'400)};
    end_by_ = now_.monotonic + granted - kConfirmationMargin;
    commands_.push_back(TerminationAsked{action_, granted});
  } else if (type != "TestNotification") {
    commands_.push_back(Remark{"callback", 0, 1, fmt::format("no such notification is expected here: {}", type)});
  }
}

void LifeCycle::handle(const EvacuationFinished&) {
  if (phase_ == Phase::Evacuating) begin_take_down(true);
}

void LifeCycle::handle(const StopWanted&) {
  if (phase_ == Phase::Idle || phase_ == Phase::Over) {
    phase_ = Phase::Over;
    commands_.push_back(Ended{});
  } else if (phase_ == Phase::Running) {
    end_by_ = now_.monotonic + kStopTime;
    begin_take_down(false);
  }
}

void LifeCycle::advance() {
  wake_ = base::MonotonicTime::max();
  if (phase_ == Phase::Idle || phase_ == Phase::Over) return;
  if (phase_ == Phase::Evacuating) {
    const auto leave_at = end_by_ - kConfirmationMargin;  // saying goodbye needs time too
    if (now_.monotonic >= leave_at) begin_take_down(true);
    wake_ = leave_at;
  }
  if (phase_ == Phase::TakingDown) return take_down();
  keep_registration();
  if (app_instance_id_.empty()) return;
  keep_ready();
  if (!ready_.present) return;
  remove_stale_subscriptions();
  if (!stale_.present) return;
  keep_subscription(termination_, {Api::AppSupport, 0, app_path("/subscriptions"), [this] {
                      return encode_termination_subscription(app_instance_id_, callback_of(termination_));
                    }});
  keep_required_services();
  keep_services();
  keep_rules(dns_rules_);
  keep_rules(traffic_rules_);
  keep_iot_platform();
  for (auto& ams : ams_) keep_ams(ams);
  keep_cell_changes();
}

void LifeCycle::keep_registration() {
  if (!options_.app_instance_id.empty() || registration_.present || !may_act(registration_)) return;
  Call call{0, Api::AppSupport, 0, "POST", "/registrations", false, encode_app_info(options_.app_name, options_.app_endpoint)};
  send(registration_, std::move(call), [this](const Answered& answer) {
    if (succeeded(answer)) {
      const std::string id = created_id(answer.location, answer.body, "appInstanceId");
      if (!id.empty()) {
        leave_earlier_registrations();
        forget_everything();
        app_instance_id_ = id;
        return succeed(registration_, options_.audit_interval);
      }
    }
    Answered told = answer;
    if (lacks(answer)) {
      told.detail = "the platform registers no applications: configure mec.app_instance_id";
    }
    fail(registration_, told);
  });
}

void LifeCycle::keep_ready() {
  if (ready_.present || !may_act(ready_)) return;
  send(ready_, {0, Api::AppSupport, 0, "POST", app_path("/confirm_ready"), false, encode_ready()},
       [this](const Answered& answer) {
         // 409: some platforms refuse a second READY; if we are not ready after all, the next call is refused and tells us.
         if (succeeded(answer) || answer.status == 409) {
           succeed(ready_, options_.audit_interval);
           return look_again();
         }
         fail(ready_, answer);
         if (answer.status == 404 && options_.app_instance_id.empty()) {
           app_instance_id_.clear();
           registration_.present = false;
         }
       });
}

template <typename Visitor>
void LifeCycle::for_each_task(Visitor&& visit) {
  for (auto* task : {&stale_, &service_audit_, &dns_rules_.task, &traffic_rules_.task, &iot_, &termination_.task, &availability_.task, &cells_.task})
    visit(*task);
  for (auto& lookup : lookups_) visit(lookup.task);
  for (auto& [name, service] : services_) {
    visit(service.task);
    visit(service.beat);
  }
  for (auto& ams : ams_) {
    visit(ams.registration);
    visit(ams.stale);
    visit(ams.mobility.task);
    visit(ams.adjacency.task);
  }
}

void LifeCycle::forget_everything() {
  pending_.clear();
  services_reviewed_ = false;
  for (auto& ams : ams_) ams.searched = false;
  const auto reset = [this](Task& task) {
    task = Task{task.name};
    task.due = now_.monotonic;
  };
  reset(registration_);
  reset(ready_);
  reset(confirmation_);
  reset(deregistration_);
  for_each_task(reset);
}

void LifeCycle::leave_earlier_registrations() {
  // Other platforms still know the instance that we were; they must not choose it as the target of a move.
  for (const auto& ams : ams_) {
    if (!ams.registration.present || ams.id.empty()) continue;
    send_and_forget({0, Api::Ams, ams.number, "DELETE", "/app_mobility_services/" + ams.id, false, {}});
  }
}

void LifeCycle::look_again() {
  for_each_task([this](Task& task) {
    if (task.present) task.due = now_.monotonic;
  });
}

bool LifeCycle::may_act(const Task& task) {
  if (task.call != 0) return false;
  if (task.due <= now_.monotonic) return true;
  wake_ = std::min(wake_, task.due);
  return false;
}

void LifeCycle::send(Task& task, Call call, AnswerHandler handler) {
  call.id = ++last_call_;
  task.call = call.id;
  const bool own = call.platform == 0 && call.api != Api::Iot && call.api != Api::Rni;  // services of somebody's beside the platform
  pending_[call.id] = [this, &task, own, handle_answer = std::move(handler)](const Answered& answer) {
    task.call = 0;
    task.last_status = answer.status;
    judge(answer, own);
    handle_answer(answer);
  };
  commands_.push_back(std::move(call));
}

void LifeCycle::succeed(Task& task, std::chrono::microseconds next) {
  task.present = true;
  task.unsupported = false;
  task.failures = 0;
  task.due = now_.monotonic + next;
}

void LifeCycle::fail(Task& task, const Answered& answer) {
  ++task.failures;
  task.last_status = answer.status;
  base::Duration delay = options_.longest_retry;
  if (task.failures < 16) delay = std::min<base::Duration>(delay, options_.first_retry * (1LL << (task.failures - 1)));
  delay += base::Duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(delay.count() / 2 + 1)))};
  if (answer.retry_after.count() > 0) delay = std::max<base::Duration>(delay, std::min(answer.retry_after, kLongestRetryAfter));
  if (answer.status == 501) {
    task.unsupported = true;
    delay = kAskAgainForUnsupported;
  }
  task.due = now_.monotonic + delay;
  std::string detail = answer.detail.empty() ? problem_text(answer.body) : answer.detail;
  if (succeeded(answer)) detail = "an answer that the standard does not know";
  commands_.push_back(Remark{task.name, answer.status, task.failures, std::move(detail)});
}

void LifeCycle::vanish(Task& task, std::size_t platform) {
  task.present = false;
  task.due = now_.monotonic;
  commands_.push_back(Remark{task.name, 404, 1, "the platform no longer knows it"});
  // A platform that lost one thing may have lost our READY too; without it some refuse everything else.
  if (platform == 0) doubt_ready();
}

void LifeCycle::doubt_ready() {
  if (!ready_.present) return;
  ready_.present = false;
  ready_.due = now_.monotonic;
}

void LifeCycle::send_and_forget(Call call) {
  call.id = ++last_call_;  // without an entry in pending_ the answer is ignored
  commands_.push_back(std::move(call));
}

void LifeCycle::judge(const Answered& answer, bool own_platform) {
  if (!own_platform) return;
  unreachable_ = answer.status == 0;
  if (answer.status == 403) doubt_ready();
}

LifeCycleState LifeCycle::judge_state() const {
  using S = LifeCycleState;
  if (phase_ == Phase::Idle) return S::Starting;
  if (phase_ == Phase::Over) return S::Terminated;
  if (phase_ != Phase::Running) return S::Terminating;
  if (unreachable_) return S::Unreachable;
  for (const auto* task : {&registration_, &ready_}) {
    if (task->failures > 0) return task->last_status / 100 == 4 ? S::Refused : S::Degraded;
  }
  if (app_instance_id_.empty()) return S::Registering;
  if (!ready_.present) return S::ConfirmingReady;
  bool all_present = true, any_failed = false;
  const auto weigh = [&](const Task& task) {
    if (task.unsupported) return;
    all_present = all_present && task.present;
    any_failed = any_failed || task.failures > 0;
  };
  weigh(termination_.task);
  for (const auto& lookup : lookups_) weigh(lookup.task);
  for (const auto& [name, service] : services_) weigh(service.task);
  for (const auto& ams : ams_) {
    weigh(ams.registration);
    if (ams.number == 0 || options_.subscribe_at_peers) {
      weigh(ams.mobility.task);
      weigh(ams.adjacency.task);
    }
  }
  if (any_failed) return S::Degraded;
  return all_present ? S::Operational : S::Establishing;
}

void LifeCycle::update_state() {
  const auto judged = judge_state();
  if (judged == state_) return;
  state_ = judged;
  commands_.push_back(StateChanged{state_});
}

void LifeCycle::begin_take_down(bool confirm) {
  phase_ = Phase::TakingDown;
  confirm_termination_ = confirm;
  pending_.clear();
  removals_.clear();
  removals_.reserve(services_.size() + ams_.size() * 3 + 4);  // tasks in flight are referred to by address
  const auto remove = [this](const Task& task, const std::string& id, Api api, std::size_t platform, std::string path) {
    if (!task.present || id.empty()) return;
    removals_.push_back(Task{task.name});
    take_down_resource(removals_.back(), {0, api, platform, "DELETE", std::move(path), false, {}});
  };
  for (const auto& [name, service] : services_) {
    remove(service.task, service.id, Api::ServiceManagement, 0, app_path("/services/" + service.id));
  }
  remove(iot_, iot_id_, Api::Iot, 0, "/registered_iot_platforms/" + iot_id_);
  remove(cells_.task, cells_.id, Api::Rni, 0, "/subscriptions/" + cells_.id);
  remove(availability_.task, availability_.id, Api::ServiceManagement, 0, app_path("/subscriptions/" + availability_.id));
  remove(termination_.task, termination_.id, Api::AppSupport, 0, app_path("/subscriptions/" + termination_.id));
  for (const auto& ams : ams_) {
    for (const auto* subscription : {&ams.mobility, &ams.adjacency}) {
      remove(subscription->task, subscription->id, Api::Ams, ams.number, "/subscriptions/" + subscription->id);
    }
    remove(ams.registration, ams.id, Api::Ams, ams.number, "/app_mobility_services/" + ams.id);
  }
}

void LifeCycle::take_down_resource(Task& task, Call call) {
  // One attempt: what a platform does not answer now expires there by itself.
  send(task, std::move(call), [&task](const Answered&) { task.present = false; });
}

void LifeCycle::take_down() {
  const auto finish = [this] {
    phase_ = Phase::Over;
    pending_.clear();
    commands_.push_back(Ended{});
  };
  if (now_.monotonic >= end_by_ + kConfirmationMargin) return finish();
  wake_ = end_by_ + kConfirmationMargin;
  for (const auto& task : removals_) {
    if (task.call != 0 && now_.monotonic < end_by_) return;
  }
  if (confirm_termination_ && !confirmation_.present) {
    if (!may_act(confirmation_)) return;
    Call call{0, Api::AppSupport, 0, "POST", app_path("/confirm_termination"), false,
              encode_termination_confirmation(action_)};
    return send(confirmation_, std::move(call), [this](const Answered& answer) {
      // 400, 404 and 409: nothing is pending any more at the platform.
      if (answer.status / 100 == 2 || answer.status / 100 == 4) return succeed(confirmation_, std::chrono::seconds{0});
      fail(confirmation_, answer);
    });
  }
  if (registration_.present && !deregistration_.present) {
    if (!may_act(deregistration_)) return;
    return send(deregistration_, {0, Api::AppSupport, 0, "DELETE", "/registrations/" + app_instance_id_, false, {}},
                [this](const Answered&) { succeed(deregistration_, std::chrono::seconds{0}); });
  }
  finish();
}

std::optional<CallbackKind> LifeCycle::find_callback(std::string_view kind, std::string_view secret) const {
  std::optional<CallbackKind> found;
  const auto look = [&](const Subscription& subscription) {
    const bool fits = equal_in_constant_time(subscription.secret, secret);
    if (fits && path_of(subscription.kind) == kind) found = subscription.kind;
  };
  look(termination_);
  look(availability_);
  look(cells_);
  for (const auto& ams : ams_) {
    look(ams.mobility);
    look(ams.adjacency);
  }
  return found;
}

std::string LifeCycle::callback_of(const Subscription& subscription) const {
  return fmt::format("{}/{}/{}", options_.callback, path_of(subscription.kind), subscription.secret);
}

std::string LifeCycle::app_path(std::string_view rest) const {
  return fmt::format("/applications/{}{}", app_instance_id_, rest);
}

std::uint64_t LifeCycle::unix_seconds_after(std::chrono::seconds span) const {
  if (span.count() == 0) return 0;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now_.wall.time_since_epoch() + span).count());
}

}  // namespace edgecse::mec
